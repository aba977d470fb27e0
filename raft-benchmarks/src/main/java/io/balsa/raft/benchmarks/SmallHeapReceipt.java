package io.balsa.raft.benchmarks;

import io.balsa.raft.RaftNode;
import io.balsa.raft.storage.FileStorage;
import io.balsa.raft.transport.netty.NettyTransport;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/**
 * A cluster of one in this process, to which a node with a small heap is added that gets a large
 * snapshot.
 */
final class SmallHeapReceipt {
  private static final int HEAP_MIB = 64;
  private static final int PATIENCE_SECONDS = 180;
  private static final int LOG_COMMANDS = 1_000;

  private final Path dir;
  private final int mebibytes;

  SmallHeapReceipt(Path dir, int mebibytes) {
    this.dir = dir;
    this.mebibytes = mebibytes;
  }

  /** Returns a row of the table. */
  String run() throws Exception {
    String address = "127.0.0.1:" + BenchmarkCluster.freePort();
    try (RaftNode leader =
        RaftNode.builder("n1", new StreamedImage(mebibytes, () -> {}))
            .members("n1=" + address)
            .storage(FileStorage.open(dir.resolve("n1")))
            .transport(NettyTransport.insecure(address))
            .start()) {
      for (int i = 0; i < 2; i++) { // the log reaches back to the snapshot before the latest
        Load.run(leader, 64, LOG_COMMANDS);
        leader.snapshot().get(PATIENCE_SECONDS, TimeUnit.SECONDS);
      }
      return receive(leader, "127.0.0.1:" + BenchmarkCluster.freePort());
    }
  }

  private String receive(RaftNode leader, String address) throws Exception {
    Process process = startProcess(address);
    try (BufferedReader output = process.inputReader()) {
      long start = System.nanoTime();
      CompletableFuture<Void> added = leader.changeConfiguration(c -> c.withVoter("n2=" + address));
      String line = nextLine(output);
      double seconds = (System.nanoTime() - start) / 1e9;
      if (!SmallHeapNode.RESTORED.equals(line)) {
        throw new IllegalStateException("the node with the small heap said: " + line);
      }
      added.get(PATIENCE_SECONDS, TimeUnit.SECONDS);
      leader.changeConfiguration(c -> c.without("n2")).get(PATIENCE_SECONDS, TimeUnit.SECONDS);
      process.getOutputStream().close();
      String[] peaks = nextLine(output).split(" ");
      return String.format(
          "| %,d | %d | %.1f | %.0f | %.1f | %.0f |",
          mebibytes,
          HEAP_MIB,
          Long.parseLong(peaks[0]) / 1048576.0,
          Long.parseLong(peaks[1]) / 1048576.0,
          seconds,
          mebibytes * 1.048576 / seconds);
    } finally {
      process.destroyForcibly().waitFor();
    }
  }

  private Process startProcess(String address) throws IOException {
    return new ProcessBuilder(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx" + HEAP_MIB + "m",
                "-Dorg.slf4j.simpleLogger.defaultLogLevel=warn",
                "-cp",
                System.getProperty("java.class.path"),
                SmallHeapNode.class.getName(),
                "n2",
                address,
                dir.resolve("n2").toString()))
        .redirectError(ProcessBuilder.Redirect.INHERIT)
        .start();
  }

  private static String nextLine(BufferedReader output) throws Exception {
    return CompletableFuture.supplyAsync(
            () -> {
              try {
                return output.readLine();
              } catch (IOException e) {
                throw new UncheckedIOException(e);
              }
            })
        .get(PATIENCE_SECONDS, TimeUnit.SECONDS);
  }
}
