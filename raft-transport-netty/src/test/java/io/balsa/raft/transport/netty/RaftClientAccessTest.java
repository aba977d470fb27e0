package io.balsa.raft.transport.netty;

import static org.assertj.core.api.Assertions.assertThat;

import io.balsa.raft.ClientAnswer;
import io.balsa.raft.ClientRequest;
import io.balsa.raft.Identity;
import io.balsa.raft.NotExecutedException;
import io.balsa.raft.Packet;
import io.balsa.raft.Transport;
import io.balsa.raft.core.Configuration;
import io.balsa.raft.core.Member;
import io.balsa.raft.core.NodeId;
import java.io.IOException;
import java.net.InetAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Who gets in as a client, what he may do there, and what he can't do to others. */
@Timeout(60)
class RaftClientAccessTest {
  private static final Duration LONG = Duration.ofSeconds(20);
  private static final Duration SHORT = Duration.ofSeconds(1);
  private static final byte[] COMMAND = {1, 2, 3};

  /** A cluster of one that gives back what it gets. */
  private record Echo(NettyTransport transport) implements Transport.Receiver, AutoCloseable {
    static Echo on(NettyTransport transport) {
      Echo echo = new Echo(transport);
      Identity identity = new Identity(Node.CLUSTER, new NodeId("n1"), new UUID(1, 1));
      transport.join(Node.GROUP, identity, transport.address(), true, echo);
      return echo;
    }

    @Override
    public void asked(ClientRequest request, Consumer<ClientAnswer> reply) {
      if (request instanceof ClientRequest.Propose p) {
        reply.accept(new ClientAnswer.Executed(p.sequence(), p.command()));
      } else if (request instanceof ClientRequest.Read read) {
        reply.accept(new ClientAnswer.Value(read.query()));
      } else if (request instanceof ClientRequest.OpenSession) {
        reply.accept(new ClientAnswer.Opened(1));
      } else {
        Member self = new Member(new NodeId("n1"), transport.address());
        reply.accept(
            new ClientAnswer.Status(self.id(), self.id(), 1, Configuration.of(List.of(self))));
      }
    }

    @Override
    public void received(NodeId from, Packet packet) {}

    @Override
    public void met(NodeId node, UUID incarnation, boolean formed) {}

    @Override
    public void disconnected(NodeId peer) {}

    @Override
    public void close() {
      transport.close();
    }
  }

  private static Echo secured(Authorizer authorizer) throws IOException {
    KeyDirectory keys = KeyDirectory.of(SecureNodes.AUTHORITY, KeyDirectory.node("n1"));
    Tls tls = keys.settings().authorizer(authorizer).build();
    return Echo.on(
        NettyTransport.open(
            "127.0.0.1:0",
            SecureNodes.LIMITS,
            Security.tls(tls, new LogLines().logger()),
            InetAddress::getAllByName,
            new Random(7)));
  }

  private static RaftClient.Builder builder(Echo node) {
    return RaftClient.builder(node.transport.address()).group(Node.GROUP);
  }

  private static Tls keys(String uri) {
    return KeyDirectory.of(SecureNodes.AUTHORITY, uri).tls();
  }

  private static Throwable failure(CompletableFuture<?> future) {
    try {
      future.join();
      return null;
    } catch (CompletionException e) {
      return e.getCause();
    }
  }

  @Test
  void se02_aClientWithItsCertificateIsServed() throws Exception {
    try (Echo node = secured(Authorizer.DEFAULT);
        RaftClient client = builder(node).tls(keys(KeyDirectory.client("shop"))).open()) {
      assertThat(client.propose(COMMAND, LONG).join()).isEqualTo(COMMAND);
      assertThat(client.read(COMMAND, LONG).join()).isEqualTo(COMMAND);
    }
  }

  @Test
  void se02_aNodeIsNoClientAndAnotherClustersNodeIsNotBelieved() throws Exception {
    try (Echo node = secured(Authorizer.DEFAULT);
        RaftClient asNode = builder(node).tls(keys(KeyDirectory.node("n2"))).open();
        RaftClient plain = builder(node).insecure().open()) {
      assertThat(failure(asNode.propose(COMMAND, SHORT)))
          .isInstanceOf(NotExecutedException.class)
          .hasMessageContaining("raft://orders/client/<name> is expected");
      assertThat(failure(plain.propose(COMMAND, SHORT))).isInstanceOf(NotExecutedException.class);
    }
  }

  @Test
  void se02_whoMayOnlyReadIsToldSo() throws Exception {
    Authorizer readers = (who, action, group) -> action == Authorizer.Action.CLIENT_READ;
    try (Echo node = secured(readers);
        RaftClient client = builder(node).tls(keys(KeyDirectory.client("shop"))).open()) {
      assertThat(client.read(COMMAND, LONG).join()).isEqualTo(COMMAND);
      assertThat(failure(client.propose(COMMAND, LONG)))
          .isInstanceOf(NotExecutedException.class)
          .hasMessageContaining("raft://orders/client/shop may not do this in group main");
    }
  }

  @Test
  void se02_whoMayDoNothingIsNotLetIn() throws Exception {
    Authorizer nobody = (who, action, group) -> action == Authorizer.Action.PEER;
    try (Echo node = secured(nobody);
        RaftClient client = builder(node).tls(keys(KeyDirectory.client("shop"))).open()) {
      assertThat(failure(client.read(COMMAND, SHORT)))
          .isInstanceOf(NotExecutedException.class)
          .hasMessageContaining("may neither read nor write");
    }
  }

  /** While clients send as much as they can, heartbeats between two nodes pass all the same. */
  @Test
  void cl07_clientsDoNotHoldUpTheConsensusLane() throws Exception {
    try (Node a = Node.named("n1");
        Node b = Node.named("n2")) {
      Node.connect(a, b);
      Identity identity = new Identity(Node.CLUSTER, new NodeId("n1"), new UUID(1, 1));
      b.transport.join("served", identity, b.address(), true, new Echo(b.transport));
      try (RaftClient client = RaftClient.builder(b.address()).group("served").insecure().open()) {
        List<CompletableFuture<byte[]>> answers = new ArrayList<>();
        for (int i = 0; i < 60; i++) {
          answers.add(client.propose(new byte[500_000], LONG));
        }
        long longest = 0;
        while (!answers.stream().allMatch(CompletableFuture::isDone)) {
          long sent = System.nanoTime();
          Node.until(() -> a.link.send(b.id(), Node.heartbeat(1)));
          b.inbox.next();
          longest = Math.max(longest, System.nanoTime() - sent);
        }
        answers.forEach(answer -> assertThat(answer.join()).hasSize(500_000));
        assertThat(longest).as("ns for the slowest heartbeat").isLessThan(500_000_000L);
      }
    }
  }

  @Test
  void manyClientsAtOnceAreServed() throws Exception {
    try (Echo node = Echo.on(Node.bind("127.0.0.1:0", Node.QUICK))) {
      List<RaftClient> clients = new ArrayList<>();
      List<CompletableFuture<byte[]>> answers = new ArrayList<>();
      for (int i = 0; i < 5; i++) {
        RaftClient client = builder(node).insecure().open();
        clients.add(client);
        for (int n = 0; n < 500; n++) {
          answers.add(client.propose(new byte[1000], LONG));
        }
      }
      answers.forEach(answer -> assertThat(answer.join()).hasSize(1000));
      clients.forEach(RaftClient::close);
    }
  }
}
