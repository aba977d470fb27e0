package io.balsa.raft.testkit.simulation;

import io.balsa.raft.Packet;
import io.balsa.raft.Storage;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;

/**
 * Runs a state machine on simulated clusters: production nodes in one thread, on virtual time, on a
 * network that loses, delays, repeats and reorders, on disks that fail and forget what was not
 * forced, in processes that crash and stall. Everything comes from a seed, so that whatever goes
 * wrong goes wrong again.
 *
 * <pre>{@code
 * Simulation.of(new CounterWorkload(), FileStorage::open).run(200);
 * }</pre>
 *
 * <p>Checked all the time: the properties of Raft (figure 3 of the paper), that nothing is promised
 * before it is on disk, that nothing acknowledged is lost, that replicas are equal. Checked at the
 * end: that a leader emerges and all nodes become equal once the faults have ended, that every
 * request was answered once, and that what the clients saw is linearizable. Every fiftieth seed
 * runs twice, and must do the same both times: else the state machine is not deterministic.
 *
 * <p>A failure names the seed. With the system property {@code balsa.seed} only that seed runs, and
 * everything that its nodes decide is written to the file {@code balsa-seed-N.txt}; such a run
 * never counts as passed.
 */
public final class Simulation {
  static final String SEED = "balsa.seed";
  private static final int REPEATED_EVERY = 50;

  /** Opens the storage of a node. */
  @FunctionalInterface
  public interface Opener {

    /**
     * Opens a directory.
     *
     * @param directory on a simulated disk
     * @return the storage, for example a {@code FileStorage}
     * @throws IOException as the storage does
     */
    Storage open(Path directory) throws IOException;
  }

  private final Setting<?> setting;

  private Simulation(Setting<?> setting) {
    this.setting = setting;
  }

  /**
   * Describes what to simulate.
   *
   * @param workload the state machine, its clients, and its model
   * @param storage how a node opens its directory, usually {@code FileStorage::open}
   * @return a simulation, to be run
   */
  public static Simulation of(Workload<?, ?, ?, ?> workload, Opener storage) {
    return of(workload, storage, UnaryOperator.identity());
  }

  /** The same, with packets that are written and read again on their way. */
  static Simulation of(Workload<?, ?, ?, ?> workload, Opener storage, UnaryOperator<Packet> codec) {
    return new Simulation(new Setting<>(workload, storage, codec));
  }

  /**
   * Runs the seeds from 1 on.
   *
   * @param seeds how many
   * @throws AssertionError at the first seed that fails, with all that is needed to understand it
   */
  public void run(int seeds) {
    Long one = Long.getLong(SEED);
    if (one != null) {
      replay(one);
      return;
    }
    for (long seed = 1; seed <= seeds; seed++) {
      Outcome outcome = play(seed, null);
      check(outcome);
      if (seed % REPEATED_EVERY == 1) {
        checkSame(outcome, play(seed, null));
      }
    }
  }

  private void replay(long seed) {
    Path file = Path.of(traceOf(seed)).toAbsolutePath();
    Outcome outcome;
    try (PrintWriter lines = new PrintWriter(Files.newBufferedWriter(file))) {
      outcome = play(seed, lines::println);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    check(outcome);
    throw new AssertionError("seed " + seed + " is clean; what its nodes decided is in " + file);
  }

  private static String traceOf(long seed) {
    return "balsa-seed-" + seed + ".txt";
  }

  Outcome play(long seed, Consumer<String> lines) {
    return new Run<>(setting, seed, lines).play();
  }

  private static void check(Outcome outcome) {
    if (outcome.failure() != null) {
      throw new AssertionError(outcome.report(), outcome.failure());
    }
  }

  private static void checkSame(Outcome one, Outcome again) {
    if (one.traceHash() != again.traceHash()) {
      throw new AssertionError(
          "seed "
              + one.seed()
              + " failed: it did not do the same when it ran again; the state machine or the workload"
              + " depends on something else than its input, such as a clock, a random number of its"
              + " own, the order of a hash set, or what is left in a static field\nReplay it twice by"
              + " adding -D"
              + SEED
              + "="
              + one.seed()
              + " to the command that ran this test, and compare what is then in "
              + traceOf(one.seed()));
    }
  }
}
