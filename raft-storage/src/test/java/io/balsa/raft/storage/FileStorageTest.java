package io.balsa.raft.storage;

import static io.balsa.raft.storage.Place.entries;
import static io.balsa.raft.storage.Place.entry;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.balsa.raft.Environment;
import io.balsa.raft.LogStore;
import io.balsa.raft.core.Entry;
import io.balsa.raft.core.EntryType;
import io.balsa.raft.core.HardState;
import io.balsa.raft.core.LogPosition;
import io.balsa.raft.core.NodeId;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What goes in comes out again, in whatever way it is laid out over segments. */
class FileStorageTest {
  @TempDir Path directory;
  private Place place;

  @BeforeEach
  void makePlace() {
    place = new Place(directory.resolve("data/n1"), 4096);
  }

  @AfterEach
  void closePlace() throws IOException {
    place.close();
  }

  @Test
  void anEmptyPlaceBecomesTheNodes() throws IOException {
    LogStore log = place.open();
    assertThat(log.identity()).isEqualTo(Place.IDENTITY);
    assertThat(log.recovered().hardState()).isEqualTo(HardState.INITIAL);
    assertThat(log.recovered().lastIndex()).isZero();
    assertThat(log.recovered().termStarts()).isEmpty();
  }

  @Test
  void whatWasSyncedIsThereAfterReopening() throws IOException {
    LogStore log = place.open();
    log.saveHardState(new HardState(3, new NodeId("n2")));
    log.append(entries(1, 20, 2), 0);
    log.append(entries(21, 30, 3), 20);
    log.sync();

    LogStore again = place.open();
    assertThat(again.recovered().hardState()).isEqualTo(new HardState(3, new NodeId("n2")));
    assertThat(again.recovered().lastIndex()).isEqualTo(30);
    assertThat(again.recovered().commitIndex()).isEqualTo(20);
    assertThat(again.recovered().termStarts())
        .containsExactly(new LogPosition(2, 1), new LogPosition(3, 21));
    List<Entry> all = new ArrayList<>(entries(1, 20, 2));
    all.addAll(entries(21, 30, 3));
    assertThat(again.read(1, 30, Long.MAX_VALUE)).isEqualTo(all);
  }

  @ParameterizedTest
  @ValueSource(longs = {0, 200, 1000, 100_000, 10_000_000})
  void entriesOfEverySizeFitSegmentsOfEverySize(long segmentBytes) throws IOException {
    place = new Place(directory.resolve("sizes"), segmentBytes);
    LogStore log = place.openInTerm100();
    List<Entry> all = new ArrayList<>();
    int[] sizes = {0, 1, 7, 8, 9, 100, 5000, 70_000, 1, RecordBuffer.LIMIT, 2, 9_000_001, 0};
    for (int size : sizes) {
      all.add(entry(all.size() + 1, 1, size));
    }
    log.append(all, 0);
    log.sync();
    assertThat(log.read(1, all.size(), Long.MAX_VALUE)).isEqualTo(all);
    LogStore again = place.open();
    assertThat(again.read(1, all.size(), Long.MAX_VALUE)).isEqualTo(all);
  }

  @Test
  void segmentsOfOneEntryEach() throws IOException {
    place = new Place(directory.resolve("one"), 0);
    LogStore log = place.openInTerm100();
    log.append(entries(1, 10, 1), 0);
    log.append(entries(8, 12, 2), 0);
    log.sync();
    assertThat(Files.exists(place.segment(16))).isTrue();
    assertThat(Files.exists(place.segment(17))).isFalse();
    List<Entry> expected = new ArrayList<>(entries(1, 7, 1));
    expected.addAll(entries(8, 12, 2));
    assertThat(place.all()).isEqualTo(expected);
    place.open();
    assertThat(place.all()).isEqualTo(expected);
  }

  @Test
  void readStopsBeforeTheEntryThatIsTooMuch() throws IOException {
    LogStore log = place.openInTerm100();
    log.append(List.of(entry(1, 1, 10), entry(2, 1, 10), entry(3, 1, 10)), 0);
    assertThat(log.read(1, 3, 2 * 74)).hasSize(2);
    assertThat(log.read(1, 3, 2 * 74 - 1)).hasSize(1);
    assertThat(log.read(2, 3, 0)).containsExactly(entry(2, 1, 10));
    assertThatThrownBy(() -> log.read(0, 1, 9)).isInstanceOf(IndexOutOfBoundsException.class);
    assertThatThrownBy(() -> log.read(3, 2, 9)).isInstanceOf(IndexOutOfBoundsException.class);
    assertThatThrownBy(() -> log.read(1, 4, 9)).isInstanceOf(IndexOutOfBoundsException.class);
  }

  @Test
  void configurationsAreGivenWithTheOutline() throws IOException {
    LogStore log = place.openInTerm100();
    Entry first = new Entry(1, 1, EntryType.CONFIGURATION, new byte[] {1, 2, 3});
    Entry second = new Entry(1, 3, EntryType.CONFIGURATION, new byte[] {4});
    log.append(List.of(first, entry(2, 1, 3), second), 0);
    log.sync();
    assertThat(place.open().recovered().configurations()).containsExactly(first, second);
    LogStore again = place.open();
    again.append(List.of(new Entry(2, 3, EntryType.NO_OP, new byte[0])), 0);
    again.sync();
    assertThat(place.open().recovered().configurations()).containsExactly(first);
  }

  @Test
  void closingTwiceIsFine() throws IOException {
    FileStorage storage = FileStorage.open(directory.resolve("twice"));
    LogStore log = storage.open(Place.GROUP, Place.IDENTITY, new Quiet(1000));
    log.close();
    log.close();
    storage.close();
    storage.close();
    assertThatThrownBy(log::sync).hasMessageContaining("is closed");
    assertThatThrownBy(() -> log.read(1, 1, 1)).hasMessageContaining("is closed");
    assertThatThrownBy(() -> storage.open(Place.GROUP, Place.IDENTITY, new Quiet(1000)))
        .hasMessageContaining("is closed");
  }

  @Test
  void theDefaultsWork() throws IOException {
    Path path = directory.resolve("defaults");
    try (FileStorage storage = FileStorage.open(path)) {
      LogStore log = storage.open(Place.GROUP, Place.IDENTITY, Environment.system());
      log.append(entries(1, 100, 1), 0);
      log.sync();
      assertThat(Files.size(path.resolve("wal").resolve(WalFormat.fileName(1))))
          .isEqualTo(64L << 20);
    }
  }
}
