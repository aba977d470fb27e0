package io.balsa.raft.benchmarks;

import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/**
 * What it takes to bring a follower back, by the log and by a snapshot, and what a large state
 * costs: three nodes in this process, over loopback TCP, with real forced writes. Prints Markdown.
 *
 * <p>Arguments: {@code [--parts log,snapshot,capture,heap] [--entries 200000] [--state MIB, 256]
 * [--captured MIB, 1024] [--received MIB, 1024] [--load 64]}.
 */
public final class CatchUpBenchmark {
  private static final int COMMAND_BYTES = 256;
  private static final int FILL_OUTSTANDING = 512;
  private static final int BEFORE_SECONDS = 4;
  private static final int WARMUP_SECONDS = 3;
  private static final int CAPTURES = 2;
  private static final int PATIENCE_SECONDS = 120;
  private static final int A_FEW = 100;
  private static final double MIB_IN_MB = 1.048576;

  private final Path dir;
  private final int load;

  private CatchUpBenchmark(Path dir, int load) {
    this.dir = dir;
    this.load = load;
  }

  /**
   * Runs the benchmark.
   *
   * @param args see the class
   * @throws Exception if a cluster or the disk fails
   */
  public static void main(String[] args) throws Exception {
    List<String> flags = List.of(args);
    List<String> parts = List.of(flag(flags, "--parts", "log,snapshot,capture,heap").split(","));
    int entries = Integer.parseInt(flag(flags, "--entries", "200000"));
    int load = Integer.parseInt(flag(flags, "--load", "64"));
    for (String part : parts) {
      Path dir = Scratch.create();
      CatchUpBenchmark benchmark = new CatchUpBenchmark(dir, load);
      try {
        switch (part) {
          case "log" -> benchmark.byLog(entries);
          case "snapshot" -> benchmark.bySnapshot(size(flags, "--state", "256"));
          case "capture" -> benchmark.capture(size(flags, "--captured", "1024"));
          case "heap" -> benchmark.smallHeap(size(flags, "--received", "1024"));
          default -> throw new IllegalArgumentException("unknown part: " + part);
        }
      } finally {
        Scratch.delete(dir);
      }
    }
  }

  private static String flag(List<String> flags, String name, String otherwise) {
    int i = flags.indexOf(name);
    return i < 0 ? otherwise : flags.get(i + 1);
  }

  private static int size(List<String> flags, String name, String otherwise) {
    return Integer.parseInt(flag(flags, name, otherwise));
  }

  private static double secondsSince(long start) {
    return (System.nanoTime() - start) / 1e9;
  }

  private void byLog(int entries) throws Exception {
    System.out.printf("%nA follower that lacks %,d entries of 256 bytes.%n%n", entries);
    System.out.println(
        "| load | entries it got | s | entries/s | MB/s | commands/s, against before |");
    System.out.println("|---|---|---|---|---|---|");
    Table table = Table.filled(1);
    for (int outstanding : new int[] {0, load}) {
      try (Trio trio = Trio.start(dir.resolve("log-" + outstanding), table)) {
        int late = trio.follower();
        trio.stop(late);
        Load.run(trio.node(trio.leader()), FILL_OUTSTANDING, entries);
        comesBack(
            trio,
            late,
            outstanding,
            back -> {
              double n = trio.node(late).status().appliedIndex() - back.from;
              return String.format(
                  "%,.0f | %.2f | %,.0f | %.1f",
                  n, back.seconds, n / back.seconds, n * COMMAND_BYTES / 1e6 / back.seconds);
            });
      }
    }
  }

  private void bySnapshot(int mebibytes) throws Exception {
    System.out.printf("%nA follower that lacks a state of %,d MiB.%n%n", mebibytes);
    System.out.println(
        "| load | received in s | MB/s | restored in s | MB/s | in all s | commands/s, against before |");
    System.out.println("|---|---|---|---|---|---|---|");
    Table table = Table.filled(mebibytes);
    for (int outstanding : new int[] {0, load}) {
      try (Trio trio = Trio.start(dir.resolve("snapshot-" + outstanding), table)) {
        int late = trio.follower();
        trio.stop(late);
        takeTwoSnapshots(trio, late);
        comesBack(
            trio,
            late,
            outstanding,
            back -> {
              double restored = trio.machine(late).restoreNanos() / 1e9;
              if (restored == 0) {
                throw new IllegalStateException("it got the log");
              }
              double received = back.seconds - restored;
              double size = mebibytes * MIB_IN_MB;
              return String.format(
                  "%.2f | %.0f | %.2f | %.0f | %.2f",
                  received, size / received, restored, size / restored, back.seconds);
            });
      }
    }
  }

  /** The log reaches back to the snapshot before the latest. */
  private static void takeTwoSnapshots(Trio trio, int late) throws Exception {
    for (int i = 0; i < 2; i++) {
      Load.run(trio.node(trio.leader()), 1, A_FEW);
      trio.awaitCaughtUp(3 - trio.leader() - late);
      for (int node = 0; node < 3; node++) {
        if (node != late) {
          trio.node(node).snapshot().get(PATIENCE_SECONDS, TimeUnit.SECONDS);
        }
      }
    }
  }

  /** A follower that has caught up: what it had applied before, and how long it took. */
  private record Back(long from, double seconds) {}

  /** The columns that say what it took. */
  private interface Columns {
    String of(Back back);
  }

  private static void comesBack(Trio trio, int late, int outstanding, Columns columns)
      throws Exception {
    long from = trio.node(late).status().appliedIndex();
    try (Load load = Load.start(trio.node(trio.leader()), outstanding)) {
      double before = outstanding == 0 ? 0 : load.rate(BEFORE_SECONDS);
      long answered = load.answered();
      long start = System.nanoTime();
      trio.start(late);
      trio.awaitCaughtUp(late);
      double seconds = secondsSince(start);
      double meanwhile = (load.answered() - answered) / seconds;
      System.out.printf(
          "| %s | %s | %s |%n",
          outstanding == 0 ? "none" : outstanding + " outstanding",
          columns.of(new Back(from, seconds)),
          outstanding == 0
              ? ""
              : String.format("%,.0f of %,.0f: %.2f", meanwhile, before, meanwhile / before));
    }
  }

  private void capture(int mebibytes) throws Exception {
    System.out.printf(
        "%nThe leader's state of %,d MiB, %d commands outstanding.%n%n", mebibytes, load);
    System.out.println(
        "| | s | snapshot() ms | longest gap between commands ms | commands/s | written MB/s | with force MB/s |");
    System.out.println("|---|---|---|---|---|---|---|");
    try (Trio trio = Trio.start(dir.resolve("capture"), Table.filled(mebibytes));
        Load commands = Load.start(trio.node(trio.leader()), load)) {
      commands.rate(WARMUP_SECONDS);
      int leader = trio.leader();
      for (int i = 0; i < CAPTURES; i++) {
        double seconds = whileWritten(trio, leader, commands, mebibytes * MIB_IN_MB);
        TimeUnit.SECONDS.sleep(1);
        otherwise(trio.machine(leader), commands, seconds);
      }
    }
  }

  private static double whileWritten(Trio trio, int leader, Load commands, double megabytes)
      throws Exception {
    TableMachine machine = trio.machine(leader);
    machine.longestGapNanos();
    long answered = commands.answered();
    long start = System.nanoTime();
    CompletableFuture<Long> snapshot = trio.node(leader).snapshot();
    snapshot.get(PATIENCE_SECONDS, TimeUnit.SECONDS);
    double seconds = secondsSince(start);
    System.out.printf(
        "| while it is written | %.1f | %.3f | %.0f | %,.0f | %.0f | %.0f |%n",
        seconds,
        machine.captureNanos() / 1e6,
        machine.longestGapNanos() / 1e6,
        (commands.answered() - answered) / seconds,
        megabytes * 1e9 / machine.writeNanos(),
        megabytes / seconds);
    return seconds;
  }

  /** For as long as the snapshot took, since a longer time has longer gaps. */
  private static void otherwise(TableMachine machine, Load commands, double seconds)
      throws InterruptedException {
    machine.longestGapNanos();
    long answered = commands.answered();
    TimeUnit.MILLISECONDS.sleep((long) (1_000 * seconds));
    System.out.printf(
        "| otherwise | %.1f | | %.0f | %,.0f | | |%n",
        seconds, machine.longestGapNanos() / 1e6, (commands.answered() - answered) / seconds);
  }

  private void smallHeap(int mebibytes) throws Exception {
    System.out.printf("%nA new member with a small heap gets a snapshot.%n%n");
    System.out.println(
        "| snapshot MiB | -Xmx MiB | peak heap MiB | peak resident MiB | s | MB/s |");
    System.out.println("|---|---|---|---|---|---|");
    System.out.println(new SmallHeapReceipt(dir, mebibytes).run());
  }
}
