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

/** What happens when the disk, the caller or another thread comes in between. */
class FailureTest {
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

  @Test
  void readersSeeWholeConsistentLogsWhileTheWriterOverrides() throws Exception {
    LogStore log = place.openInTerm100();
    AtomicLong writtenTerm = new AtomicLong();
    ExecutorService readers = Executors.newFixedThreadPool(2);
    List<Future<Long>> results = new ArrayList<>();
    log.append(entries(1, 100, 1), 0);
    writtenTerm.set(1);
    for (int i = 0; i < 2; i++) {
      results.add(readers.submit(() -> readUntilTerm(log, writtenTerm, 100)));
    }
    for (long term = 2; term <= 100; term++) {
      long from = 1 + (term * 37) % 60;
      log.append(entries(from, 100, term), 0);
      writtenTerm.set(term);
    }
    for (Future<Long> result : results) {
      assertThat(result.get()).isPositive();
    }
    readers.shutdown();
  }

  private static long readUntilTerm(LogStore log, AtomicLong writtenTerm, long lastTerm)
      throws IOException {
    long reads = 0;
    long before;
    do {
      before = writtenTerm.get();
      List<Entry> read = log.read(1, 100, Long.MAX_VALUE);
      assertThat(read).hasSize(100);
      for (int i = 0; i < 100; i++) {
        Entry found = read.get(i);
        assertThat(found).isEqualTo(entry(i + 1, found.term(), (i + 1) % 13));
        assertThat(found.term()).isGreaterThanOrEqualTo(i == 0 ? 1 : read.get(i - 1).term());
      }
      assertThat(read.get(99).term()).isGreaterThanOrEqualTo(before);
      reads++;
    } while (before < lastTerm);
    return reads;
  }
}
