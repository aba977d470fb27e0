package io.balsa.raft.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.balsa.raft.AnswerLostException;
import io.balsa.raft.RaftNode;
import io.balsa.raft.SnapshotWriter;
import io.balsa.raft.StateMachine;
import io.balsa.raft.core.Role;
import io.balsa.raft.storage.FileStorage;
import io.balsa.raft.transport.netty.NettyTransport;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Commands and answers that together, or alone, are larger than what goes into one frame. */
class LargePacketsTest {
  private static final int MIB = 1 << 20;

  /**
   * A command of four bytes is a number, and is answered with so many bytes; others with theirs.
   */
  private static final class Echo implements StateMachine {
    @Override
    public byte[] apply(long index, byte[] command) {
      return command.length == Integer.BYTES
          ? new byte[ByteBuffer.wrap(command).getInt()]
          : ByteBuffer.allocate(Integer.BYTES).putInt(command.length).array();
    }

    @Override
    public SnapshotWriter snapshot() {
      return out -> {};
    }

    @Override
    public void restore(InputStream image) {}
  }

  @TempDir private Path dir;
  private final List<NettyTransport> transports = new ArrayList<>();
  private final List<String> members = new ArrayList<>();
  private final List<RaftNode> nodes = new ArrayList<>();

  @BeforeEach
  void listen() throws Exception {
    for (int i = 0; i < 3; i++) {
      transports.add(NettyTransport.insecure("127.0.0.1:0"));
      members.add("n" + i + "=" + transports.get(i).address());
    }
  }

  @AfterEach
  void close() {
    nodes.forEach(RaftNode::close);
  }

  private RaftNode start(Duration electionTimeout) throws Exception {
    int i = nodes.size();
    RaftNode node =
        RaftNode.builder("n" + i, new Echo())
            .members(members)
            .storage(FileStorage.open(dir.resolve("n" + i)))
            .transport(transports.get(i))
            .electionTimeout(electionTimeout)
            .start();
    nodes.add(node);
    return node;
  }

  private static byte[] number(int number) {
    return ByteBuffer.allocate(Integer.BYTES).putInt(number).array();
  }

  private static byte[] answer(CompletableFuture<byte[]> future) throws Exception {
    return future.get(60, TimeUnit.SECONDS);
  }

  /**
   * The first node waits for a leader for long before it campaigns, so it is another that leads.
   */
  @Test
  void rp21_proposalsThatWaitedForALeaderArePassedOnHoweverManyBytesTheyAre() throws Exception {
    RaftNode follower = start(Duration.ofSeconds(5));
    List<CompletableFuture<byte[]>> waiting = new ArrayList<>();
    for (int i = 0; i < 8; i++) {
      waiting.add(follower.propose(new byte[4 * MIB - i]));
    }
    start(Duration.ofMillis(300));
    start(Duration.ofMillis(300));
    for (int i = 0; i < waiting.size(); i++) {
      assertThat(answer(waiting.get(i))).isEqualTo(number(4 * MIB - i));
    }
  }

  @Test
  void rp21_largeAnswersReachWhoeverProposedOrThatIsSaid() throws Exception {
    for (int i = 0; i < 3; i++) {
      start(Duration.ofMillis(500));
    }
    answer(nodes.get(0).propose(number(0)));
    for (RaftNode node : nodes) {
      List<CompletableFuture<byte[]>> together = new ArrayList<>();
      for (int i = 0; i < 3; i++) {
        together.add(node.propose(number(4 * MIB - i)));
      }
      for (int i = 0; i < together.size(); i++) {
        assertThat(answer(together.get(i))).hasSize(4 * MIB - i);
      }
      CompletableFuture<byte[]> tooLarge = node.propose(number(5 * MIB));
      if (node.status().role() == Role.LEADER) {
        assertThat(answer(tooLarge)).hasSize(5 * MIB);
      } else {
        assertThatThrownBy(() -> answer(tooLarge))
            .hasCauseInstanceOf(AnswerLostException.class)
            .hasMessageContaining("its answer has 5242880 bytes");
      }
    }
  }
}
