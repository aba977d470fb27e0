package io.balsa.raft.testkit.disk;

import static org.assertj.core.api.Assertions.assertThat;

import io.balsa.raft.core.LogPosition;
import io.balsa.raft.core.Snapshot;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.SplittableRandom;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Every state in which a crash may leave the durable log, at every operation on its files: it
 * opens, nothing that was acknowledged is lost, nothing appears that was never written, and opening
 * it again finds the same.
 */
class CrashStatesTest {
  private static final boolean EXHAUSTIVE = Boolean.getBoolean("balsa.exhaustive");
  private static final int MOST = EXHAUSTIVE ? 600 : 64;
  private static final int SMALL_SEGMENT = 400;
  private static final int LARGE_SEGMENT = 100_000;

  /**
   * Of how many power cuts one is followed by crashes during the recovery from it; more deaths of
   * the process are.
   */
  private static final int SAMPLED = EXHAUSTIVE ? 1 : 23;

  /** Later than all others. */
  private static final SentSnapshot LATER = later();

  private static SentSnapshot later() {
    try {
      return SentSnapshot.of(SentSnapshot.id(7, 10), new LogPosition(1, 1000));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private interface Run {
    void run(Workload workload) throws IOException;
  }

  /** What happens before, and then what happens with a crash at every point of it. */
  private static void crashEverywhere(long segmentBytes, Run before, Run run) throws IOException {
    SimulatedDisk disk = new SimulatedDisk(new SplittableRandom(1));
    Workload workload = new Workload(disk, "data/n1", segmentBytes, 42);
    before.run(workload);
    CrashStates<Promise> states = CrashStates.of(disk, workload.promise()).atMost(MOST);
    workload.onPromise(states::promise);
    run.run(workload);
    workload.close();
    int deaths = EXHAUSTIVE || states.points() < 80 ? 1 : 5;
    int[] seen = new int[1];
    int count =
        states.forEach(
            state -> {
              if (seen[0]++ % (state.powerCut() ? SAMPLED : deaths) == 0) {
                crashDuringRecovery(state, segmentBytes);
              }
              reopen(state.disk(), segmentBytes, state.promised());
            });
    assertThat(count).isGreaterThan(20);
  }

  private static void crashDuringRecovery(CrashStates.State<Promise> state, long segmentBytes)
      throws IOException {
    SimulatedDisk disk = state.disk().copy();
    Workload workload = new Workload(disk, "data/n1", segmentBytes, 1, state.promised());
    CrashStates<Promise> states = CrashStates.of(disk, workload.promise()).atMost(MOST / 8);
    workload.onPromise(states::promise);
    workload.open();
    workload.close();
    states.forEach(again -> reopen(again.disk(), segmentBytes, again.promised()));
  }

  /** Opens what a crash has left twice, writes to it and opens it once more. */
  private static void reopen(SimulatedDisk disk, long segmentBytes, Promise promise)
      throws IOException {
    Workload workload = new Workload(disk, "data/n1", segmentBytes, 7, promise);
    workload.open();
    Promise found = workload.promise();
    disk.killProcess();
    workload.closeAfterFailure();
    workload.open();
    assertThat(workload.promise()).isEqualTo(found);
    long term = found.acknowledged().term() + 1;
    workload.save(term);
    workload.append(found.current().size() + 1L, 2, 30);
    workload.sync();
    cutPower(disk, workload);
    workload.open();
    if (found.snapshot() != null) {
      receiveMore(disk, workload, found.snapshot());
    }
    workload.close();
  }

  private static void cutPower(SimulatedDisk disk, Workload workload) {
    disk.cutPower();
    workload.closeAfterFailure();
    disk.restorePower();
  }

  /** What was under way is no obstacle for another snapshot, and nothing of it comes back. */
  private static void receiveMore(SimulatedDisk disk, Workload workload, Snapshot latest)
      throws IOException {
    workload.discard(latest.index());
    workload.install(LATER);
    cutPower(disk, workload);
    workload.open();
    assertThat(disk.files().stream().filter(file -> file.startsWith("/data/n1/snapshots/")))
        .hasSize(1);
  }

  private static void open(Workload workload) throws IOException {
    workload.open();
    workload.save(1);
  }

  @Test
  void st01_aCrashWhileTheDirectoryIsFormed() throws IOException {
    crashEverywhere(
        SMALL_SEGMENT,
        workload -> {},
        workload -> {
          workload.open();
          workload.close();
        });
  }

  @Test
  void st05_aCrashWhileSegmentsAreFilled() throws IOException {
    crashEverywhere(
        SMALL_SEGMENT,
        CrashStatesTest::open,
        workload -> {
          for (int i = 0; i < 12; i++) {
            workload.append(workload.promise().current().size() + 1L, 1 + i % 3, 10 * i);
            if (i % 2 == 1) {
              workload.sync();
            }
            if (i % 5 == 4) {
              workload.idle();
            }
          }
          // One batch through several segments, and one entry that needs a segment of its own.
          workload.append(workload.promise().current().size() + 1L, 6, 100);
          workload.sync();
          workload.append(workload.promise().current().size() + 1L, 1, 1000);
          workload.sync();
        });
  }

  @Test
  void st01_aCrashWhileALongBatchIsWritten() throws IOException {
    crashEverywhere(
        LARGE_SEGMENT,
        CrashStatesTest::open,
        workload -> {
          workload.append(1, 5, 700);
          workload.sync();
          workload.append(6, 3, 2500);
          workload.append(9, 4, 10);
          workload.append(13, 1, 5000);
          workload.sync();
          workload.idle();
          workload.append(14, 2, 3000);
        });
  }

  @Test
  void st05_aCrashWhileEntriesAreOverridden() throws IOException {
    crashEverywhere(
        SMALL_SEGMENT,
        workload -> {
          open(workload);
          workload.append(1, 10, 40);
          workload.sync();
        },
        workload -> {
          workload.save(2);
          workload.append(6, 3, 50);
          workload.append(7, 1, 60);
          workload.sync();
          workload.save(3);
          workload.append(1, 4, 70);
          workload.append(5, 4, 10);
          workload.sync();
          workload.append(8, 2, 10);
        });
  }

  @Test
  void el01_aCrashWhileTermAndVoteAreSaved() throws IOException {
    crashEverywhere(
        LARGE_SEGMENT,
        workload -> {
          open(workload);
          workload.append(1, 2, 10);
        },
        workload -> {
          for (int term = 2; term < 8; term++) {
            workload.save(term);
          }
          workload.sync();
          workload.save(8);
        });
  }

  @Test
  void st05_aCrashWhileItIsClosedAndOpenedAgain() throws IOException {
    crashEverywhere(
        SMALL_SEGMENT,
        workload -> {
          open(workload);
          workload.append(1, 7, 40);
          workload.sync();
          workload.append(8, 1, 40);
        },
        workload -> {
          workload.close();
          workload.open();
          workload.append(workload.promise().current().size() + 1L, 3, 50);
          workload.close();
          workload.open();
          workload.close();
        });
  }

  private static void openWithSnapshot(Workload workload) throws IOException {
    open(workload);
    workload.append(1, 8, 40);
    workload.save(2);
    workload.append(7, 14, 40);
    workload.sync();
    workload.snapshot(5, 100);
    workload.append(21, 2, 40);
  }

  @Test
  void sn03_aCrashWhileASnapshotIsPublished() throws IOException {
    crashEverywhere(
        SMALL_SEGMENT,
        CrashStatesTest::openWithSnapshot,
        workload -> {
          workload.snapshot(10, 70_000);
          workload.snapshot(15, 0);
          workload.append(23, 2, 40);
          workload.snapshot(20, 10);
        });
  }

  /** As when one is damaged: what was replaced must not come back. */
  @Test
  void sn10_aCrashWhileASnapshotIsReplacedByOthersOfItsPosition() throws IOException {
    crashEverywhere(
        SMALL_SEGMENT,
        CrashStatesTest::openWithSnapshot,
        workload -> {
          for (int bytes : new int[] {300, 0, 70_000, 10}) {
            workload.snapshot(5, bytes);
          }
          workload.append(23, 2, 40);
          workload.sync();
        });
  }

  @Test
  void sn02_aCrashWhileTheLogIsCompacted() throws IOException {
    crashEverywhere(
        SMALL_SEGMENT,
        CrashStatesTest::openWithSnapshot,
        workload -> {
          workload.discard(5);
          workload.snapshot(16, 10);
          workload.discard(12);
          workload.append(22, 8, 40);
          workload.discard(16);
          workload.close();
          workload.open();
          workload.sync();
          // Through several segments back to what is in an earlier one.
          workload.save(3);
          workload.append(18, 13, 40);
          workload.sync();
          workload.snapshot(30, 10);
          workload.discard(30);
        });
  }

  private static void crashWhileReceiving(long term, long index, int bytes) throws IOException {
    SentSnapshot sent = SentSnapshot.of(SentSnapshot.id(5, bytes), new LogPosition(term, index));
    crashEverywhere(
        SMALL_SEGMENT,
        CrashStatesTest::openWithSnapshot,
        workload -> {
          workload.install(sent);
          workload.append(workload.promise().current().size() + 1L, 6, 60);
          workload.sync();
          workload.discard(index);
          workload.append(workload.promise().current().size() + 1L, 1, 60);
        });
  }

  @Test
  void sn02_aCrashWhileASnapshotBehindTheLogIsReceived() throws IOException {
    crashWhileReceiving(2, 40, 3000);
  }

  @Test
  void sn02_aCrashWhileASnapshotOfAnotherTermIsReceived() throws IOException {
    crashWhileReceiving(1, 15, 500);
  }

  @Test
  void sn01_aCrashWhileASnapshotThatTheLogReachesIsReceived() throws IOException {
    crashWhileReceiving(2, 15, 500);
  }

  @Test
  void sn02_aCrashWhileSnapshotsFollowEachOther() throws IOException {
    SentSnapshot first = SentSnapshot.of(SentSnapshot.id(5, 10), new LogPosition(2, 40));
    SentSnapshot second = SentSnapshot.of(SentSnapshot.id(6, 10), new LogPosition(2, 80));
    crashEverywhere(
        SMALL_SEGMENT,
        CrashStatesTest::openWithSnapshot,
        workload -> {
          workload.install(first);
          workload.install(second);
          workload.append(81, 12, 60);
          workload.sync();
          workload.snapshot(90, 10);
          workload.discard(90);
        });
  }

  @Test
  void st06_aCrashAfterAProcessDied() throws IOException {
    SimulatedDisk disk = new SimulatedDisk(new SplittableRandom(3));
    Workload workload = new Workload(disk, "data/n1", SMALL_SEGMENT, 3);
    open(workload);
    workload.append(1, 5, 60);
    workload.sync();
    workload.append(6, 4, 60);
    disk.killProcess();
    workload.closeAfterFailure();
    // What the dead process wrote is read, believed, and must be there from then on.
    CrashStates<Promise> states = CrashStates.of(disk, workload.promise()).atMost(MOST);
    workload.onPromise(states::promise);
    workload.open();
    workload.append(workload.promise().current().size() + 1L, 2, 60);
    workload.sync();
    workload.close();
    states.forEach(state -> reopen(state.disk(), SMALL_SEGMENT, state.promised()));
  }

  static LongStream seeds() {
    long given = Long.getLong("balsa.seed", 0);
    return given != 0 ? LongStream.of(given) : LongStream.rangeClosed(1, EXHAUSTIVE ? 100 : 3);
  }

  @ParameterizedTest(name = "-Dbalsa.seed={0}")
  @MethodSource("seeds")
  void st05_aCrashAnywhereInARandomRun(long seed) throws IOException {
    SplittableRandom random = new SplittableRandom(seed);
    SimulatedDisk disk = new SimulatedDisk(random);
    int segmentBytes = 800 + random.nextInt(1500);
    Workload workload = new Workload(disk, "data/n1", segmentBytes, seed);
    CrashStates<Promise> states = CrashStates.of(disk, workload.promise()).atMost(MOST / 4);
    workload.onPromise(states::promise);
    workload.open();
    workload.run(EXHAUSTIVE ? 100 : 30);
    workload.close();
    states.forEach(state -> reopen(state.disk(), segmentBytes, state.promised()));
  }
}
