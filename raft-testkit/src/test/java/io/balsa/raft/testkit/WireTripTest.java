package io.balsa.raft.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import io.balsa.raft.Packet;
import io.balsa.raft.core.Message;
import io.balsa.raft.transport.netty.WireTrip;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** In the simulation packets take the way through the production codec; each kind survives it. */
class WireTripTest {

  @Test
  void packetsOfEveryKindComeOutAsTheyWentIn() {
    List<Packet> packets = SamplePackets.all();
    for (Packet packet : packets) {
      assertThat(SamplePackets.text(WireTrip.of(packet))).isEqualTo(SamplePackets.text(packet));
    }
    assertThat(packets.stream().<Class<?>>map(Packet::getClass).collect(Collectors.toSet()))
        .containsAll(Set.of(kinds(Packet.class)));
    assertThat(
            packets.stream()
                .filter(Packet.Raft.class::isInstance)
                .<Class<?>>map(p -> ((Packet.Raft) p).message().getClass())
                .collect(Collectors.toSet()))
        .containsAll(Set.of(kinds(Message.class)));
  }

  private static Class<?>[] kinds(Class<?> family) {
    return Arrays.stream(family.getPermittedSubclasses()).toArray(Class<?>[]::new);
  }
}
