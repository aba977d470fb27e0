package io.balsa.raft.transport.netty;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.balsa.raft.Packet;
import io.balsa.raft.Transport;
import io.balsa.raft.core.Member;
import io.balsa.raft.core.NodeId;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What the transport promises to those who use it as they should. */
class NettyTransportTest {

  @Test
  void packetsOfAllKindsArriveAsTheyWereSent() throws IOException {
    try (Node a = Node.named("n1");
        Node b = Node.named("n2")) {
      Node.connect(a, b);
      RandomPackets packets = new RandomPackets(3);
      for (int i = 0; i < 300; i++) {
        Packet packet = packets.next(i % RandomPackets.KINDS);
        assertThat(a.link.send(b.id(), packet)).isTrue();
        Inbox.Received received = b.inbox.next();
        assertThat(received.from()).isEqualTo(a.id());
        assertThat(Bytes.describe(received.packet())).isEqualTo(Bytes.describe(packet));
      }
    }
  }

  @Test
  void eachLaneKeepsTheOrder() throws IOException {
    try (Node a = Node.named("n1");
        Node b = Node.named("n2")) {
      Node.connect(a, b);
      for (int round = 1; round <= 5000; round++) {
        Packet next = Node.entries(round, 3, 50);
        Node.until(() -> a.link.send(b.id(), next));
      }
      for (int round = 1; round <= 5000; round++) {
        assertThat(Node.round(b.inbox.next().packet())).isEqualTo(round);
      }
    }
  }

  @Test
  void connectsAgainToAPeerThatRestarts() throws IOException {
    try (Node a = Node.named("n1")) {
      Node b = Node.named("n2");
      Node.connect(a, b);
      b.close();
      assertThat(a.inbox.nextLoss()).isEqualTo(b.id());
      try (Node again = Node.at("n2", b.address())) {
        Node.connect(a, again);
        a.link.send(b.id(), Node.heartbeat(77));
        assertThat(Node.round(again.inbox.next().packet())).isEqualTo(77);
      }
    }
  }

  /** Two lanes each way: four connections are lost, which is told at most once for each. */
  @Test
  void tellsTheLossOfEachConnectionOnce() throws IOException {
    try (Node a = Node.named("n1");
        Node b = Node.named("n2");
        Node c = Node.named("n3")) {
      Node.connect(a, b, c);
      b.stop();
      for (int i = 0; i < 4; i++) {
        assertThat(a.inbox.nextLoss()).isEqualTo(b.id());
        assertThat(c.inbox.nextLoss()).isEqualTo(b.id());
      }
      a.link.send(c.id(), Node.heartbeat(5));
      c.inbox.next();
      assertThat(a.inbox.losses).isEmpty();
      assertThat(c.inbox.losses).isEmpty();
    }
  }

  @Test
  void doesNotTellOfPeersThatWereDismissed() throws IOException {
    try (Node a = Node.named("n1");
        Node b = Node.named("n2");
        Node c = Node.named("n3")) {
      Node.connect(a, b, c);
      a.link.setPeers(List.of(c.member()));
      for (int i = 0; i < 4; i++) {
        assertThat(b.inbox.nextLoss()).isEqualTo(a.id());
      }
      Node.until(() -> a.link.send(c.id(), Node.heartbeat(2)));
      assertThat(a.inbox.losses).isEmpty();
    }
  }

  @Test
  void followsAPeerToAnotherAddress() throws IOException {
    try (Node a = Node.named("n1")) {
      Node b = Node.named("n2");
      Node.connect(a, b);
      try (Node moved = Node.at(b.identity, "127.0.0.1:0", Node.QUICK)) {
        Node.connect(a, moved);
        Node.until(() -> a.link.send(b.id(), Node.heartbeat(5)));
        Node.until(() -> moved.inbox.packets.stream().anyMatch(r -> Node.round(r.packet()) == 5));
      }
      b.close();
    }
  }

  @Test
  void manyGroupsShareAPort() throws IOException {
    try (Node a = Node.named("n1");
        Node b = Node.named("n2")) {
      Node.connect(a, b);
      Inbox inboxA = new Inbox();
      Inbox inboxB = new Inbox();
      Transport.Link linkA =
          a.transport.join("other", a.identity, a.transport.address(), true, inboxA);
      Transport.Link linkB =
          b.transport.join("other", b.identity, b.transport.address(), true, inboxB);
      linkA.setPeers(List.of(b.member()));
      linkB.setPeers(List.of(a.member()));
      Node.until(() -> linkA.send(b.id(), Node.heartbeat(9)));
      assertThat(Node.round(inboxB.next().packet())).isEqualTo(9);
      assertThat(b.inbox.packets).isEmpty();
      linkA.close();
      assertThat(linkA.send(b.id(), Node.heartbeat(9))).isFalse();
      a.link.send(b.id(), Node.heartbeat(10));
      assertThat(Node.round(b.inbox.next().packet())).isEqualTo(10);
    }
  }

  @Test
  void aGroupIsJoinedOnce() throws IOException {
    try (Node a = Node.named("n1")) {
      assertThatThrownBy(
              () -> a.transport.join(Node.GROUP, a.identity, a.transport.address(), true, a.inbox))
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining("joined already");
      a.link.close();
      a.transport.join(Node.GROUP, a.identity, a.transport.address(), true, a.inbox);
      assertThatThrownBy(
              () -> a.transport.join("", a.identity, a.transport.address(), true, a.inbox))
          .isInstanceOf(IllegalArgumentException.class);
      assertThatThrownBy(
              () ->
                  a.transport.join(
                      "x".repeat(256), a.identity, a.transport.address(), true, a.inbox))
          .isInstanceOf(IllegalArgumentException.class);
    }
  }

  @Test
  void joiningAClosedTransportIsAnError() throws IOException {
    Node a = Node.named("n1");
    a.close();
    assertThatThrownBy(
            () -> a.transport.join("other", a.identity, a.transport.address(), true, a.inbox))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("closed");
    assertThat(a.link.send(new NodeId("n2"), Node.heartbeat(1))).isFalse();
    a.link.setPeers(List.of());
    a.link.close();
  }

  @Test
  void whatCanNotBeSentIsSaidToBeDropped() throws IOException {
    try (Node a = Node.named("n1")) {
      NodeId stranger = new NodeId("n9");
      assertThat(a.link.send(stranger, Node.heartbeat(1))).isFalse();
      a.link.setPeers(List.of(new Member(stranger, "127.0.0.1:1")));
      assertThat(a.link.send(stranger, Node.heartbeat(1))).isFalse();
      assertThat(a.link.send(a.id(), Node.heartbeat(1))).isFalse();
    }
  }

  /**
   * RP-21: what is larger than a frame may be is dropped by the sender; the limit itself passes.
   */
  @Test
  void rp21_sendsUpToTheLargestFrame() throws IOException {
    try (Node a = Node.named("n1");
        Node b = Node.named("n2")) {
      Node.connect(a, b);
      int around = Bytes.of(0, Node.proposal(1, 1 << 20)).length - (1 << 20);
      int largest = Node.QUICK.bulkQueueBytes() - around - 4 - SendQueue.OVERHEAD;
      // It fits when the last of what has connected them has left the queue.
      Node.until(() -> a.link.send(b.id(), Node.proposal(1, largest)));
      Packet.Proposals received = (Packet.Proposals) b.inbox.next().packet();
      assertThat(received.proposals().get(0).command()).hasSize(largest);
      assertThat(a.link.send(b.id(), Node.proposal(1, largest + 1))).isFalse();
      assertThat(a.link.send(b.id(), Node.proposal(1, Node.QUICK.frameBytes()))).isFalse();
    }
  }

  @Test
  void aPortThatIsTakenIsNamed() throws IOException {
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"))) {
      assertThatThrownBy(() -> NettyTransport.insecure("127.0.0.1:" + taken.getLocalPort()))
          .isInstanceOf(IOException.class)
          .hasMessageStartingWith(
              "port "
                  + taken.getLocalPort()
                  + " on 127.0.0.1 is taken by another process: Address already in use");
    }
  }

  @Test
  void aHostThatIsUnknownOrElsewhereIsNamed() {
    assertThatThrownBy(() -> NettyTransport.insecure("no-such-host.invalid:7000"))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("no-such-host.invalid:7000: the host is unknown");
    assertThatThrownBy(() -> NettyTransport.insecure("192.0.2.1:7000"))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("can't listen at 192.0.2.1:7000");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        ":",
        "7000",
        ":7000",
        "host",
        "host:",
        "host:x",
        "host:-1",
        "host:65536",
        "host:123456",
        "::1:7000",
        " :7000",
        "a b:7000",
        "[]:7000"
      })
  void anAddressThatIsNoneIsRefused(String address) {
    assertThatThrownBy(() -> NettyTransport.insecure(address))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("\"" + address + "\"");
  }

  /** SE-07: listens where it was told to and nowhere else. */
  @Test
  void se07_bindsOneAddressOnly() throws IOException {
    try (NettyTransport transport = NettyTransport.insecure("127.0.0.1:0")) {
      int port = HostPort.parse(transport.address()).port();
      try (ServerSocket elsewhere = new ServerSocket(port, 1, InetAddress.getByName("127.0.0.2"))) {
        assertThat(elsewhere.isBound()).isTrue();
      }
    }
  }

  @Test
  void aReceiverThatThrowsLosesItsPacketAndNothingElse() throws IOException {
    try (Node a = Node.named("n1");
        Node b = Node.named("n2")) {
      Node.connect(a, b);
      Inbox inbox = new Inbox();
      Transport.Receiver throwing =
          new Transport.Receiver() {
            @Override
            public void received(NodeId from, Packet packet) {
              inbox.received(from, packet);
              throw new IllegalStateException("on purpose");
            }

            @Override
            public void met(NodeId node, UUID incarnation, boolean formed) {}

            @Override
            public void disconnected(NodeId peer) {
              inbox.disconnected(peer);
              throw new IllegalStateException("on purpose");
            }
          };
      b.link.close();
      for (int i = 0; i < 4; i++) {
        assertThat(a.inbox.nextLoss()).isEqualTo(b.id());
      }
      b.transport
          .join(Node.GROUP, b.identity, b.transport.address(), true, throwing)
          .setPeers(List.of(a.member()));
      Node.until(() -> a.link.send(b.id(), Node.heartbeat(1)));
      inbox.next();
      a.link.send(b.id(), Node.heartbeat(2));
      assertThat(Node.round(inbox.next().packet())).isEqualTo(2);
      a.stop();
      inbox.nextLoss();
      inbox.nextLoss();
    }
  }
}
