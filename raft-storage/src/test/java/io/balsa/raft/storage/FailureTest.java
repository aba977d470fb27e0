package io.balsa.raft.storage;

import static io.balsa.raft.storage.Place.entries;
import static io.balsa.raft.storage.Place.entry;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.balsa.raft.DamagedLogException;
import io.balsa.raft.LogStore;
import io.balsa.raft.StorageException;
import io.balsa.raft.core.Entry;
import io.balsa.raft.core.HardState;
import java.io.IOException;
import java.nio.channels.ClosedByInterruptException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What happens when the disk, the caller or another thread comes in between. */
class FailureTest {
  private static final long LAST_TERM = 60;

  @TempDir(factory = FastTempDir.class)
  Path directory;

  private Place place;

  @BeforeEach
  void makePlace() {
    place = new Place(directory.resolve("n"), 3000);
  }

  @AfterEach
  void closePlace() throws IOException {
    place.close();
  }

  /**
   * An interrupt closes the channel under the writer: the one way to fail a sync of a real file
   * system.
   */
  private static Throwable failToSync(LogStore log) {
    Thread.currentThread().interrupt();
    Throwable failure = catchThrowable(log::sync);
    assertThat(Thread.interrupted()).isTrue();
    return failure;
  }

  @Test
  void st03_afterAFailedSyncNothingIsRetried() throws IOException {
    LogStore log = place.openInTerm100();
    log.append(entries(1, 3, 1), 0);
    log.sync();
    log.append(entries(4, 5, 1), 0);
    Throwable failure = failToSync(log);
    assertThat(failure)
        .isInstanceOf(StorageException.class)
        .hasMessageContaining("could not sync the log")
        .hasCauseInstanceOf(ClosedByInterruptException.class);
    Throwable first = failure.getCause();
    assertThat(catchThrowable(log::sync)).hasCause(first);
    assertThat(catchThrowable(() -> log.append(entries(6, 6, 1), 0))).hasCause(first);
    assertThat(catchThrowable(() -> log.saveHardState(HardState.INITIAL))).hasCause(first);
    assertThat(catchThrowable(() -> log.read(1, 1, 1))).hasCause(first);
    ((FileLogStore) log).idle();
    log.close();
    LogStore again = place.open();
    assertThat(place.all()).startsWith(entries(1, 3, 1).toArray(Entry[]::new));
    again.append(List.of(entry(again.recovered().lastIndex() + 1, 1, 1)), 0);
    again.sync();
  }

  @Test
  void theMarkOfAnIdleLogIsWrittenAndItsFailureKillsTheLog() throws IOException {
    LogStore log = place.openInTerm100();
    log.append(entries(1, 3, 1), 3);
    log.sync();
    int before = Image.of(place.directory).endOfContent("wal/" + WalFormat.fileName(1));
    ((FileLogStore) log).idle();
    ((FileLogStore) log).idle();
    int after = Image.of(place.directory).endOfContent("wal/" + WalFormat.fileName(1));
    assertThat(after).isEqualTo(before + WalFormat.MARK_RECORD);
    log.append(entries(4, 4, 1), 0);
    log.sync();
    Thread.currentThread().interrupt();
    ((FileLogStore) log).idle();
    assertThat(Thread.interrupted()).isTrue();
    assertThatThrownBy(log::sync).hasMessageContaining("an earlier write failed");
    log.close();
    ((FileLogStore) log).idle();
    place.open();
    assertThat(place.all()).isEqualTo(entries(1, 4, 1));
  }

  @Test
  void el01_aHardStateThatCouldNotBeWrittenKillsTheLog() throws IOException {
    LogStore log = place.openInTerm100();
    Path blocked = place.directory.resolve("hardstate.tmp");
    Files.createDirectories(blocked.resolve("in the way"));
    assertThatThrownBy(() -> log.saveHardState(new HardState(101, null)))
        .isInstanceOf(StorageException.class)
        .hasMessageContaining("could not save term and vote");
    assertThatThrownBy(log::sync).isInstanceOf(StorageException.class);
    Files.delete(blocked.resolve("in the way"));
    Files.delete(blocked);
    assertThat(place.open().recovered().hardState()).isEqualTo(new HardState(100, null));
  }

  @Test
  void st04_aSpareThatCannotBeMadeHarmsNobodyUntilItIsNeeded() throws IOException {
    LogStore log = place.openInTerm100();
    Path blocked = place.directory.resolve("wal/spare.tmp");
    Files.createDirectories(blocked.resolve("in the way"));
    log.append(List.of(entry(1, 1, 1600)), 0);
    log.sync();
    log.append(List.of(entry(2, 1, 500)), 0);
    log.sync();
    assertThatThrownBy(() -> log.append(List.of(entry(3, 1, 1000)), 0))
        .isInstanceOf(StorageException.class)
        .hasMessageContaining("could not append");
    Files.delete(blocked.resolve("in the way"));
    Files.delete(blocked);
    LogStore again = place.open();
    assertThat(place.all()).containsExactly(entry(1, 1, 1600), entry(2, 1, 500));
    again.append(List.of(entry(3, 1, 1000)), 0);
    again.sync();
  }

  @Test
  void aLargeSegmentThatCannotBeMadeKillsTheLog() throws IOException {
    LogStore log = place.openInTerm100();
    Files.createDirectories(place.directory.resolve("wal/large.tmp/in the way"));
    assertThatThrownBy(() -> log.append(List.of(entry(1, 1, 5000)), 0))
        .isInstanceOf(StorageException.class);
  }

  @Test
  void anInterruptedReaderHarmsNobodyElse() throws IOException {
    LogStore log = place.openInTerm100();
    log.append(entries(1, 5, 1), 0);
    assertThat(place.all()).hasSize(5);
    Thread.currentThread().interrupt();
    assertThat(catchThrowable(() -> log.read(1, 5, 1000)))
        .isInstanceOf(ClosedByInterruptException.class);
    assertThat(Thread.interrupted()).isTrue();
    log.sync();
    assertThat(place.all()).isEqualTo(entries(1, 5, 1));
  }

  @Test
  void damageFoundByReadingIsReported() throws IOException {
    LogStore log = place.openInTerm100();
    log.append(entries(1, 30, 1), 0);
    log.sync();
    log.append(entries(31, 40, 1), 0);
    Path segment = place.segment(1);
    byte[] good = Files.readAllBytes(segment);
    int end = Image.of(place.directory).endOfContent("wal/" + WalFormat.fileName(1));
    for (int offset = WalFormat.SEGMENT_HEADER; offset < end; offset += 5) {
      byte[] bad = good.clone();
      bad[offset] ^= 0x40;
      Files.write(segment, bad);
      assertThatThrownBy(() -> log.read(1, 40, Long.MAX_VALUE))
          .isInstanceOf(DamagedLogException.class);
    }
    Files.write(segment, good);
    assertThat(place.all()).hasSize(40);
    Files.write(segment, java.util.Arrays.copyOf(good, end - 5));
    assertThat(catchThrowable(() -> log.read(1, 40, Long.MAX_VALUE)))
        .isInstanceOf(IOException.class);
    Files.write(segment, good);
  }

  @ParameterizedTest
  @ValueSource(longs = {0, 3000})
  void readersSeeWholeConsistentLogsWhileTheWriterOverrides(long segmentBytes) throws Exception {
    place = new Place(directory.resolve("read"), segmentBytes);
    LogStore log = place.openInTerm100();
    List<List<Entry>> states = new ArrayList<>(List.of(List.of(), entries(1, 60, 1)));
    AtomicLong writtenTerm = new AtomicLong(1);
    log.append(states.get(1), 0);
    for (long term = 2; term <= LAST_TERM; term++) {
      long from = 1 + (term * 37) % 55;
      List<Entry> state = new ArrayList<>(states.get((int) term - 1).subList(0, (int) from - 1));
      state.addAll(entries(from, 60, term));
      states.add(state);
    }
    ExecutorService readers = Executors.newFixedThreadPool(2);
    List<Future<Long>> results = new ArrayList<>();
    for (int i = 0; i < 2; i++) {
      results.add(readers.submit(() -> readUntilLastTerm(log, writtenTerm, states)));
    }
    for (long term = 2; term <= LAST_TERM; term++) {
      long from = 1 + (term * 37) % 55;
      log.append(entries(from, 60, term), 0);
      writtenTerm.set(term);
    }
    for (Future<Long> result : results) {
      assertThat(result.get()).isPositive();
    }
    readers.shutdown();
  }

  private static long readUntilLastTerm(
      LogStore log, AtomicLong writtenTerm, List<List<Entry>> states) throws IOException {
    long reads = 0;
    long before;
    do {
      before = writtenTerm.get();
      List<Entry> read = log.read(1, 60, Long.MAX_VALUE);
      long term = read.get(read.size() - 1).term();
      assertThat(read).isEqualTo(states.get((int) term));
      assertThat(term).isGreaterThanOrEqualTo(before);
      reads++;
    } while (before < LAST_TERM);
    return reads;
  }
}
