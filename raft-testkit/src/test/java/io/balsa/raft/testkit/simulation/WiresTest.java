package io.balsa.raft.testkit.simulation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.balsa.raft.Identity;
import io.balsa.raft.Packet;
import io.balsa.raft.Transport;
import io.balsa.raft.core.Member;
import io.balsa.raft.core.Message;
import io.balsa.raft.core.NodeId;
import io.balsa.raft.storage.FileStorage;
import io.balsa.raft.transport.netty.WireTrip;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Whom the simulated network lets talk to whom: not hosts, but the nodes that live on them. */
class WiresTest {
  private static final UUID CLUSTER = new UUID(1, 1);

  /** A node that is nothing but its end of the network. */
  private static final class Ear implements Transport.Receiver {
    private final Life<Registers.Machine> life;
    private final Identity identity;
    private final Transport.Link link;
    private final List<Long> heard = new ArrayList<>();
    private final Set<UUID> met = new TreeSet<>();

    Ear(World<Registers.Machine> world, int host, int number, boolean formed) throws IOException {
      Host<Registers.Machine> home = world.hosts().get(host);
      life = new Life<>(world, home, number);
      identity = new Identity(CLUSTER, home.id(), new UUID(host, number));
      link = world.wires().transport(life).join("group", identity, home.id() + ":1", formed, this);
    }

    Member member(UUID incarnation) {
      return new Member(identity.nodeId(), identity.nodeId() + ":1", incarnation);
    }

    Member pinned() {
      return member(identity.incarnation());
    }

    void say(Ear to, long term) {
      link.send(to.identity.nodeId(), new Packet.Raft(new Message.TimeoutNow(term)));
    }

    @Override
    public void received(NodeId from, Packet packet) {
      heard.add(((Packet.Raft) packet).message().term());
    }

    @Override
    public void met(NodeId node, UUID incarnation, boolean formed) {
      met.add(incarnation);
    }

    @Override
    public void disconnected(NodeId peer) {
      // Nobody is asked for.
    }
  }

  private static World<Registers.Machine> world(long seed) {
    return new World<>(
        new Setting<>(new Registers(), FileStorage::open, WireTrip::of), seed, line -> {});
  }

  /** Those with two hosts, and packets that come again. */
  static LongStream seeds() {
    return LongStream.range(0, 200)
        .filter(seed -> world(seed).hosts().size() > 1 && world(seed).weather().replay() > 0)
        .limit(10);
  }

  private static void pass(World<Registers.Machine> world, long seconds) {
    world.timeline().runUntil(world.timeline().now() + seconds * Weather.SECOND);
  }

  private static void talk(World<Registers.Machine> world, Ear from, Ear to, int count) {
    for (int i = 1; i <= count; i++) {
      from.say(to, i);
    }
    pass(world, 1);
  }

  @ParameterizedTest
  @MethodSource("seeds")
  void cm15_onlyTheIncarnationThatIsKnownIsHeardAndSentTo(long seed) throws IOException {
    World<Registers.Machine> world = world(seed);
    Ear a = new Ear(world, 0, 1, true);
    Ear b = new Ear(world, 1, 1, true);
    a.link.setPeers(List.of(b.member(UUID.randomUUID())));
    b.link.setPeers(List.of(a.pinned()));
    talk(world, a, b, 300);
    talk(world, b, a, 300);
    assertThat(a.heard).isEmpty();
    assertThat(b.heard).isEmpty();
    assertThat(a.met).containsExactly(b.identity.incarnation());
    assertThat(b.met).containsExactly(a.identity.incarnation());
    a.link.setPeers(List.of(b.pinned()));
    talk(world, a, b, 300);
    talk(world, b, a, 300);
    assertThat(a.heard).isNotEmpty();
    assertThat(b.heard).isNotEmpty();
  }

  /** What is late or comes again reaches a later life of the same node, and no other node. */
  @ParameterizedTest
  @MethodSource("seeds")
  void cm14_whatWasMeantForTheOneBeforeIsNotDelivered(long seed) throws IOException {
    for (boolean isWiped : new boolean[] {false, true}) {
      World<Registers.Machine> world = world(seed);
      Ear a = new Ear(world, 0, 1, true);
      Ear b = new Ear(world, 1, 1, true);
      a.link.setPeers(List.of(b.member(null)));
      b.link.setPeers(List.of(a.member(null)));
      for (int i = 1; i <= 3000; i++) {
        a.say(b, i);
      }
      b.life.end();
      Ear again = new Ear(world, 1, isWiped ? 2 : 1, !isWiped);
      again.link.setPeers(List.of(a.member(null)));
      pass(world, 30);
      assertThat(b.heard).isEmpty();
      assertThat(again.heard.isEmpty()).isEqualTo(isWiped);
    }
  }

  /** What the one before had sent is not taken for the word of the one that is there now. */
  @ParameterizedTest
  @MethodSource("seeds")
  void cm15_whatTheOneBeforeHadSentIsNotHeardOnceTheOtherIsKnown(long seed) throws IOException {
    World<Registers.Machine> world = world(seed);
    Ear a = new Ear(world, 0, 1, true);
    Ear b = new Ear(world, 1, 1, true);
    a.link.setPeers(List.of(b.pinned()));
    b.link.setPeers(List.of(a.pinned()));
    for (int i = 1; i <= 300; i++) {
      b.say(a, i);
    }
    b.life.end();
    Ear again = new Ear(world, 1, 2, false);
    a.link.setPeers(List.of(again.pinned()));
    again.link.setPeers(List.of(a.pinned()));
    pass(world, 30);
    assertThat(a.heard).isEmpty();
    talk(world, again, a, 300);
    assertThat(a.heard).isNotEmpty();
  }

  @Test
  void nobodyBecomesAnotherNode() throws IOException {
    World<Registers.Machine> world = world(seeds().findFirst().orElseThrow());
    Ear a = new Ear(world, 0, 1, true);
    Ear b = new Ear(world, 1, 1, true);
    assertThatThrownBy(() -> a.link.introduce(b.identity, "n1:1", true))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
