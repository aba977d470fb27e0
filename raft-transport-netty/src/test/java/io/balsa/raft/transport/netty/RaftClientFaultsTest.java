package io.balsa.raft.transport.netty;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.balsa.raft.ClientAnswer;
import io.balsa.raft.ClientAnswer.Problem;
import io.balsa.raft.ClientRequest;
import io.balsa.raft.ClosedException;
import io.balsa.raft.Identity;
import io.balsa.raft.NotExecutedException;
import io.balsa.raft.OutcomeUnknownException;
import io.balsa.raft.Packet;
import io.balsa.raft.Transport;
import io.balsa.raft.core.Configuration;
import io.balsa.raft.core.Member;
import io.balsa.raft.core.NodeId;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Clients of nodes that do not do what nodes should. */
@Timeout(60)
class RaftClientFaultsTest {
  private static final Duration LONG = Duration.ofSeconds(20);
  private static final byte[] COMMAND = {1, 2, 3};

  private final List<AutoCloseable> toClose = new ArrayList<>();

  @AfterEach
  void close() throws Exception {
    for (AutoCloseable one : toClose) {
      one.close();
    }
  }

  /** Answers as it is told; says by itself who leads and opens sessions. */
  private final class Impostor implements Transport.Receiver {
    final NettyTransport transport;
    final NodeId id;
    final List<ClientRequest> asked = new CopyOnWriteArrayList<>();
    volatile Member leader;
    volatile Answering answering = (request, reply) -> {};

    Impostor(String name) throws IOException {
      id = new NodeId(name);
      transport = Node.bind("127.0.0.1:0", Node.QUICK);
      toClose.add(transport);
      Identity identity = new Identity(Node.CLUSTER, id, UUID.randomUUID());
      transport.join(Node.GROUP, identity, transport.address(), true, this);
      leader = member();
    }

    Member member() {
      return new Member(id, transport.address());
    }

    @Override
    public void asked(ClientRequest request, Consumer<ClientAnswer> reply) {
      asked.add(request);
      if (request instanceof ClientRequest.Status) {
        reply.accept(status());
      } else if (request instanceof ClientRequest.OpenSession) {
        reply.accept(new ClientAnswer.Opened(1));
      } else {
        answering.answer(request, reply);
      }
    }

    ClientAnswer.Status status() {
      List<Member> members =
          leader == null || leader.id().equals(id) ? List.of(member()) : List.of(member(), leader);
      return new ClientAnswer.Status(
          id, leader == null ? null : leader.id(), 1, Configuration.of(members));
    }

    long proposals() {
      return asked.stream().filter(r -> r instanceof ClientRequest.Propose).count();
    }

    @Override
    public void received(NodeId from, Packet packet) {}

    @Override
    public void met(NodeId node, UUID incarnation, boolean formed) {}

    @Override
    public void disconnected(NodeId peer) {}
  }

  private interface Answering {
    void answer(ClientRequest request, Consumer<ClientAnswer> reply);
  }

  private static void echo(ClientRequest request, Consumer<ClientAnswer> reply) {
    reply.accept(
        request instanceof ClientRequest.Propose p
            ? new ClientAnswer.Executed(p.sequence(), p.command())
            : new ClientAnswer.Value(((ClientRequest.Read) request).query()));
  }

  private RaftClient client(String... addresses) throws IOException {
    RaftClient client = RaftClient.builder(addresses).group(Node.GROUP).insecure().open();
    toClose.add(client);
    return client;
  }

  /** Connections are made, and nothing is ever said. */
  private String blackHole() throws IOException {
    ServerSocket socket = new ServerSocket(0, 50, InetAddress.getByName("127.0.0.1"));
    toClose.add(socket);
    return "127.0.0.1:" + socket.getLocalPort();
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
  void cl09_aBlackHoleIsPassedBy() throws Exception {
    Impostor node = new Impostor("n1");
    node.answering = RaftClientFaultsTest::echo;
    RaftClient client = client(blackHole(), node.transport.address());
    assertThat(client.propose(COMMAND, LONG).join()).isEqualTo(COMMAND);
    assertThat(client.read(COMMAND, LONG).join()).isEqualTo(COMMAND);
  }

  @Test
  void cl09_anAddressWithAZoneThatIsNotHereIsPassedBy() throws Exception {
    Impostor node = new Impostor("n1");
    node.answering = RaftClientFaultsTest::echo;
    RaftClient client = client("[fe80::1%no-such0]:7000", node.transport.address());
    assertThat(client.propose(COMMAND, LONG)).succeedsWithin(LONG).isEqualTo(COMMAND);
    assertThat(client("[fe80::1%no-such0]:7000").read(COMMAND, Duration.ofMillis(200)))
        .failsWithin(LONG)
        .withThrowableThat()
        .withMessageContaining("this machine has no network interface \"no-such0\"");
  }

  @Test
  void cl09_nothingButBlackHolesIsNotExecutedAtTheDeadline() throws Exception {
    RaftClient client = client(blackHole(), blackHole());
    assertThat(failure(client.propose(COMMAND, Duration.ofMillis(500))))
        .isInstanceOf(NotExecutedException.class);
  }

  @Test
  void cl09_aLeaderThatNeverAnswersACommandLeavesItUnknown() throws Exception {
    Impostor node = new Impostor("n1");
    RaftClient client = client(node.transport.address());
    assertThat(failure(client.propose(COMMAND, Duration.ofSeconds(1))))
        .isInstanceOf(OutcomeUnknownException.class);
    assertThat(failure(client.read(COMMAND, Duration.ofMillis(200))))
        .isInstanceOf(NotExecutedException.class);
  }

  @Test
  void cl09_nodesThatPointAtEachOtherEndInADeadline() throws Exception {
    Impostor one = new Impostor("n1");
    Impostor two = new Impostor("n2");
    one.leader = two.member();
    two.leader = one.member();
    RaftClient client = client(one.transport.address());
    assertThat(failure(client.propose(COMMAND, Duration.ofSeconds(1))))
        .isInstanceOf(NotExecutedException.class);
    assertThat(one.asked.size() + two.asked.size()).as("with pauses").isLessThan(200);
    two.leader = two.member();
    two.answering = RaftClientFaultsTest::echo;
    assertThat(client.propose(COMMAND, LONG).join()).isEqualTo(COMMAND);
  }

  @Test
  void cl01_aCommandWhoseAnswerIsLostIsSentAgainUnderTheSameNumber() throws Exception {
    Impostor node = new Impostor("n1");
    AtomicInteger tries = new AtomicInteger();
    node.answering =
        (request, reply) -> {
          if (tries.incrementAndGet() > 2) {
            echo(request, reply);
          } else {
            reply.accept(new ClientAnswer.Failed(Problem.UNKNOWN, "of a test"));
          }
        };
    RaftClient client = client(node.transport.address());
    assertThat(client.propose(COMMAND, LONG).join()).isEqualTo(COMMAND);
    List<ClientRequest.Propose> sent =
        node.asked.stream()
            .filter(r -> r instanceof ClientRequest.Propose)
            .map(r -> (ClientRequest.Propose) r)
            .toList();
    assertThat(sent).hasSize(3);
    assertThat(sent.stream().map(ClientRequest.Propose::sequence)).containsOnly(1L);
  }

  @Test
  void cl05_aClientThatIsClosedLeavesNobodyWaiting() throws Exception {
    Impostor node = new Impostor("n1");
    RaftClient client = client(node.transport.address());
    CompletableFuture<byte[]> proposal = client.propose(COMMAND, LONG);
    CompletableFuture<byte[]> read = client.read(COMMAND, LONG);
    Node.until(() -> node.proposals() == 1);
    client.close();
    assertThat(failure(proposal)).isInstanceOf(OutcomeUnknownException.class);
    assertThat(failure(read)).isInstanceOf(ClosedException.class);
    assertThat(failure(client.status())).isInstanceOf(ClosedException.class);
  }

  @Test
  void cl06_answersInAnyOrderFindTheirRequests() throws Exception {
    Impostor node = new Impostor("n1");
    List<Runnable> later = new CopyOnWriteArrayList<>();
    node.answering = (request, reply) -> later.add(0, () -> echo(request, reply));
    RaftClient client = client(node.transport.address());
    List<CompletableFuture<byte[]>> all = new ArrayList<>();
    for (int i = 0; i < 100; i++) {
      all.add(client.propose(new byte[] {(byte) i}, LONG));
    }
    Node.until(() -> later.size() == 100);
    later.forEach(Runnable::run);
    for (int i = 0; i < 100; i++) {
      assertThat(all.get(i).join()).containsExactly(i);
    }
  }

  @Test
  void cl07_pushBackIsRespectedUntilTheDeadline() throws Exception {
    Impostor node = new Impostor("n1");
    node.answering =
        (request, reply) -> reply.accept(new ClientAnswer.Failed(Problem.BUSY, "too much"));
    RaftClient client = client(node.transport.address());
    assertThat(failure(client.propose(COMMAND, Duration.ofSeconds(1))))
        .isInstanceOf(NotExecutedException.class)
        .hasMessageContaining("too much");
    assertThat(node.proposals()).as("with pauses that grow").isBetween(2L, 15L);
  }

  @Test
  void whatIsRefusedIsNotTriedAgain() throws Exception {
    Impostor node = new Impostor("n1");
    node.answering =
        (request, reply) -> reply.accept(new ClientAnswer.Failed(Problem.REFUSED, "no such key"));
    RaftClient client = client(node.transport.address());
    assertThat(failure(client.read(COMMAND, LONG)))
        .isInstanceOf(NotExecutedException.class)
        .hasMessage("no such key");
    assertThat(failure(client.propose(COMMAND, LONG))).isInstanceOf(NotExecutedException.class);
    assertThat(node.proposals()).isEqualTo(1);
  }

  @Test
  void theStatusIsToldThoughNobodyLeads() throws Exception {
    Impostor node = new Impostor("n1");
    node.leader = null;
    ClusterStatus status = client(node.transport.address()).status().join();
    assertThat(status.leader()).isEmpty();
    assertThat(status.members()).containsExactly(node.member());
  }

  @Test
  void aNodeThatWasStoppedIsCalledAgain() throws Exception {
    Impostor node = new Impostor("n1");
    node.answering = RaftClientFaultsTest::echo;
    RaftClient client = client(node.transport.address(), blackHole());
    assertThat(client.propose(COMMAND, LONG).join()).isEqualTo(COMMAND);
    Impostor next = new Impostor("n2");
    next.answering = RaftClientFaultsTest::echo;
    node.leader = next.member();
    node.answering = (request, reply) -> reply.accept(new ClientAnswer.NotLeader(node.status()));
    assertThat(client.propose(COMMAND, LONG).join()).isEqualTo(COMMAND);
    assertThat(next.proposals()).isEqualTo(1);
    node.transport.close();
    next.transport.close();
    // Whether the client has noticed before it sends this is a matter of luck.
    assertThat(failure(client.propose(COMMAND, Duration.ofMillis(300))))
        .isInstanceOfAny(NotExecutedException.class, OutcomeUnknownException.class);
    assertThat(failure(client.propose(COMMAND, Duration.ofMillis(300))))
        .isInstanceOf(NotExecutedException.class);
  }

  @Test
  void aWrongGroupIsSaidInTheReason() throws Exception {
    Impostor node = new Impostor("n1");
    try (RaftClient client =
        RaftClient.builder(node.transport.address()).group("other").insecure().open()) {
      assertThat(failure(client.read(COMMAND, Duration.ofMillis(400))))
          .isInstanceOf(NotExecutedException.class)
          .hasMessageContaining("group [other] is not here");
    }
  }

  @Test
  void settingsThatMakeNoSenseAreRefused() throws Exception {
    assertThatThrownBy(() -> RaftClient.builder()).hasMessageContaining("at least one node");
    assertThatThrownBy(() -> RaftClient.builder("nowhere")).hasMessageContaining("host:port");
    assertThatThrownBy(() -> RaftClient.builder("a:1").open()).hasMessageContaining("insecure()");
    RaftClient.Builder builder = RaftClient.builder("a:1");
    assertThatThrownBy(() -> builder.requestTimeout(Duration.ZERO)).hasMessageContaining("limit");
    assertThatThrownBy(() -> builder.sessionTimeout(Duration.ZERO)).hasMessageContaining("second");
    assertThatThrownBy(() -> builder.bytesInFlight(0)).hasMessageContaining("no limit");
    RaftClient client = client("127.0.0.1:1");
    assertThatThrownBy(() -> client.propose(new byte[0])).hasMessageContaining("at least one");
    assertThatThrownBy(() -> client.propose(new byte[(4 << 20) + 1])).hasMessageContaining("sent");
  }
}
