package io.balsa.raft.testkit.disk;

import static org.assertj.core.api.Assertions.assertThat;

import io.balsa.raft.DamagedLogException;
import java.io.IOException;
import java.util.SplittableRandom;
import java.util.stream.LongStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * One force fails, any of them: of a segment, a small file or a directory, while it is written,
 * closed, or recovered after a crash. What it should have made durable can still be read. The
 * storage is opened again, goes on through some segments, and then the power fails.
 */
class FailedForceTest {
  private static final boolean EXHAUSTIVE = Boolean.getBoolean("balsa.exhaustive");
  private static final int SESSIONS = 6;

  /** How many steps fill some segments. */
  private static final int STEPS = 12;

  static LongStream seeds() {
    long given = Long.getLong("balsa.seed", 0);
    return given != 0 ? LongStream.of(given) : LongStream.rangeClosed(1, EXHAUSTIVE ? 300 : 12);
  }

  @ParameterizedTest(name = "-Dbalsa.seed={0}")
  @MethodSource("seeds")
  void st03_afterAnyFailedForceTheLogGoesOnAndOutlivesAPowerCut(long seed) throws IOException {
    long n = 1;
    while (new Run(seed, n).fails()) {
      n++;
    }
    assertThat(n).isGreaterThan(40);
  }

  /** The same for a seed, but for the force that fails. */
  private static final class Run {
    private final SplittableRandom random;
    private final SimulatedDisk disk;
    private final Workload workload;
    private final long failing;

    Run(long seed, long n) {
      failing = n;
      random = new SplittableRandom(seed);
      disk = new SimulatedDisk(new SplittableRandom(seed));
      workload = new Workload(disk, "data/n1", 600 + random.nextInt(1000), seed);
      disk.failForce(n);
    }

    /** Whether the run comes to the force that fails. A spare segment may take it unnoticed. */
    boolean fails() throws IOException {
      for (int i = 0; i < SESSIONS && disk.forces() < failing; i++) {
        session();
      }
      if (disk.forces() < failing) {
        return false;
      }
      disk.heal();
      workload.closeAfterFailure();
      workload.open();
      workload.run(STEPS);
      cutPower();
      for (int i = 0; i < 2; i++) {
        workload.open();
        workload.run(STEPS);
        workload.close();
      }
      return true;
    }

    private void session() throws IOException {
      try {
        workload.open();
        workload.run(STEPS);
        switch (random.nextInt(3)) {
          case 0 -> workload.close();
          case 1 -> killProcess();
          default -> cutPower();
        }
      } catch (IOException e) {
        assertThat(e).isNotInstanceOf(DamagedLogException.class);
      }
    }

    private void killProcess() {
      disk.killProcess();
      workload.closeAfterFailure();
    }

    private void cutPower() {
      disk.cutPower();
      workload.closeAfterFailure();
      disk.restorePower();
    }
  }
}
