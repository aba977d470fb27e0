package io.balsa.raft.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;

import io.balsa.raft.RaftNode;
import io.balsa.raft.storage.FileStorage;
import io.balsa.raft.testkit.TestCluster.Counter;
import io.balsa.raft.transport.netty.NettyTransport;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
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
        .transport(NettyTransport.bind(address))
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
    NettyTransport.bind(next).close();
  }

  private static String freeAddress() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return "127.0.0.1:" + socket.getLocalPort();
    }
  }
}
