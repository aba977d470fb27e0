package io.balsa.raft.transport.netty;

import static org.assertj.core.api.Assertions.assertThat;

import io.balsa.raft.Identity;
import io.balsa.raft.Packet;
import io.balsa.raft.core.Member;
import io.balsa.raft.core.NodeId;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Links that swallow, stall, crawl or lead nowhere. */
class FaultyLinkTest {

  /** Connects two nodes with a relay in the way from the first to the second. */
  private static void connect(Node from, Relay relay, Node to) {
    from.link.setPeers(List.of(new Member(to.id(), relay.address())));
    to.link.setPeers(List.of(from.member()));
    from.awaitRouteTo(to.id());
    to.awaitRouteTo(from.id());
  }

  /** TR-01: a peer that takes nothing any more costs those nothing that do. */
  @Test
  void tr01_aStalledPeerStallsNobodyElse() throws IOException {
    try (Node a = Node.named("n1");
        Node b = Node.named("n2");
        Node c = Node.named("n3");
        Relay relay = Relay.to(b)) {
      Member black = new Member(new NodeId("n9"), "192.0.2.1:7000");
      a.link.setPeers(List.of(new Member(b.id(), relay.address()), c.member(), black));
      b.link.setPeers(List.of(a.member()));
      c.link.setPeers(List.of(a.member()));
      a.awaitRouteTo(b.id());
      a.awaitRouteTo(c.id());
      relay.set(Relay.Mode.STALL);
      long longest = 0;
      for (int round = 1; round <= 300; round++) {
        Packet data = Node.entries(round, 1, 100_000);
        long start = System.nanoTime();
        a.link.send(b.id(), data);
        a.link.send(black.id(), data);
        longest = Math.max(longest, System.nanoTime() - start);
        assertThat(a.link.send(c.id(), data)).isTrue();
        assertThat(Node.round(c.inbox.next().packet())).isEqualTo(round);
      }
      assertThat(longest).isLessThan(Duration.ofSeconds(1).toNanos());
    }
  }

  /** TR-01: nor does a name server that does not answer. */
  @Test
  void tr01_aNameThatIsNotFoundStallsNobodyElse() throws IOException {
    CountDownLatch never = new CountDownLatch(1);
    NameLookup.Resolver resolver =
        host -> {
          if (host.equals("hangs")) {
            try {
              never.await();
            } catch (InterruptedException e) {
              throw new UnknownHostException(host);
            }
          }
          return InetAddress.getAllByName(host);
        };
    try (Node b = Node.named("n2");
        NettyTransport transport =
            NettyTransport.open(
                "127.0.0.1:0", Node.QUICK, Security.none(), resolver, new Random(1))) {
      Identity identity = new Identity(Node.CLUSTER, new NodeId("n1"), UUID.randomUUID());
      var link = transport.join(Node.GROUP, identity, transport.address(), true, new Inbox());
      Member localhost = new Member(b.id(), "localhost:" + b.port());
      link.setPeers(List.of(new Member(new NodeId("n9"), "hangs:7000"), localhost));
      b.link.setPeers(List.of(new Member(identity.nodeId(), transport.address())));
      Node.until(() -> link.send(b.id(), Node.heartbeat(3)));
      assertThat(Node.round(b.inbox.next().packet())).isEqualTo(3);
    }
    never.countDown();
  }

  /** TR-02: heartbeats and votes overtake data, also where data has filled all buffers. */
  @Test
  void tr02_heartbeatsDoNotWaitForData() throws IOException {
    try (Node a = Node.named("n1");
        Node b = Node.named("n2");
        Relay relay = Relay.to(b)) {
      connect(a, relay, b);
      relay.limit(1_000_000);
      int sent = 0;
      while (a.link.send(b.id(), Node.entries(1000 + sent, 1, 200_000))) {
        sent++;
      }
      for (int round = 1; round <= 20; round++) {
        long start = System.nanoTime();
        assertThat(a.link.send(b.id(), Node.heartbeat(round))).isTrue();
        while (Node.round(b.inbox.next().packet()) != round) {
          sent--;
        }
        assertThat(System.nanoTime() - start).isLessThan(Duration.ofMillis(500).toNanos());
      }
      assertThat(sent).as("data that is still on its way").isPositive();
    }
  }

  /** TR-03: what waits for a peer that takes nothing is bounded, and send says so. */
  @Test
  void tr03_queuesAreBounded() throws IOException {
    try (Node a = Node.named("n1");
        Node b = Node.named("n2");
        Relay relay = Relay.to(b)) {
      connect(a, relay, b);
      relay.set(Relay.Mode.STALL);
      int kernel = 16 << 20; // what socket buffers may take, which is not ours to bound
      int bound = Node.QUICK.bulkQueueBytes() + Limits.HIGH_WATER + kernel;
      long taken = 0;
      long end = System.nanoTime() + Duration.ofMillis(700).toNanos();
      while (System.nanoTime() < end) {
        taken += a.link.send(b.id(), Node.entries(1, 1, 100_000)) ? 100_000 : 0;
        assertThat(taken).isLessThan(bound);
      }
      long control = 0;
      while (a.link.send(b.id(), Node.heartbeat(control))) {
        control++;
        assertThat(control * 16).isLessThan(Node.QUICK.consensusQueueBytes() + kernel);
      }
    }
  }

  /** RP-12: a lane that was full goes on as soon as there is room, whoever sends or not. */
  @Test
  void rp12_aLaneThatWasFullGoesOn() throws IOException {
    try (Node a = Node.named("n1");
        Node b = Node.named("n2");
        Relay relay = Relay.to(b)) {
      connect(a, relay, b);
      for (int time = 0; time < 3; time++) {
        relay.set(Relay.Mode.STALL);
        int sent = 0;
        for (int refused = 0; refused < 20; ) {
          boolean taken = a.link.send(b.id(), Node.entries(sent + 1, 1, 100_000));
          sent += taken ? 1 : 0;
          refused += taken ? 0 : 1;
        }
        relay.set(Relay.Mode.PASS);
        for (int round = 1; round <= sent; round++) {
          assertThat(Node.round(b.inbox.next().packet())).isEqualTo(round);
        }
      }
      assertThat(a.inbox.losses).isEmpty();
    }
  }

  /** TR-04: a link that swallows everything is noticed by both ends. */
  @Test
  void tr04_aLinkThatSwallowsIsClosed() throws IOException {
    try (Node a = Node.named("n1");
        Node b = Node.named("n2");
        Relay relay = Relay.to(b)) {
      connect(a, relay, b);
      relay.set(Relay.Mode.SWALLOW);
      a.link.send(b.id(), Node.heartbeat(1));
      for (int lane = 0; lane < 2; lane++) {
        assertThat(a.inbox.nextLoss()).isEqualTo(b.id());
        assertThat(b.inbox.nextLoss()).isEqualTo(a.id());
      }
      relay.set(Relay.Mode.PASS);
      Node.until(() -> a.link.send(b.id(), Node.heartbeat(2)));
      assertThat(Node.round(b.inbox.next().packet())).isEqualTo(2);
    }
  }

  /** TR-04: a connection that has nothing to say, or much on a slow line, stays. */
  @Test
  void tr04_idleAndBusyConnectionsStay() throws IOException {
    try (Node a = Node.named("n1");
        Node b = Node.named("n2");
        Relay relay = Relay.to(b)) {
      connect(a, relay, b);
      relay.limit(500_000);
      long sent = 0;
      while (a.link.send(b.id(), Node.entries(++sent, 1, 100_000))) {
        assertThat(sent).isLessThan(500);
      }
      long end = System.nanoTime() + 2 * Node.QUICK.silence().toNanos();
      Node.until(() -> System.nanoTime() > end);
      assertThat(a.inbox.losses).isEmpty();
      assertThat(b.inbox.losses).isEmpty();
    }
  }

  /** A process that is killed leaves a reset or an end, which is told at once. */
  @Test
  void aResetIsToldWithinMilliseconds() throws IOException {
    try (Node a = Node.named("n1");
        Node b = Node.named("n2");
        Relay relay = Relay.to(b)) {
      connect(a, relay, b);
      long start = System.nanoTime();
      relay.cut();
      assertThat(a.inbox.nextLoss()).isEqualTo(b.id());
      assertThat(b.inbox.nextLoss()).isEqualTo(a.id());
      assertThat(System.nanoTime() - start).isLessThan(Duration.ofMillis(500).toNanos());
    }
  }

  /** TR-15: a peer may come back at another address under its old name. */
  @Test
  void tr15_namesAreLookedUpForEachAttempt() throws IOException {
    AtomicInteger lookups = new AtomicInteger();
    NameLookup.Resolver resolver =
        host ->
            new InetAddress[] {
              InetAddress.getByName(lookups.incrementAndGet() <= 6 ? "127.0.0.3" : "127.0.0.1")
            };
    try (Node b = Node.named("n2");
        NettyTransport transport =
            NettyTransport.open(
                "127.0.0.1:0", Node.QUICK, Security.none(), resolver, new Random(1))) {
      Identity identity = new Identity(Node.CLUSTER, new NodeId("n1"), UUID.randomUUID());
      var link = transport.join(Node.GROUP, identity, transport.address(), true, new Inbox());
      link.setPeers(List.of(new Member(b.id(), "moves:" + b.port())));
      b.link.setPeers(List.of(new Member(identity.nodeId(), transport.address())));
      Node.until(() -> link.send(b.id(), Node.heartbeat(3)));
      assertThat(lookups.get()).isGreaterThan(6);
    }
  }

  /** TR-15: an address that means nothing on this machine may do so later, and harms no other. */
  @ParameterizedTest
  @ValueSource(strings = {"fe80::1%no-such0", "fe80::1%", "fe80::1%99999999999"})
  void tr15_anAddressWithAZoneThatIsNotHereStallsNobodyElse(String host) throws IOException {
    try (Node a = Node.named("n1");
        Node b = Node.named("n3")) {
      Member lost = new Member(new NodeId("n2"), "[" + host + "]:7000");
      a.link.setPeers(List.of(lost, b.member()));
      b.link.setPeers(List.of(lost, a.member()));
      a.awaitRouteTo(b.id());
      b.awaitRouteTo(a.id());
      a.link.setPeers(List.of(new Member(lost.id(), b.address()), b.member()));
      assertThat(a.link.send(b.id(), Node.heartbeat(1))).isTrue();
    }
  }

  @Test
  void tr15_aZoneThatIsNotHereIsAFailedLookUpThatIsExplained() {
    NameLookup names = new NameLookup(InetAddress::getAllByName, "names");
    assertThat(names.lookUp("fe80::1%no-such0"))
        .failsWithin(Duration.ZERO)
        .withThrowableOfType(ExecutionException.class)
        .withCauseInstanceOf(UnknownHostException.class);
    assertThat(names.lookUp("fe80::1")).isCompleted();
    names.close();
    assertThat(NameLookup.whyNotFound("fe80::1%no-such0"))
        .startsWith("this machine has no network interface \"no-such0\"");
    assertThat(NameLookup.whyNotFound("no-such0")).isEqualTo("the host is unknown");
  }

  /** A peer that hangs up at once is called again, with pauses that grow. */
  @Test
  void attemptsToConnectAreFarBetween() throws IOException {
    try (ServerSocket server = new ServerSocket();
        Node a = Node.named("n1")) {
      server.bind(new InetSocketAddress("127.0.0.1", 0));
      String address = "127.0.0.1:" + server.getLocalPort();
      a.link.setPeers(List.of(new Member(new NodeId("n2"), address)));
      long start = System.nanoTime();
      for (int i = 0; i < 40; i++) {
        try (Socket caller = server.accept()) {
          assertThat(caller.isConnected()).isTrue();
        }
      }
      // 20 attempts for each lane: pauses of 10, 20, 40, 80, then 100 ms, or half of that.
      assertThat(System.nanoTime() - start).isGreaterThan(Duration.ofMillis(800).toNanos());
    }
  }

  /** CM-18: whoever took over the address of a peer does not get its packets. */
  @Test
  void cm18_doesNotTalkToAnotherNodeAtTheAddress() throws IOException {
    try (Node a = Node.named("n1");
        Node b = Node.named("n2");
        Node stranger =
            Node.at(
                new Identity(new UUID(8, 8), new NodeId("n3"), UUID.randomUUID()),
                "127.0.0.1:0",
                Node.QUICK)) {
      stranger.link.setPeers(List.of(a.member()));
      b.link.setPeers(List.of(a.member()));
      a.link.setPeers(
          List.of(
              new Member(new NodeId("n3"), stranger.address()), // of another cluster
              new Member(new NodeId("n4"), b.address()))); // another node
      long end = System.nanoTime() + Duration.ofMillis(500).toNanos();
      Node.until(
          () -> {
            assertThat(a.link.send(new NodeId("n3"), Node.heartbeat(1))).isFalse();
            assertThat(a.link.send(new NodeId("n4"), Node.heartbeat(1))).isFalse();
            return System.nanoTime() > end;
          });
      assertThat(stranger.inbox.packets).isEmpty();
      assertThat(b.inbox.packets).isEmpty();
    }
  }
}
