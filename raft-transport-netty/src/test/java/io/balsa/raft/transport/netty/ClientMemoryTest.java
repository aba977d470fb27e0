package io.balsa.raft.transport.netty;

import static org.assertj.core.api.Assertions.assertThat;

import io.balsa.raft.ClientAnswer;
import io.balsa.raft.ClientRequest;
import io.balsa.raft.Identity;
import io.balsa.raft.Packet;
import io.balsa.raft.Transport;
import io.balsa.raft.core.Configuration;
import io.balsa.raft.core.Member;
import io.balsa.raft.core.NodeId;
import io.netty.buffer.ByteBufUtil;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What clients may hold of a node's memory, and for how long. */
@Timeout(60)
class ClientMemoryTest {
  private static final int MIB = 1 << 20;

  private final List<String> cutOff = new ArrayList<>();

  @Test
  void tr03_takesExactlyUpToItsLimitThenWhoHoldsMostIsCutOff() {
    ClientMemory memory = new ClientMemory(100);
    ClientMemory.Share small = memory.share(why -> cutOff.add("small " + why));
    ClientMemory.Share large = memory.share(why -> cutOff.add("large " + why));
    large.add(80);
    small.add(20);
    assertThat(cutOff).isEmpty();
    small.add(1);
    assertThat(cutOff).hasSize(1);
    assertThat(cutOff.get(0)).startsWith("large ").contains("more than 100 bytes", "most, 80");
    large.add(-80);
    large.add(1000);
    small.add(79);
    assertThat(cutOff).as("who is cut off holds nothing").hasSize(1);
    small.add(1);
    assertThat(cutOff).hasSize(2);
  }

  @Test
  void tr03_whatIsGivenBackCanBeHeldAgain() {
    ClientMemory memory = new ClientMemory(100);
    ClientMemory.Share one = memory.share(cutOff::add);
    for (int i = 0; i < 10; i++) {
      one.add(60);
      one.add(-60);
      ClientMemory.Share other = memory.share(cutOff::add);
      other.add(100);
      other.end();
    }
    assertThat(cutOff).isEmpty();
  }

  @Test
  void tr03_theLimitGrowsWithTheMemory() {
    assertThat(Limits.clientBytes(4096L * MIB)).isEqualTo(1024L * MIB);
    assertThat(Limits.clientBytes(64 * MIB)).isEqualTo(32 * MIB);
    assertThat(Limits.DEFAULT.clientBytes()).isLessThanOrEqualTo(Runtime.getRuntime().maxMemory());
  }

  /** Gives back commands; a query is answered with a mebibyte. */
  private static final class Echo implements Transport.Receiver {
    final AtomicInteger proposals = new AtomicInteger();
    private final Member self;

    Echo(Node node) {
      self = node.member();
      Identity identity = new Identity(Node.CLUSTER, node.id(), new UUID(1, 1));
      node.transport.join("served", identity, node.address(), true, this);
    }

    @Override
    public void asked(ClientRequest request, Consumer<ClientAnswer> reply) {
      if (request instanceof ClientRequest.Propose p) {
        proposals.incrementAndGet();
        reply.accept(new ClientAnswer.Executed(p.sequence(), p.command()));
      } else if (request instanceof ClientRequest.Read) {
        reply.accept(new ClientAnswer.Value(new byte[MIB]));
      } else if (request instanceof ClientRequest.OpenSession) {
        reply.accept(new ClientAnswer.Opened(1));
      } else {
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
  }

  private static Node node(long clientBytes, Duration requestTimeout) throws IOException {
    Limits d = Limits.DEFAULT;
    Limits limits =
        new Limits(
            d.frameBytes(),
            d.consensusQueueBytes(),
            d.bulkQueueBytes(),
            d.totalQueueBytes(),
            clientBytes,
            d.strangers(),
            d.strangersPerAddress(),
            d.connections(),
            d.connectionsPerAddress(),
            d.connectTimeout(),
            d.handshakeTimeout(),
            requestTimeout,
            d.keepAlive(),
            Duration.ofSeconds(30),
            d.keyCheck(),
            d.firstRetry(),
            d.lastRetry());
    Identity identity = new Identity(Node.CLUSTER, new NodeId("n1"), UUID.randomUUID());
    return Node.at(identity, "127.0.0.1:0", limits);
  }

  private static Dialogue client(Node node) throws IOException {
    Dialogue client = Dialogue.with(node).say(Dialogue.greeting(Hello.ofClient("served")));
    assertThat(client.answer().isRefusal()).isFalse();
    return client;
  }

  private static RaftClient honest(Node node) throws IOException {
    return RaftClient.builder(node.address()).group("served").insecure().open();
  }

  /** Announces a request of the largest size, and sends all of it but a byte. */
  private static void sendAllButAByte(Dialogue client) {
    try {
      client.say(BadInput.length(4 * MIB)).say(new byte[4 * MIB - 1]);
    } catch (IOException e) {
      assertThat(e).as("it is cut off meanwhile").hasMessageMatching("(?i).*(reset|broken).*");
    }
  }

  private static void untilTheEnd(Dialogue client) {
    try {
      client.bytesUntilTheEnd();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** TR-03: those who never finish are cut off; nodes and honest clients do not notice. */
  @Test
  void tr03_unfinishedRequestsOfAllClientsAreBounded() throws Exception {
    List<Dialogue> holders = new ArrayList<>();
    List<CompletableFuture<Void>> ends = new ArrayList<>();
    try (Node node = node(20 * MIB, Duration.ofMinutes(5));
        Node peer = Node.named("n2")) {
      Echo echo = new Echo(node);
      Node.connect(node, peer);
      try (RaftClient honest = honest(node)) {
        for (int i = 0; i < 6; i++) {
          Dialogue holder = client(node);
          holders.add(holder);
          sendAllButAByte(holder);
          ends.add(Node.inThread(() -> untilTheEnd(holder)));
          byte[] command = new byte[100_000];
          assertThat(honest.propose(command).join()).hasSize(command.length);
        }
        Node.until(() -> ends.stream().filter(CompletableFuture::isDone).count() >= 4);
        assertThat(ends).as("there is room for two").anyMatch(end -> !end.isDone());
        assertThat(echo.proposals).as("none was sent again").hasValue(6);
      }
      assertThat(peer.link.send(node.id(), Node.proposal(1, MIB))).isTrue();
      node.inbox.next();
      assertThat(node.inbox.losses).isEmpty();
    } finally {
      holders.forEach(Dialogue::close);
    }
  }

  /** TR-03: answers that nobody takes count, too. */
  @Test
  void tr03_untakenAnswersOfAllClientsAreBounded() throws Exception {
    ByteArrayOutputStream requests = new ByteArrayOutputStream();
    for (int id = 1; id <= 20; id++) {
      ClientRequest read = new ClientRequest.Read(new byte[1]);
      requests.writeBytes(ByteBufUtil.getBytes(RequestFrames.of(id, read).toBuffer()));
    }
    try (Node node = node(4 * MIB, Duration.ofMinutes(5))) {
      new Echo(node);
      try (Dialogue client = client(node)) {
        client.say(requests.toByteArray());
        assertThat(client.bytesUntilTheEnd()).isLessThan(20 * MIB);
      }
      try (RaftClient honest = honest(node)) {
        assertThat(honest.read(new byte[1]).join()).hasSize(MIB);
      }
    }
  }

  /** TR-08: a byte now and then gains nothing after the handshake, either. */
  @Test
  void tr08_aRequestThatHasBegunMustComeToItsEnd() throws Exception {
    try (Node node = node(64 * MIB, Duration.ofMillis(300))) {
      new Echo(node);
      try (Dialogue slow = client(node);
          Dialogue idle = client(node)) {
        slow.say(BadInput.length(4 * MIB));
        Node.until(() -> !says(slow, 1));
        assertThat(says(idle, 4)).as("between requests there is time").isTrue();
      }
    }
  }

  private static boolean says(Dialogue client, int zeros) {
    try {
      client.say(new byte[zeros]);
      return true;
    } catch (IOException e) {
      return false;
    }
  }

  /** Nobody who means it is cut off: a few clients send the largest commands all at once. */
  @Test
  void tr03_theLargestCommandsOfAFewClientsPass() throws Exception {
    ClientRequest command = new ClientRequest.Propose(1, 1, 1, new byte[4 * MIB]);
    byte[] request = ByteBufUtil.getBytes(RequestFrames.of(1, command).toBuffer());
    List<Dialogue> clients = new ArrayList<>();
    try (Node node = node(64 * MIB, Duration.ofSeconds(30))) {
      new Echo(node);
      for (int i = 0; i < 6; i++) {
        clients.add(client(node).say(Arrays.copyOf(request, request.length - 1)));
      }
      for (Dialogue client : clients) {
        client.say(request[request.length - 1]);
        assertThat(client.frame()).hasSizeGreaterThan(4 * MIB);
      }
    } finally {
      clients.forEach(Dialogue::close);
    }
  }
}
