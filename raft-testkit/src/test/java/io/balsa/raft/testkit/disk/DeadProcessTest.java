package io.balsa.raft.testkit.disk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;

import io.balsa.raft.core.LogPosition;
import java.io.IOException;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** A process dies in the middle of something, the next one goes on, and then the power fails. */
class DeadProcessTest {
  private static final int SEGMENT_BYTES = 400;

  private interface Run {
    void run(Workload workload) throws IOException;
  }

  /** Lets the process die when it forces a directory, before that is done. */
  private static void dieBeforeForceOf(String directory, SimulatedDisk disk, Workload w, Run run) {
    disk.interfere(
        operation -> {
          if (operation.kind() == Operation.Kind.FORCE_DIRECTORY
              && operation.path().equals(directory)) {
            disk.killProcess();
            throw new IOException("dead before it is forced");
          }
        });
    assertThatIOException().isThrownBy(() -> run.run(w));
    w.closeAfterFailure();
    disk.heal();
  }

  private static void cutPower(SimulatedDisk disk, Workload workload) {
    disk.cutPower();
    workload.closeAfterFailure();
    disk.restorePower();
  }

  @Test
  void st05_aDirectoryFarAboveThatADeadProcessMadeIsThereToStay() throws IOException {
    for (int seed = 0; seed < 20; seed++) {
      SimulatedDisk disk = new SimulatedDisk(new SplittableRandom(seed));
      Workload workload = new Workload(disk, "data/group/n1", SEGMENT_BYTES, 1);
      dieBeforeForceOf("/", disk, workload, Workload::open);
      workload.open();
      workload.save(1);
      cutPower(disk, workload);
      workload.open();
      workload.close();
    }
  }

  @Test
  void st05_anIdentityThatADeadProcessNamedIsThereToStayBeforeItIsUsed() throws IOException {
    for (int seed = 0; seed < 40; seed++) {
      SimulatedDisk disk = new SimulatedDisk(new SplittableRandom(seed));
      Workload workload = new Workload(disk, "n1", SEGMENT_BYTES, 1);
      dieBeforeForceOf("/n1", disk, workload, Workload::open);
      assertThat(disk.files()).contains("/n1/identity");
      // The next process gives the hard state its name, and the power fails before that is forced.
      boolean[] named = new boolean[1];
      disk.interfere(
          operation -> {
            if (named[0]) {
              disk.cutPower();
            }
            named[0] |= operation.path().equals("/n1/hardstate");
          });
      assertThatIOException().isThrownBy(workload::open);
      workload.closeAfterFailure();
      disk.heal();
      disk.restorePower();
      workload.open();
      workload.close();
    }
  }

  @Test
  void st05_aSegmentThatADeadProcessNamedIsThereToStayBeforeTheOneBeforeIsSealed()
      throws IOException {
    for (int seed = 0; seed < 40; seed++) {
      SimulatedDisk disk = new SimulatedDisk(new SplittableRandom(seed));
      Workload workload = new Workload(disk, "n1", SEGMENT_BYTES, 1);
      workload.open();
      workload.save(1);
      dieBeforeForceOf("/n1/wal", disk, workload, w -> w.append(1, 20, 40));
      // The next process seals the segment before, and the power fails when that is forced.
      int[] forces = new int[1];
      disk.interfere(
          operation -> {
            boolean force = operation.kind() == Operation.Kind.FORCE;
            boolean seal = force && operation.path().endsWith("1.seg");
            if (forces[0] == 0 && seal) {
              forces[0]++;
            } else if (forces[0] > 0) {
              disk.cutPower();
            }
          });
      assertThatIOException().isThrownBy(workload::open);
      workload.closeAfterFailure();
      disk.heal();
      disk.restorePower();
      workload.open();
      workload.close();
    }
  }

  /** Lets one force fail, of a file with this end of its name, the n-th from now on. */
  private static void failForceOf(String end, int n, SimulatedDisk disk) {
    int[] seen = new int[1];
    disk.interfere(
        operation -> {
          boolean force = operation.kind() == Operation.Kind.FORCE;
          if (force && operation.path().endsWith(end) && ++seen[0] == n) {
            disk.failForce(1);
          }
        });
  }

  @Test
  void st03_aSealWhoseForceFailedIsThereToStayOnceTheLogGoesOn() throws IOException {
    for (int seed = 0; seed < 20; seed++) {
      SimulatedDisk disk = new SimulatedDisk(new SplittableRandom(seed));
      Workload workload = new Workload(disk, "n1", SEGMENT_BYTES, 1);
      workload.open();
      workload.save(1);
      // The first force is that of the entries, before the next segment is there.
      failForceOf("1.seg", 2, disk);
      assertThatIOException().isThrownBy(() -> workload.append(1, 12, 40));
      assertThat(disk.files()).anyMatch(file -> file.endsWith("2.seg"));
      workload.closeAfterFailure();
      disk.heal();

      workload.open();
      workload.append(workload.promise().current().size() + 1L, 20, 40);
      workload.sync();
      cutPower(disk, workload);
      workload.open();
      workload.close();
    }
  }

  @Test
  void st03_anUnfinishedWriteWhoseCuttingFailedDoesNoHarmOnceTheLogGoesOn() throws IOException {
    for (int seed = 0; seed < 40; seed++) {
      SimulatedDisk disk = new SimulatedDisk(new SplittableRandom(seed));
      Workload workload = new Workload(disk, "n1", 6000, 1);
      workload.open();
      workload.save(1);
      workload.append(1, 2, 40);
      workload.sync();
      workload.append(3, 1, 4000);
      cutPower(disk, workload);
      // If a part of it is there, recovery cuts it, which can be read, and is not durable.
      failForceOf("1.seg", 1, disk);
      assertThatIOException().isThrownBy(workload::open);
      workload.closeAfterFailure();
      disk.heal();

      workload.open();
      workload.append(workload.promise().current().size() + 1L, 3, 5900);
      workload.sync();
      cutPower(disk, workload);
      workload.open();
      workload.close();
    }
  }

  /** Each record names the one before: what is left of another write does not continue this one. */
  @Test
  void st08_aRecordLeftOfACutWriteDoesNotContinueTheNextOne() throws IOException {
    for (int seed = 0; seed < 60; seed++) {
      SimulatedDisk disk = new SimulatedDisk(new SplittableRandom(seed));
      Workload workload = new Workload(disk, "n1", 6000, 1);
      workload.open();
      workload.save(1);
      workload.append(1, 2, 40);
      workload.sync();
      // The third entry ends with the first sector, the fourth is in the second.
      workload.append(3, 2, 224);
      cutPower(disk, workload);
      failForceOf("1.seg", 1, disk);
      assertThatIOException().isThrownBy(workload::open);
      workload.closeAfterFailure();
      disk.heal();

      workload.open();
      workload.append(workload.promise().current().size() + 1L, 1, 224);
      workload.sync();
      cutPower(disk, workload);
      workload.open();
      workload.close();
    }
  }

  /** A force that fails leaves the pages clean, and what they hold can still be read. */
  @Test
  void sn03_whatADeadProcessReceivedAndCouldNotForceIsWrittenAgain() throws IOException {
    SentSnapshot sent = SentSnapshot.of(SentSnapshot.id(5, 3000), new LogPosition(2, 40));
    for (int seed = 0; seed < 20; seed++) {
      SimulatedDisk disk = new SimulatedDisk(new SplittableRandom(seed));
      Workload workload = new Workload(disk, "n1", SEGMENT_BYTES, 1);
      workload.open();
      workload.save(2);
      disk.interfere(
          operation -> {
            if (operation.kind() == Operation.Kind.FORCE) {
              disk.interfere(
                  next -> {
                    disk.killProcess();
                    throw new IOException("dead before it could do anything about it");
                  });
              throw new IOException("not forced");
            }
          });
      assertThatIOException().isThrownBy(() -> workload.install(sent));
      workload.closeAfterFailure();
      disk.heal();
      workload.open();
      workload.install(sent);
      cutPower(disk, workload);
      workload.open();
      workload.close();
    }
  }
}
