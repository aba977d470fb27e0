package io.balsa.raft.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.balsa.raft.Identity;
import io.balsa.raft.Packet;
import io.balsa.raft.SnapshotWriter;
import io.balsa.raft.StateMachine;
import io.balsa.raft.Transport;
import io.balsa.raft.core.LogPosition;
import io.balsa.raft.core.Member;
import io.balsa.raft.core.Message;
import io.balsa.raft.core.NodeId;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import java.util.random.RandomGenerator;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

/** A contract that never fails says nothing: here are those who break it. */
class ContractsCanFailTest {
  /** A state machine of which only the answers matter. */
  @FunctionalInterface
  private interface Stateless extends StateMachine {
    @Override
    default SnapshotWriter snapshot() {
      return out -> {};
    }

    @Override
    default void restore(InputStream image) {}
  }

  /** A contract for whatever machine it is given. */
  private static final class Machines extends StateMachineContract<StateMachine> {
    private final Supplier<Stateless> fresh;
    private final boolean answersGarbage;

    Machines(Supplier<Stateless> fresh, boolean answersGarbage) {
      this.fresh = fresh;
      this.answersGarbage = answersGarbage;
    }

    @Override
    protected StateMachine stateMachine() {
      return fresh.get();
    }

    @Override
    protected byte[] command(RandomGenerator random) {
      byte[] command = new byte[4];
      random.nextBytes(command);
      return command;
    }

    @Override
    protected boolean answersGarbage() {
      return answersGarbage;
    }

    Map<String, ThrowingCallable> tests() {
      Map<String, ThrowingCallable> tests = new LinkedHashMap<>();
      tests.put("steps", this::sameCommandsSameAnswersStepByStep);
      tests.put("replay", this::aReplayFromTheStartLeadsToTheSame);
      tests.put("place", this::neitherTimeNorPlaceNorMemoryDecides);
      tests.put("command", this::aCommandIsNotChanged);
      tests.put("answer", this::anAnswerIsNotChangedLater);
      tests.put("garbage", this::garbageIsTreatedAlikeEverywhere);
      return tests;
    }
  }

  private static List<String> red(Map<String, ThrowingCallable> tests) {
    List<String> red = new ArrayList<>();
    tests.forEach(
        (name, test) -> {
          Throwable failure = catchThrowable(test);
          if (failure != null) {
            assertThat(failure).as(name).isInstanceOf(AssertionError.class);
            red.add(name);
          }
        });
    return red;
  }

  private static List<String> red(Supplier<Stateless> fresh) {
    return red(new Machines(fresh, false).tests());
  }

  private static byte[] bytes(Object answer) {
    return answer.toString().getBytes(StandardCharsets.UTF_8);
  }

  @Test
  void aGoodMachinePasses() {
    assertThat(red(() -> (index, command) -> bytes(index + command.length))).isEmpty();
    assertThat(red(() -> (index, command) -> null)).isEmpty();
  }

  @Test
  void identityHashesAreFound() {
    Supplier<Stateless> fresh =
        () -> {
          Set<Object> seen = new HashSet<>();
          Map<Object, Integer> numbers = new IdentityHashMap<>();
          return (index, command) -> {
            Object key = new Object();
            seen.add(key);
            numbers.put(key, numbers.size());
            return bytes(seen.stream().map(numbers::get).toList());
          };
        };
    assertThat(red(fresh)).contains("steps", "replay", "place", "garbage");
  }

  @Test
  void clocksAreFound() {
    assertThat(red(() -> (index, command) -> bytes(System.nanoTime())))
        .contains("steps", "replay", "place", "garbage");
    assertThat(red(() -> (index, command) -> bytes(System.currentTimeMillis()))).contains("place");
    assertThat(red(() -> (index, command) -> bytes(LocalDate.now()))).contains("place");
  }

  @Test
  void chanceIsFound() {
    assertThat(red(() -> (index, command) -> bytes(new Random().nextLong())))
        .contains("steps", "replay", "place", "garbage");
  }

  @Test
  void whatMachinesShareIsFound() {
    AtomicInteger shared = new AtomicInteger();
    assertThat(red(() -> (index, command) -> bytes(shared.incrementAndGet())))
        .contains("steps", "replay", "place", "garbage");
  }

  @Test
  void languagesAreFound() {
    assertThat(red(() -> (index, command) -> bytes("TITLE".toLowerCase())))
        .containsExactly("place");
    assertThat(red(() -> (index, command) -> bytes(String.format("%d", index))))
        .containsExactly("place");
  }

  @Test
  void changedArraysAreFound() {
    Supplier<Stateless> changing =
        () ->
            (index, command) -> {
              if (command.length > 0) {
                command[0]++;
              }
              return command;
            };
    assertThat(red(changing)).containsExactly("command");
    Supplier<Stateless> sharing =
        () -> {
          byte[] answer = new byte[1];
          return (index, command) -> {
            answer[0]++;
            return answer;
          };
        };
    assertThat(red(sharing)).containsExactly("answer");
  }

  @Test
  void garbageThatIsNotAnsweredIsFound() {
    Supplier<Stateless> throwing =
        () ->
            (index, command) -> {
              if (command.length != 4) {
                throw new IllegalArgumentException("not four bytes");
              }
              return command;
            };
    assertThat(red(throwing)).isEmpty();
    assertThat(red(new Machines(throwing, true).tests())).containsExactly("garbage");
    AtomicInteger calls = new AtomicInteger();
    Supplier<Stateless> wavering =
        () ->
            (index, command) -> {
              if (command.length < 4 && calls.incrementAndGet() % 2 == 0) {
                throw new IllegalArgumentException("too short, sometimes");
              }
              return command;
            };
    assertThat(red(wavering)).containsExactly("garbage");
  }

  /** A network in memory through which everything passes that bad transports spoil. */
  private static final class Networks extends TransportContract<Transport> {
    private final UnaryOperator<Transport> spoil;
    private MemoryNetwork network = new MemoryNetwork();

    Networks(UnaryOperator<Transport> spoil) {
      this.spoil = spoil;
    }

    @Override
    protected Transport open() {
      return spoil.apply(network.transport());
    }

    @Override
    protected Transport openAt(String address) {
      return open();
    }

    @Override
    protected String address(Transport transport) {
      return "memory:1";
    }

    List<String> red() throws IOException {
      Map<String, ThrowingCallable> tests = new LinkedHashMap<>();
      tests.put("unchanged", this::packetsOfEveryKindArriveUnchanged);
      tests.put("sender", this::theReceiverIsToldWhoSent);
      tests.put("once", this::aGroupIsJoinedOnce);
      tests.put("closed link", this::aClosedLinkIsSilent);
      tests.put("closed transport", this::aClosedTransportIsSilent);
      Map<String, ThrowingCallable> separate = new LinkedHashMap<>();
      tests.forEach(
          (name, test) ->
              separate.put(
                  name,
                  () -> {
                    network = new MemoryNetwork();
                    try {
                      test.call();
                    } finally {
                      closeAll();
                    }
                  }));
      return ContractsCanFailTest.red(separate);
    }
  }

  /** Hands everything on; those below spoil one thing each. */
  private static class Passing implements Transport {
    private final Transport inner;

    Passing(Transport inner) {
      this.inner = inner;
    }

    @Override
    public Link join(
        String group, Identity identity, String address, boolean formed, Receiver receiver)
        throws IOException {
      return inner.join(group, identity, address, formed, receiver);
    }

    @Override
    public void close() throws IOException {
      inner.close();
    }
  }

  private static class PassingLink implements Transport.Link {
    private final Transport.Link inner;

    PassingLink(Transport.Link inner) {
      this.inner = inner;
    }

    @Override
    public void introduce(Identity identity, String address, boolean formed) {
      inner.introduce(identity, address, formed);
    }

    @Override
    public void setPeers(Collection<Member> peers) {
      inner.setPeers(peers);
    }

    @Override
    public boolean send(NodeId to, Packet packet) {
      return inner.send(to, packet);
    }

    @Override
    public void close() {
      inner.close();
    }
  }

  @Test
  void theNetworkInMemoryPasses() throws IOException {
    assertThat(new Networks(Passing::new).red()).isEmpty();
  }

  private static Packet swapped(Packet packet) {
    return packet instanceof Packet.Raft raft
            && raft.message() instanceof Message.RequestVote request
        ? new Packet.Raft(
            new Message.RequestVote(
                request.last().term(),
                new LogPosition(request.term(), request.last().index()),
                request.transfer()))
        : packet;
  }

  @Test
  void swappedFieldsAreFound() throws IOException {
    UnaryOperator<Transport> swapping =
        inner ->
            new Passing(inner) {
              @Override
              public Link join(
                  String group, Identity identity, String at, boolean formed, Receiver receiver)
                  throws IOException {
                return new PassingLink(super.join(group, identity, at, formed, receiver)) {
                  @Override
                  public boolean send(NodeId to, Packet packet) {
                    return super.send(to, swapped(packet));
                  }
                };
              }
            };
    assertThat(new Networks(swapping).red()).containsExactly("unchanged");
  }

  @Test
  void aLinkThatIsNotClosedIsFound() throws IOException {
    UnaryOperator<Transport> staying =
        inner ->
            new Passing(inner) {
              @Override
              public Link join(
                  String group, Identity identity, String at, boolean formed, Receiver receiver)
                  throws IOException {
                return new PassingLink(super.join(group, identity, at, formed, receiver)) {
                  @Override
                  public void close() {}
                };
              }
            };
    assertThat(new Networks(staying).red()).containsExactly("closed link");
  }

  @Test
  void aTransportThatIsNotClosedIsFound() throws IOException {
    UnaryOperator<Transport> staying =
        inner ->
            new Passing(inner) {
              @Override
              public void close() {}
            };
    assertThat(new Networks(staying).red()).containsExactly("closed transport");
  }
}
