package io.balsa.raft.testkit.simulation;

import io.balsa.raft.Packet;
import io.balsa.raft.Storage;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

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
 * everything that its nodes decide is written to the file {@code balsa-seed-N.txt}; if nothing
 * fails, it runs once more and is compared with that. Such a run never counts as passed.
 */
public final class Simulation {
  static final String SEED = "balsa.seed";
  private static final Logger LOG = LoggerFactory.getLogger(Simulation.class);
  private static final int REPEATED_EVERY = 50;

  /** One of so many seeds may leave too much unknown. */
  private static final int TOLERATED = 4;

  /** In seconds; the longest action takes some milliseconds. */
  private static final Patience PATIENCE = new Patience(30);

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
    return new Simulation(new Setting<>(new CheckedWorkload<>(workload), storage, codec));
  }

  /**
   * Runs the seeds from 1 on. Where too much is unknown to say whether what the clients saw is
   * linearizable, the next seed follows; at the end that may be a quarter of them, which is logged.
   *
   * @param seeds how many
   * @throws AssertionError at the first seed that fails, with all that is needed to understand it;
   *     or at the end, if too many could not be judged
   * @throws IllegalArgumentException if the system property {@code balsa.seed} is no number
   */
  public void run(int seeds) {
    String one = System.getProperty(SEED);
    if (one != null) {
      new Replay(this, numberIn(one)).run();
      return;
    }
    List<Outcome> undecided = new ArrayList<>();
    for (long seed = 1; seed <= seeds; seed++) {
      Outcome outcome = play(seed, null);
      if (outcome.isUndecided()) {
        undecided.add(outcome);
      } else {
        outcome.check();
      }
      if (seed % REPEATED_EVERY == 1) {
        checkSame(outcome, play(seed, null));
      }
    }
    tolerate(undecided, seeds);
  }

  private static long numberIn(String property) {
    try {
      return Long.parseLong(property);
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException("-D" + SEED + " needs a number, not " + property, e);
    }
  }

  static void tolerate(List<Outcome> undecided, int seeds) {
    if (undecided.isEmpty()) {
      return;
    }
    String which =
        undecided.size()
            + " of "
            + seeds
            + " seeds could not be judged: "
            + undecided.stream().map(Outcome::seed).toList();
    if (undecided.size() > seeds / TOLERATED) {
      throw new AssertionError(which + "\n" + undecided.get(0).report());
    }
    LOG.info("{}; everything else was as it should be", which);
  }

  Outcome play(long seed, Consumer<String> lines) {
    return PATIENCE.with(new Run<>(setting, seed, lines));
  }

  private static void checkSame(Outcome one, Outcome again) {
    if (one.traceHash() != again.traceHash()) {
      throw new AssertionError(
          "seed "
              + one.seed()
              + " failed: it did not do the same when it ran again; "
              + Replay.CAUSES
              + "\nReplay it by adding -D"
              + SEED
              + "="
              + one.seed()
              + " to the command that ran this test: it then runs twice, and the first line in which"
              + " they differ is shown");
    }
  }
}
