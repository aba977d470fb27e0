package io.balsa.raft.benchmarks;

import com.sun.management.OperatingSystemMXBean;
import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import org.HdrHistogram.Histogram;
import org.HdrHistogram.Recorder;

/**
 * Loads a cluster of three nodes in this process, over loopback TCP, with real forced writes: one
 * thread keeps a number of 256-byte proposals outstanding at the leader. Prints throughput,
 * latency, processor time and allocation, beside what the disk can do by itself in the same run;
 * with {@code --reads} then the same for each kind of read, with {@code --clients} for commands in
 * sessions of the leader and for a client of the cluster. With {@code --tls} all connections are
 * encrypted, and both ends prove who they are.
 *
 * <p>Arguments: {@code [--outstanding 1,64,512] [--seconds 8] [--warmup 5] [--reads] [--clients]
 * [--tls]}.
 */
public final class ClusterBenchmark {
  private static final byte[] COMMAND = new byte[256];
  private static final String HEADER =
      String.format(
          "%-7s %11s %11s %9s %9s %9s %9s %9s %11s",
          "",
          "outstanding",
          "ops/s",
          "p50 us",
          "p99 us",
          "p999 us",
          "cpu us/op",
          "heap B/op",
          "entries/sync");

  private final int seconds;
  private final int warmup;

  private ClusterBenchmark(int seconds, int warmup) {
    this.seconds = seconds;
    this.warmup = warmup;
  }

  /**
   * Runs the benchmark.
   *
   * @param args see the class
   * @throws Exception if the cluster or the disk fails
   */
  public static void main(String[] args) throws Exception {
    List<String> flags = List.of(args);
    String[] outstanding = flag(flags, "--outstanding", "1,64,512").split(",");
    ClusterBenchmark benchmark =
        new ClusterBenchmark(
            Integer.parseInt(flag(flags, "--seconds", "8")),
            Integer.parseInt(flag(flags, "--warmup", "5")));
    Path dir = Scratch.create();
    try {
      System.out.println("disk: " + DiskProbe.run(dir, 512, 2));
      System.out.println("disk: " + DiskProbe.run(dir, 64 << 10, 2));
      System.out.println(HEADER);
      Keys keys =
          flags.contains("--tls") ? Keys.make(dir.resolve("keys"), BenchmarkCluster.IDS) : null;
      try (BenchmarkCluster cluster = BenchmarkCluster.start(dir, keys)) {
        for (String c : outstanding) {
          benchmark.measure("write", cluster, () -> cluster.propose(COMMAND), Integer.parseInt(c));
        }
        if (flags.contains("--reads")) {
          benchmark.measureReads(cluster, outstanding);
        }
        if (flags.contains("--clients")) {
          benchmark.measureClients(cluster, outstanding);
        }
      }
    } finally {
      Scratch.delete(dir);
    }
  }

  private void measureReads(BenchmarkCluster cluster, String[] outstanding)
      throws InterruptedException {
    Map<String, Supplier<CompletableFuture<byte[]>>> kinds = new LinkedHashMap<>();
    kinds.put("read", cluster::read);
    kinds.put("lease", cluster::leaseRead);
    kinds.put("stale", cluster::staleRead);
    kinds.put("token", cluster::readAfter);
    measure(kinds, cluster, outstanding);
  }

  private void measureClients(BenchmarkCluster cluster, String[] outstanding)
      throws InterruptedException {
    Map<String, Supplier<CompletableFuture<byte[]>>> kinds = new LinkedHashMap<>();
    kinds.put("session", () -> cluster.proposeInSession(COMMAND));
    kinds.put("outside", () -> cluster.proposeFromOutside(COMMAND));
    kinds.put("o-read", cluster::readFromOutside);
    measure(kinds, cluster, outstanding);
  }

  private void measure(
      Map<String, Supplier<CompletableFuture<byte[]>>> kinds,
      BenchmarkCluster cluster,
      String[] outstanding)
      throws InterruptedException {
    for (Map.Entry<String, Supplier<CompletableFuture<byte[]>>> kind : kinds.entrySet()) {
      for (String c : outstanding) {
        measure(kind.getKey(), cluster, kind.getValue(), Integer.parseInt(c));
      }
    }
  }

  private static String flag(List<String> flags, String name, String otherwise) {
    int i = flags.indexOf(name);
    return i < 0 ? otherwise : flags.get(i + 1);
  }

  private void measure(
      String kind, BenchmarkCluster cluster, Supplier<CompletableFuture<byte[]>> operation, int c)
      throws InterruptedException {
    Recorder recorder = new Recorder(3);
    AtomicReference<Throwable> failure = new AtomicReference<>();
    Semaphore free = new Semaphore(c);
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(warmup + seconds);
    long measureFrom = System.nanoTime() + TimeUnit.SECONDS.toNanos(warmup);
    Usage before = null;
    while (System.nanoTime() < end && failure.get() == null) {
      free.acquire();
      long start = System.nanoTime();
      if (before == null && start > measureFrom) {
        recorder.getIntervalHistogram();
        before = Usage.now(cluster);
      }
      operation
          .get()
          .whenComplete(
              (response, problem) -> {
                recorder.recordValue(System.nanoTime() - start);
                failure.compareAndSet(null, problem);
                free.release();
              });
    }
    Usage used = Usage.now(cluster).since(before);
    Histogram latencies = recorder.getIntervalHistogram();
    free.acquire(c);
    if (failure.get() != null) {
      throw new IllegalStateException("an operation failed", failure.get());
    }
    System.out.println(line(kind, c, latencies, used));
  }

  private static String line(String kind, int c, Histogram latencies, Usage used) {
    double n = latencies.getTotalCount();
    return String.format(
        "%-7s %11d %,11.0f %,9d %,9d %,9d %9.2f %,9.0f %11.1f",
        kind,
        c,
        n * 1e9 / used.nanos,
        latencies.getValueAtPercentile(50) / 1_000,
        latencies.getValueAtPercentile(99) / 1_000,
        latencies.getValueAtPercentile(99.9) / 1_000,
        used.cpuNanos / 1e3 / n,
        used.heapBytes / n,
        used.syncs == 0 ? 0 : 3 * n / used.syncs);
  }

  /** What the process has used so far. */
  private record Usage(long nanos, long cpuNanos, long heapBytes, long syncs) {
    static Usage now(BenchmarkCluster cluster) {
      var os = (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
      var threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
      long heap = 0;
      for (long bytes : threads.getThreadAllocatedBytes(threads.getAllThreadIds())) {
        heap += Math.max(0, bytes);
      }
      return new Usage(System.nanoTime(), os.getProcessCpuTime(), heap, cluster.syncs());
    }

    Usage since(Usage before) {
      return new Usage(
          nanos - before.nanos,
          cpuNanos - before.cpuNanos,
          heapBytes - before.heapBytes,
          syncs - before.syncs);
    }
  }
}
