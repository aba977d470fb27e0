package io.balsa.raft.testkit.disk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.balsa.raft.DamagedLogException;
import java.io.IOException;
import java.util.Random;
import java.util.function.ToLongFunction;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * A file storage on a disk that fails at each write, at each force, at each byte, and loses its
 * power.
 */
class FaultyDiskTest {
  private static final boolean EXHAUSTIVE = Boolean.getBoolean("balsa.exhaustive");
  private static final int STEPS = 40;

  private static SimulatedDisk newDisk(long seed) {
    return new SimulatedDisk(new Random(seed));
  }

  private interface Fault {
    void inject(SimulatedDisk disk, long n);
  }

  /**
   * Runs the same workload with the fault at its first operation, its second, … until it no longer
   * comes to it. A fault need not be noticed: a spare segment may take it.
   */
  private void atEveryOperation(
      Fault fault, ToLongFunction<SimulatedDisk> operations, boolean powerCut) throws IOException {
    boolean reached = true;
    for (long n = 1; reached; n += EXHAUSTIVE ? 1 : 1 + n % 3) {
      SimulatedDisk disk = newDisk(n);
      Workload workload = new Workload(disk, "n1", 1200, 42);
      fault.inject(disk, n);
      boolean failed = fails(workload);
      reached = operations.applyAsLong(disk) >= n;
      assertThat(failed).isIn(false, reached);
      if (powerCut) {
        disk.cutPower();
      }
      workload.closeAfterFailure();
      disk.heal();
      if (powerCut) {
        disk.restorePower();
      }
      workload.open();
      workload.run(10);
      workload.close();
      workload.open();
      workload.close();
    }
  }

  private static boolean fails(Workload workload) {
    try {
      workload.open();
      workload.run(STEPS);
      return false;
    } catch (IOException e) {
      assertThat(e).isNotInstanceOf(DamagedLogException.class);
      return true;
    }
  }

  @Test
  void st03_aFailureOfAnyWriteLosesNothing() throws IOException {
    atEveryOperation(SimulatedDisk::failWrite, SimulatedDisk::writes, false);
  }

  @Test
  void st01_aTornWriteAnywhereLosesNothing() throws IOException {
    atEveryOperation((disk, n) -> disk.tearWrite(n, 77), SimulatedDisk::writes, false);
  }

  @Test
  void st03_aFailureOfAnyForceLosesNothing() throws IOException {
    atEveryOperation(SimulatedDisk::failForce, SimulatedDisk::forces, false);
  }

  @Test
  void st03_aFailureOfAnyForceAndThenAPowerCutLosesNothing() throws IOException {
    atEveryOperation(SimulatedDisk::failForce, SimulatedDisk::forces, true);
  }

  @Test
  void st03_whatAFailedForceLeftInMemoryIsNotTakenForDurable() throws IOException {
    for (long n = 1; n < 60; n++) {
      SimulatedDisk disk = newDisk(n);
      Workload workload = new Workload(disk, "n1", 100_000, 42);
      disk.failForce(n);
      fails(workload);
      workload.closeAfterFailure();
      disk.heal();
      // What is reported now is believed …
      workload.open();
      disk.cutPower();
      workload.closeAfterFailure();
      disk.restorePower();
      // … and must be there after the power was cut.
      workload.open();
      workload.close();
    }
  }

  static LongStream seeds() {
    long given = Long.getLong("balsa.seed", 0);
    return given != 0 ? LongStream.of(given) : LongStream.rangeClosed(1, EXHAUSTIVE ? 2000 : 30);
  }

  @ParameterizedTest(name = "-Dbalsa.seed={0}")
  @MethodSource("seeds")
  void st05_st06_aPowerCutAnywhereLosesNothingThatWasAcknowledged(long seed) throws IOException {
    Random random = new Random(seed);
    SimulatedDisk disk = newDisk(seed);
    Workload workload = new Workload(disk, "data/n1", random.nextInt(2500), seed);
    for (int cut = 0; cut < 8; cut++) {
      cutAfter(disk, random.nextInt(60));
      fails(workload);
      disk.cutPower();
      workload.closeAfterFailure();
      disk.heal();
      disk.restorePower();
    }
    workload.open();
    workload.close();
  }

  /** Cuts the power in the middle of an operation, at some write or force from now on. */
  private static void cutAfter(SimulatedDisk disk, int operations) {
    long end = disk.writes() + disk.forces() + operations;
    Runnable check =
        () -> {
          if (disk.writes() + disk.forces() >= end) {
            disk.cutPower();
          }
        };
    disk.beforeWrite(check);
    disk.beforeForce(check);
  }

  @Test
  void st04_aFullDiskStopsTheLogUntilThereIsSpace() throws IOException {
    for (int space = 0; space < 9000; space += EXHAUSTIVE ? 13 : 301) {
      SimulatedDisk disk = newDisk(space + 1);
      Workload workload = new Workload(disk, "n1", 1200, 42);
      disk.limitSpace(space);
      IOException full = null;
      for (int i = 0; i < 3; i++) {
        full = catchThrowableOfType(IOException.class, () -> runUntilFull(workload));
        assertThat(full).hasMessageContaining("No space left on device");
        workload.closeAfterFailure();
      }
      disk.heal();
      workload.open();
      workload.run(STEPS);
      workload.close();
      workload.open();
      workload.close();
    }
  }

  private static void runUntilFull(Workload workload) throws IOException {
    workload.open();
    workload.run(400);
  }
}
