package io.balsa.raft.testkit.simulation;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** One seed once more, with everything that its nodes decide in a file; never passes. */
final class Replay {
  static final String CAUSES =
      "the state machine or the workload depends on something else than its input, such as a clock,"
          + " a random number of its own, the order of a hash set, another thread, or what is left in"
          + " a static field or a field of the workload";

  private final Simulation simulation;
  private final long seed;
  private final Path file;

  Replay(Simulation simulation, long seed) {
    this.simulation = simulation;
    this.seed = seed;
    file = Path.of("balsa-seed-" + seed + ".txt").toAbsolutePath();
  }

  void run() {
    try {
      write().check();
      compare();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    throw new AssertionError(
        "seed "
            + seed
            + " is clean, and did the same when it ran again; what its nodes decided is in "
            + file);
  }

  private Outcome write() throws IOException {
    try (PrintWriter lines = new PrintWriter(Files.newBufferedWriter(file))) {
      return simulation.play(seed, line -> lines.println(inOneLine(line)));
    }
  }

  private void compare() throws IOException {
    try (BufferedReader before = Files.newBufferedReader(file)) {
      Comparison comparison = new Comparison(before);
      simulation.play(seed, line -> comparison.with(inOneLine(line)));
      comparison.with(null);
      if (comparison.difference != null) {
        throw new AssertionError(
            "seed "
                + seed
                + " failed: it did not do the same when it ran again; "
                + CAUSES
                + "\nIn "
                + file
                + " it is "
                + comparison.difference);
      }
    }
  }

  private static String inOneLine(String text) {
    return text.replaceAll("\\R", " | ");
  }

  /** Of the lines of a run with those of the one before; null stands for its end. */
  private static final class Comparison {
    private final BufferedReader before;
    private long line;
    private String difference;

    Comparison(BufferedReader before) {
      this.before = before;
    }

    void with(String now) {
      if (difference != null) {
        return;
      }
      line++;
      String then = next();
      if (!(now == null ? then == null : now.equals(then))) {
        difference = "line " + line + ":\n" + then + "\nand then it was\n" + now;
      }
    }

    private String next() {
      try {
        return before.readLine();
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }
}
