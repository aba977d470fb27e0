package io.balsa.raft.transport.netty;

import static org.assertj.core.api.Assertions.assertThat;

import io.balsa.raft.Packet;
import io.balsa.raft.Transport;
import io.balsa.raft.core.NodeId;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** RT-04, RT-05: opening and closing, at any time and from anywhere. */
class LifecycleTest {
  private static final Duration CLOSE_LIMIT = Duration.ofSeconds(5);

  private static void closeInTime(Node node) {
    long start = System.nanoTime();
    node.close();
    assertThat(System.nanoTime() - start).isLessThan(CLOSE_LIMIT.toNanos());
  }

  @Test
  void rt04_closesUnderLoad() throws IOException {
    for (int i = 0; i < 15; i++) {
      Node a = Node.named("n1");
      Node b = Node.named("n2");
      Node.connect(a, b);
      AtomicBoolean stop = new AtomicBoolean();
      List<CompletableFuture<Void>> load = List.of(flood(a, b, stop), flood(b, a, stop));
      a.inbox.next();
      b.inbox.next();
      closeInTime(i % 2 == 0 ? a : b);
      stop.set(true);
      load.forEach(CompletableFuture::join); // send never throws
      closeInTime(a);
      closeInTime(b);
      assertThat(a.link.send(b.id(), Node.heartbeat(1))).isFalse();
    }
  }

  private static CompletableFuture<Void> flood(Node from, Node to, AtomicBoolean stop) {
    return Node.inThread(
        () -> {
          while (!stop.get()) {
            from.link.send(to.id(), Node.entries(1, 10, 1000));
            from.link.send(to.id(), Node.heartbeat(1));
          }
        });
  }

  @Test
  void thePortIsFreeAfterClose() throws IOException {
    Node first = Node.named("n1");
    first.close();
    for (int i = 0; i < 20; i++) {
      Node next = Node.at("n1", first.address());
      closeInTime(next);
    }
  }

  @Test
  void rt05_threadsAreGoneAfterClose() throws IOException {
    for (int i = 0; i < 10; i++) {
      Node a = Node.named("n1");
      Node b = Node.named("n2");
      Node.connect(a, b);
      a.close();
      b.close();
    }
    Node.until(() -> ourThreads().isEmpty());
  }

  private static Set<String> ourThreads() {
    return Thread.getAllStackTraces().keySet().stream()
        .map(Thread::getName)
        .filter(name -> name.startsWith("balsa-"))
        .collect(Collectors.toSet());
  }

  @Test
  void oneThreadServesATransport() throws IOException {
    Node.until(() -> ourThreads().isEmpty());
    try (Node a = Node.named("n1");
        Node b = Node.named("n2")) {
      Node.connect(a, b);
      assertThat(ourThreads()).hasSize(2);
    }
  }

  @Test
  void rt04_closesFromItsOwnThread() throws Exception {
    Node a = Node.named("n1");
    Node b = Node.named("n2");
    Node.connect(a, b);
    b.link.close();
    CountDownLatch closed = new CountDownLatch(1);
    Transport.Receiver closing =
        new Transport.Receiver() {
          @Override
          public void received(NodeId from, Packet packet) {
            b.close();
            closed.countDown();
          }

          @Override
          public void met(NodeId node, UUID incarnation, boolean formed) {}

          @Override
          public void disconnected(NodeId peer) {}
        };
    b.transport
        .join(Node.GROUP, b.identity, b.transport.address(), true, closing)
        .setPeers(List.of(a.member()));
    Node.until(
        () -> {
          a.link.send(b.id(), Node.heartbeat(1));
          return closed.getCount() == 0;
        });
    Node.until(() -> !a.link.send(b.id(), Node.heartbeat(1)));
    closeInTime(b);
    Node again = Node.at("n2", b.address());
    closeInTime(again);
    closeInTime(a);
  }

  @Test
  void closesFromManyThreadsAtOnce() throws IOException {
    Node a = Node.named("n1");
    List<CompletableFuture<Void>> closers = new ArrayList<>();
    for (int i = 0; i < 8; i++) {
      closers.add(Node.inThread(() -> closeInTime(a)));
    }
    closers.forEach(CompletableFuture::join);
  }

  /** RT-04: a receiver that does not return holds up nobody for ever. */
  @Test
  void rt04_closesThoughAReceiverBlocks() throws Exception {
    CountDownLatch entered = new CountDownLatch(1);
    CountDownLatch release = new CountDownLatch(1);
    Transport.Receiver blocking =
        new Transport.Receiver() {
          @Override
          public void received(NodeId from, Packet packet) {
            entered.countDown();
            try {
              release.await();
            } catch (InterruptedException e) {
              throw new IllegalStateException(e);
            }
          }

          @Override
          public void met(NodeId node, UUID incarnation, boolean formed) {}

          @Override
          public void disconnected(NodeId peer) {}
        };
    try (Node a = Node.named("n1")) {
      Node b = Node.named("n2");
      Node.connect(a, b);
      b.link.close();
      b.transport
          .join(Node.GROUP, b.identity, b.transport.address(), true, blocking)
          .setPeers(List.of(a.member()));
      Node.until(
          () -> {
            a.link.send(b.id(), Node.heartbeat(1));
            return entered.getCount() == 0;
          });
      closeInTime(b);
      release.countDown();
      Node.until(() -> ourThreads().stream().noneMatch(t -> t.contains(b.address())));
    }
  }

  @Test
  void theReceiverIsNotCalledAfterTheLinkIsClosed() throws IOException {
    try (Node a = Node.named("n1");
        Node b = Node.named("n2")) {
      Node.connect(a, b);
      AtomicBoolean stop = new AtomicBoolean();
      CompletableFuture<Void> load = flood(a, b, stop);
      for (int i = 0; i < 20; i++) {
        AtomicBoolean closed = new AtomicBoolean();
        AtomicBoolean inside = new AtomicBoolean();
        AtomicInteger calls = new AtomicInteger();
        AtomicInteger late = new AtomicInteger();
        Transport.Receiver receiver =
            new Transport.Receiver() {
              @Override
              public void received(NodeId from, Packet packet) {
                inside.set(true);
                late.addAndGet(closed.get() ? 1 : 0);
                calls.incrementAndGet();
                LockSupport.parkNanos(1_000_000);
                inside.set(false);
              }

              @Override
              public void met(NodeId node, UUID incarnation, boolean formed) {}

              @Override
              public void disconnected(NodeId peer) {
                late.addAndGet(closed.get() ? 1 : 0);
              }
            };
        b.link.close();
        Transport.Link link =
            b.transport.join(Node.GROUP, b.identity, b.transport.address(), true, receiver);
        link.setPeers(List.of(a.member()));
        Node.until(() -> calls.get() > 10);
        link.close();
        closed.set(true);
        assertThat(inside).isFalse();
        assertThat(late.get()).isZero();
        a.inbox.losses.clear();
      }
      stop.set(true);
      load.join();
    }
  }

  @Test
  void anUnusedTransportCloses() throws Exception {
    NettyTransport transport = NettyTransport.insecure("127.0.0.1:0");
    CompletableFuture<Void> closing = Node.inThread(transport::close);
    closing.get(CLOSE_LIMIT.toSeconds(), TimeUnit.SECONDS);
    transport.close();
  }
}
