package io.balsa.raft.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.balsa.raft.Environment;
import io.balsa.raft.Limits;
import io.balsa.raft.RaftNode;
import io.balsa.raft.Runner;
import io.balsa.raft.storage.FileStorage;
import io.balsa.raft.testkit.TestCluster.Counter;
import io.balsa.raft.transport.netty.NettyTransport;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Nodes that can't start hold nothing: who removed the cause starts them in the same process. */
@Timeout(60)
class FailedStartTest {
  @TempDir Path dir;

  private RaftNode start(String address) throws IOException {
    return RaftNode.builder("n1", new Counter())
        .members("n1=" + address)
        .storage(FileStorage.open(dir.resolve("n1")))
        .transport(NettyTransport.insecure(address))
        .start();
  }

  @Test
  void st15_aPortThatIsTakenLeavesTheDirectoryFree() throws IOException {
    String address;
    try (ServerSocket other = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      address = "127.0.0.1:" + other.getLocalPort();
      assertThatIOException().isThrownBy(() -> start(address)).withMessageContaining("is taken");
      assertThat(dir.resolve("n1")).doesNotExist();
    }
    try (RaftNode node = start(address)) {
      Await.until("it leads", () -> node.status().commitIndex() > 0);
      assertThatIOException().isThrownBy(() -> start(address)).withMessageContaining("is taken");
    }
    start(address).close();
  }

  @Test
  void st15_aDirectoryThatIsOpenLeavesThePortFree() throws IOException {
    String address = freeAddress();
    String next = freeAddress();
    try (RaftNode node = start(address)) {
      Await.until("it leads", () -> node.status().commitIndex() > 0);
      for (int i = 0; i < 2; i++) {
        assertThatIOException()
            .isThrownBy(() -> start(next))
            .withMessageContaining("is open in this process already");
      }
    }
    NettyTransport.insecure(next).close();
  }

  /** The machine's threads, until there are no more of them. */
  private record FewThreads(int[] left) implements Environment {
    @Override
    public Runner runner(String name, long periodNanos) {
      Runner real = Environment.system().runner(name, periodNanos);
      return new Runner() {
        @Override
        public void start(Runnable poll) {
          if (left[0]-- == 0) {
            throw new OutOfMemoryError("unable to create native thread");
          }
          real.start(poll);
        }

        @Override
        public void wake() {
          real.wake();
        }

        @Override
        public void stop() {
          real.stop();
        }
      };
    }

    @Override
    public long nanoTime() {
      return Environment.system().nanoTime();
    }

    @Override
    public RandomGenerator random() {
      return Environment.system().random();
    }

    @Override
    public Limits limits() {
      return Environment.system().limits();
    }
  }

  @Test
  void aStartThatFindsNoThreadLeavesNone() throws IOException {
    for (int threads = 0; threads < 5; threads++) {
      RaftNode.Builder builder =
          RaftNode.builder("few", new Counter())
              .members("few=memory:1")
              .storage(FileStorage.open(dir.resolve("few")))
              .transport(new MemoryNetwork().transport())
              .environment(new FewThreads(new int[] {threads}));
      assertThatThrownBy(builder::start).isInstanceOf(OutOfMemoryError.class);
      assertThat(Thread.getAllStackTraces().keySet())
          .as("after %d", threads)
          .noneMatch(thread -> thread.getName().startsWith("balsa-") && isOf("few", thread));
    }
  }

  private static boolean isOf(String node, Thread thread) {
    return thread.getName().contains("-" + node + "-");
  }

  @Test
  void aNodeThatIsClosedByAnInterruptedThreadIsClosedInGoodOrder() throws IOException {
    RaftNode node = start(freeAddress());
    Await.until("it leads", () -> node.status().commitIndex() > 0);
    CompletableFuture<byte[]> answer = node.propose(TestCluster.bytes(7));
    Thread.currentThread().interrupt();
    node.close();
    assertThat(Thread.interrupted()).isTrue();
    assertThat(answer).isDone();
    assertThat(Thread.getAllStackTraces().keySet())
        .noneMatch(thread -> thread.getName().startsWith("balsa-default-n1"));
  }

  private static String freeAddress() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return "127.0.0.1:" + socket.getLocalPort();
    }
  }
}
