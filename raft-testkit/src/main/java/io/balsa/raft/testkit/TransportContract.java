package io.balsa.raft.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.balsa.raft.Packet;
import io.balsa.raft.Transport;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * What every {@link Transport} must do. A transport says how it is opened and where it can be
 * reached, and this class tests it:
 *
 * <pre>{@code
 * class NettyTransportContractTest extends TransportContract<NettyTransport> {
 *   @Override
 *   protected NettyTransport open() throws IOException {
 *     return NettyTransport.insecure("127.0.0.1:0");
 *   }
 *
 *   @Override
 *   protected NettyTransport openAt(String address) throws IOException {
 *     return NettyTransport.insecure(address);
 *   }
 *
 *   @Override
 *   protected String address(NettyTransport transport) {
 *     return transport.address();
 *   }
 * }
 * }</pre>
 *
 * <p>A transport may drop packets now and then, so what must arrive is sent until it does. That
 * something does not arrive is watched for a moment only.
 *
 * @param <T> the transport under test
 */
@Timeout(value = 3, unit = TimeUnit.MINUTES)
public abstract class TransportContract<T extends Transport> extends IdentityContract<T> {
  private static final Duration CLOSE_LIMIT = Duration.ofSeconds(15);

  /** More than anybody may hold for one peer, in packets of a mebibyte. */
  private static final int TOO_MANY = 512;

  /** For subclasses. */
  protected TransportContract() {}

  /**
   * Whether receivers are called by threads of the transport, so that one that does not return
   * holds up no sender. A network for tests may do without.
   *
   * @return true unless a subclass says otherwise
   */
  protected boolean hasThreads() {
    return true;
  }

  private static void closesInTime(AutoCloseable what) throws Exception {
    long start = System.nanoTime();
    what.close();
    assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(CLOSE_LIMIT);
  }

  @Test
  void packetsOfEveryKindArriveUnchanged() throws IOException {
    TransportEnd a = node("n1");
    TransportEnd b = node("n2");
    acquaint(a, b);
    List<String> sent = new ArrayList<>();
    for (Packet packet : SamplePackets.all()) {
      sent.add(SamplePackets.text(packet));
      Await.until(
          "the arrival of " + SamplePackets.text(packet),
          () -> {
            a.send(b, packet);
            return Await.within(MOMENT, b::hasHeardSomething);
          });
      Await.until(
          "the arrival of " + SamplePackets.text(packet),
          () -> {
            assertThat(sent).containsAll(b.heard());
            return b.hasHeard(packet);
          });
      b.forget();
    }
  }

  @Test
  void theReceiverIsToldWhoSent() throws IOException {
    TransportEnd a = node("n1");
    TransportEnd b = node("n2");
    TransportEnd c = node("n3");
    acquaint(a, b, c);
    c.forget();
    for (TransportEnd from : List.of(a, b, a)) {
      from.tell(c, heartbeat(5));
      assertThat(c.senders()).containsOnly(from.id());
      c.forget();
    }
    assertThat(a.hasHeard(heartbeat(5))).isFalse();
    assertThat(b.hasHeard(heartbeat(5))).isFalse();
  }

  @Test
  void aGroupIsJoinedOnce() throws IOException {
    TransportEnd a = node("n1");
    assertThatThrownBy(() -> a.transport().join(GROUP, a.identity(), a.address(), true, a))
        .isInstanceOf(IllegalStateException.class);
    assertThatThrownBy(() -> a.transport().join(GROUP, identity("n9"), a.address(), true, a))
        .isInstanceOf(IllegalStateException.class);
  }

  @Test
  void aGroupThatWasLeftCanBeJoinedAgain() throws IOException {
    TransportEnd a = node("n1");
    TransportEnd b = node("n2");
    acquaint(a, b);
    b.close();
    TransportEnd again = new TransportEnd(b.transport(), b.address(), GROUP, b.identity());
    again.setPeers(a);
    a.reaches(again);
    again.reaches(a);
    assertThat(b.hasHeardLate()).isFalse();
  }

  @Test
  void aClosedTransportIsNotJoined() throws IOException {
    TransportEnd a = node("n1");
    a.transport().close();
    assertThatThrownBy(() -> a.transport().join("other", a.identity(), a.address(), true, a))
        .isInstanceOf(IllegalStateException.class);
  }

  @Test
  void nothingIsSentToWhoIsNoPeer() throws IOException {
    TransportEnd a = node("n1");
    TransportEnd b = node("n2");
    TransportEnd stranger = node("n3");
    assertThat(a.send(b, heartbeat(1))).isFalse();
    acquaint(a, b);
    assertThat(a.send(stranger, heartbeat(1))).isFalse();
    assertThat(stranger.hasHeardSomething()).isFalse();
  }

  @Test
  void sendingToAPeerThatIsNotThereFails() throws IOException {
    TransportEnd a = node("n1");
    TransportEnd gone = node("n2");
    gone.transport().close();
    a.setPeers(gone);
    boolean taken = Await.within(MOMENT, () -> a.send(gone, heartbeat(1)));
    assertThat(taken).isFalse();
  }

  @Test
  void peersAreReplaced() throws IOException {
    TransportEnd a = node("n1");
    TransportEnd b = node("n2");
    TransportEnd c = node("n3");
    acquaint(a, b, c);
    a.setPeers(c);
    Await.until("n2 hears that n1 left", () -> b.hasLost(a));
    b.setPeers(c);
    Await.until("b is no peer any more", () -> !a.send(b, heartbeat(1)));
    hearsNothingAnyMore(b, a);
    a.reaches(c);
    c.reaches(a);
    c.setPeers(b);
    b.setPeers(a);
    a.setPeers(b);
    a.reaches(b);
    b.reaches(a);
    Await.until("c is no peer any more", () -> !a.send(c, heartbeat(1)));
  }

  @Test
  void groupsOnOneTransportDoNotMix() throws Exception {
    TransportEnd a = node("n1");
    TransportEnd b = node("n2");
    TransportEnd otherA = new TransportEnd(a.transport(), a.address(), "other", a.identity());
    TransportEnd otherB = new TransportEnd(b.transport(), b.address(), "other", b.identity());
    acquaint(a, b);
    acquaint(otherA, otherB);
    a.tell(b, heartbeat(21));
    otherA.tell(otherB, heartbeat(22));
    assertThat(otherB.hasHeard(heartbeat(21))).isFalse();
    assertThat(b.hasHeard(heartbeat(22))).isFalse();
    otherB.close();
    Await.until("n1 hears that n2 left", () -> otherA.hasLost(otherB));
    a.tell(b, heartbeat(23));
    b.tell(a, heartbeat(24));
    assertThat(a.hasLost(b)).as("the loss in another group").isFalse();
    assertThat(otherA.send(otherB, heartbeat(25))).isFalse();
  }

  @Test
  void whoLeavesIsMissed() throws Exception {
    TransportEnd a = node("n1");
    TransportEnd b = node("n2");
    TransportEnd c = node("n3");
    acquaint(a, b, c);
    b.close();
    Await.until("n1 hears that n2 left", () -> a.hasLost(b));
    Await.until("n3 hears that n2 left", () -> c.hasLost(b));
    c.transport().close();
    Await.until("n1 hears that n3 closed", () -> a.hasLost(c));
    assertThat(b.hasHeardLate()).isFalse();
    assertThat(c.hasLost(a)).isFalse();
  }

  @Test
  void aNodeThatRestartsIsHeardAgain() throws IOException {
    TransportEnd a = node("n1");
    TransportEnd before = node("n2");
    acquaint(a, before);
    for (int i = 0; i < 3; i++) {
      before.transport().close();
      T transport = opened(openAt(before.identity().nodeId(), before.address()));
      TransportEnd again = new TransportEnd(transport, before.address(), GROUP, before.identity());
      again.setPeers(a);
      again.reaches(a);
      a.reaches(again);
      before = again;
    }
  }

  @Test
  void aClosedLinkIsSilent() throws Exception {
    TransportEnd a = node("n1");
    TransportEnd b = node("n2");
    acquaint(a, b);
    b.close();
    assertThat(b.send(a, heartbeat(1))).isFalse();
    b.setPeers(a);
    assertThat(b.send(a, heartbeat(1))).isFalse();
    hearsNothing(a, b);
    assertThat(b.hasHeardLate()).isFalse();
  }

  @Test
  void aClosedTransportIsSilent() throws Exception {
    TransportEnd a = node("n1");
    TransportEnd b = node("n2");
    acquaint(a, b);
    b.transport().close();
    b.closes();
    assertThat(b.send(a, heartbeat(1))).isFalse();
    hearsNothing(a, b);
    b.close();
    assertThat(b.hasHeardLate()).isFalse();
  }

  @Test
  void nobodyIsCalledOnceTheLinkIsClosed() throws Exception {
    TransportEnd a = node("n1");
    TransportEnd b = node("n2");
    acquaint(a, b);
    try (Flood flood = new Flood(a, b)) {
      for (int i = 0; i < 20; i++) {
        b.close();
        TransportEnd again = new TransportEnd(b.transport(), b.address(), GROUP, b.identity());
        again.dawdle();
        again.setPeers(a);
        Await.until("packets", again::hasHeardSomething);
        again.close();
        assertThat(again.isInside()).as("a call goes on").isFalse();
        hearsNothingLate(again);
      }
      flood.stop();
    }
  }

  private static void hearsNothingLate(TransportEnd end) {
    boolean late = Await.within(Duration.ofMillis(20), end::hasHeardLate);
    assertThat(late).as("called after it was closed").isFalse();
  }

  @Test
  void closesUnderLoadAndMoreThanOnce() throws Exception {
    TransportEnd a = node("n1");
    TransportEnd b = node("n2");
    acquaint(a, b);
    try (Flood there = new Flood(a, b);
        Flood back = new Flood(b, a)) {
      closesInTime(b.transport());
      closesInTime(b.transport());
      closesInTime(b);
      closesInTime(a);
      closesInTime(a);
      closesInTime(a.transport());
      there.stop();
      back.stop();
    }
  }

  @Test
  void aReceiverThatDoesNotReturnHoldsUpNobodyForEver() throws Exception {
    assumeTrue(hasThreads(), "the sender's thread calls the receiver");
    TransportEnd a = node("n1");
    TransportEnd b = node("n2");
    acquaint(a, b);
    CountDownLatch release = b.block();
    try {
      Packet large = proposal(1 << 20);
      FutureTask<Boolean> sending =
          inThread(
              () -> {
                int taken = 0;
                while (taken < TOO_MANY && a.send(b, large)) {
                  taken++;
                }
                return taken < TOO_MANY;
              });
      assertThat(sending.get(Await.LONG.toSeconds(), TimeUnit.SECONDS)).as("bounded").isTrue();
      closesInTime(a.transport());
      closesInTime(b.transport());
    } finally {
      release.countDown();
    }
  }

  private static <V> FutureTask<V> inThread(Callable<V> task) {
    FutureTask<V> future = new FutureTask<>(task);
    new Thread(future, "contract").start();
    return future;
  }

  /** Sends as fast as it can until it is told to stop; sending must never throw. */
  private static final class Flood implements AutoCloseable {
    private final AtomicBoolean stopped = new AtomicBoolean();
    private final FutureTask<Void> sending;

    Flood(TransportEnd from, TransportEnd to) {
      sending =
          inThread(
              () -> {
                while (!stopped.get()) {
                  from.send(to, heartbeat(3));
                  from.send(to, proposal(1000));
                }
                return null;
              });
    }

    void stop() throws Exception {
      stopped.set(true);
      sending.get(Await.LONG.toSeconds(), TimeUnit.SECONDS);
    }

    @Override
    public void close() {
      stopped.set(true);
    }
  }
}
