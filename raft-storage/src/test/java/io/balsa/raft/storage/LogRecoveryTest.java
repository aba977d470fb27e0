package io.balsa.raft.storage;

import static io.balsa.raft.storage.Place.entries;
import static io.balsa.raft.storage.Place.entry;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.assertj.core.api.Assertions.fail;

import io.balsa.raft.DamagedLogException;
import io.balsa.raft.LogStore;
import io.balsa.raft.core.Entry;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What recovery makes of every kind of bytes: an unfinished write is cut, everything else is
 * reported, and what was synced is never lost in silence. With {@code -Dbalsa.exhaustive=true}
 * every byte is tried, otherwise a sample.
 */
class LogRecoveryTest {
  private static final boolean EXHAUSTIVE = Boolean.getBoolean("balsa.exhaustive");
  private static final String SEGMENT_1 = "wal/" + WalFormat.fileName(1);
  private static final String SEGMENT_2 = "wal/" + WalFormat.fileName(2);
  private static final String SEGMENT_3 = "wal/" + WalFormat.fileName(3);

  @TempDir(factory = FastTempDir.class)
  Path directory;

  private final Random random = new Random(7);
  private Place place;

  @BeforeEach
  void makePlace() {
    place = new Place(directory.resolve("n"), 1500);
  }

  private int step() {
    return EXHAUSTIVE ? 1 : 1 + random.nextInt(40);
  }

  /** Three segments, overrides, several syncs; closed. */
  private Image referenceLog() throws IOException {
    try (Place reference = new Place(directory.resolve("reference"), 1500)) {
      LogStore log = reference.openInTerm100();
      log.append(entries(1, 10, 1), 0);
      log.sync();
      log.append(entries(11, 30, 1), 5);
      log.sync();
      log.append(entries(28, 40, 2), 27);
      log.append(entries(35, 45, 3), 27);
      log.sync();
      log.append(entries(46, 60, 3), 45);
      log.sync();
    }
    Image image = Image.of(directory.resolve("reference"));
    assertThat(image.files())
        .containsKey(SEGMENT_3)
        .doesNotContainKey("wal/" + WalFormat.fileName(4));
    return image;
  }

  private static List<Entry> referenceEntries() {
    List<Entry> all = new ArrayList<>(entries(1, 27, 1));
    all.addAll(entries(28, 34, 2));
    all.addAll(entries(35, 60, 3));
    return all;
  }

  private DamagedLogException damage(Image image) throws IOException {
    image.layOut(place.directory);
    DamagedLogException damage =
        catchThrowableOfType(DamagedLogException.class, () -> place.open());
    assertThat(damage).as("expected a report of damage").isNotNull();
    assertThat(Image.of(place.directory).files())
        .as("nothing is changed")
        .containsExactlyEntriesOf(image.files());
    return damage;
  }

  @Test
  void st02_corruptionInTheMiddleIsNotATornTail() throws IOException {
    Image image = referenceLog();
    for (String name : List.of(SEGMENT_1, SEGMENT_2, SEGMENT_3)) {
      int size = image.files().get(name).length;
      for (int offset = 0; offset < size; offset += step()) {
        flipABit(image, name, offset);
      }
    }
  }

  private void flipABit(Image image, String name, int offset) throws IOException {
    image.withFlippedBit(name, offset, random).layOut(place.directory);
    try {
      place.open();
      // Only what holds no entry may be mended in silence: the last mark, the last but one seal,
      // unused space.
      assertThat(place.all())
          .as("bit flipped in %s at %d", name, offset)
          .isEqualTo(referenceEntries());
    } catch (DamagedLogException damage) {
      assertThat(damage.file()).endsWith(name);
      assertThat(damage.offset()).isBetween(Math.max(0L, offset - 100L), (long) offset);
      assertThat(damage.index()).isBetween(1L, 61L);
    }
  }

  @Test
  void st02_aFlippedBitInASyncedEntryIsReportedWithItsIndex() throws IOException {
    Image image = referenceLog();
    int offset = WalFormat.SEGMENT_HEADER + 40 + WalFormat.RECORD_HEADER + 1;
    DamagedLogException damage = damage(image.withFlippedBit(SEGMENT_1, offset, random));
    assertThat(damage.index()).isEqualTo(2);
    assertThat(damage.offset()).isEqualTo(WalFormat.SEGMENT_HEADER + 40);
    assertThat(damage.file()).endsWith(SEGMENT_1);
  }

  @Test
  void st02_aDamagedLastBatchIsNotATornTail() throws IOException {
    Image image = referenceLog();
    int end = image.endOfContent(SEGMENT_3) - WalFormat.MARK_RECORD;
    DamagedLogException damage = damage(image.withFlippedBit(SEGMENT_3, end - 1, random));
    assertThat(damage.index()).isEqualTo(60);
    assertThat(damage).hasMessageContaining("synced up to " + end);
  }

  @Test
  void st02_aZeroedBlockIsDamage() throws IOException {
    Image image = referenceLog();
    for (String name : List.of(SEGMENT_1, SEGMENT_2, SEGMENT_3)) {
      int end = image.endOfContent(name) - WalFormat.MARK_RECORD;
      for (int from = 0; from < end; from += step()) {
        Image zeroed = image.withZeros(name, from, end);
        if (!Arrays.equals(zeroed.files().get(name), image.files().get(name))) {
          damage(zeroed);
        }
      }
    }
  }

  @Test
  void everyOtherFileLengthIsDamage() throws IOException {
    Image image = referenceLog();
    for (String name : List.of(SEGMENT_1, SEGMENT_2, SEGMENT_3)) {
      byte[] content = image.files().get(name);
      for (int length = 0; length < content.length; length += step() + step()) {
        Image shorter = image.with(name, Arrays.copyOf(content, length));
        assertThat(damage(shorter).file()).endsWith(name);
      }
      Image longer = image.with(name, Arrays.copyOf(content, content.length + 8));
      assertThat(damage(longer).offset()).isEqualTo(content.length);
    }
  }

  @Test
  void aMissingSegmentIsDamage() throws IOException {
    Image image = referenceLog();
    assertThat(damage(image.without(SEGMENT_1)).file()).endsWith(SEGMENT_1);
    assertThat(damage(image.without(SEGMENT_2)).file()).endsWith(SEGMENT_2);
    assertThat(damage(image.without(SEGMENT_3)).file()).endsWith(SEGMENT_3);
    Image none = image.without(SEGMENT_1).without(SEGMENT_2).without(SEGMENT_3);
    assertThat(damage(none).file()).endsWith(SEGMENT_1);
  }

  @Test
  void aSegmentOfAnotherPlaceIsDamage() throws IOException {
    Image image = referenceLog();
    assertThat(damage(image.with(SEGMENT_2, image.files().get(SEGMENT_1))))
        .hasMessageContaining("checksum");
    assertThat(damage(image.with(SEGMENT_2, new byte[1500]))).hasMessageContaining("not a segment");
  }

  @Test
  void st01_anUnfinishedLastWriteIsCut() throws IOException {
    LogStore log = place.openInTerm100();
    log.append(entries(1, 5, 1), 0);
    log.sync();
    int synced = Image.of(place.directory).endOfContent(SEGMENT_1);
    log.append(entries(4, 9, 2), 3);
    Image image = Image.of(place.directory);
    int end = image.endOfContent(SEGMENT_1);
    place.close();
    List<List<Entry>> states = new ArrayList<>(List.of(entries(1, 5, 1)));
    for (int last = 4; last <= 9; last++) {
      List<Entry> state = new ArrayList<>(entries(1, 3, 1));
      state.addAll(entries(4, last, 2));
      states.add(state);
    }
    for (int from = synced; from < end; from += EXHAUSTIVE ? 1 : 1 + random.nextInt(8)) {
      image.withZeros(SEGMENT_1, from, end).layOut(place.directory);
      acceptsAndGoesOn(states);
    }
    for (int i = 0; i < (EXHAUSTIVE ? 2000 : 50); i++) {
      withoutSomeSectors(image, synced, end).layOut(place.directory);
      acceptsAndGoesOn(states);
    }
  }

  private Image withoutSomeSectors(Image image, int synced, int end) {
    Image changed = image;
    int sector = 8 << random.nextInt(5);
    for (int at = synced; at < end; at += sector) {
      if (random.nextBoolean()) {
        changed = changed.withZeros(SEGMENT_1, at, Math.min(end, at + sector));
      }
    }
    return changed;
  }

  private void acceptsAndGoesOn(List<List<Entry>> states) throws IOException {
    LogStore log = place.open();
    List<Entry> found = place.all();
    assertThat(states).contains(found);
    long next = found.size() + 1;
    log.append(List.of(entry(next, 9, 20)), 0);
    log.sync();
    place.open();
    assertThat(place.all()).hasSize((int) next).startsWith(found.toArray(Entry[]::new));
  }

  @Test
  void st01_garbageAfterTheLastSyncIsCut() throws IOException {
    LogStore log = place.openInTerm100();
    log.append(entries(1, 5, 1), 0);
    log.sync();
    Image image = Image.of(place.directory);
    int end = image.endOfContent(SEGMENT_1);
    for (int i = 0; i < 50; i++) {
      byte[] content = image.files().get(SEGMENT_1).clone();
      byte[] garbage = new byte[random.nextInt(content.length - end) + 1];
      random.nextBytes(garbage);
      System.arraycopy(garbage, 0, content, end, garbage.length);
      place.close();
      image.with(SEGMENT_1, content).layOut(place.directory);
      acceptsAndGoesOn(List.of(entries(1, 5, 1)));
    }
  }

  @Test
  void st21_aHugeLengthIsCheckedBeforeAnythingIsAllocated() throws IOException {
    LogStore log = place.openInTerm100();
    log.append(entries(1, 5, 1), 0);
    log.sync();
    Image image = Image.of(place.directory);
    place.close();
    int end = image.endOfContent(SEGMENT_1);
    for (int length : new int[] {Integer.MAX_VALUE, -1, Integer.MIN_VALUE, 1 << 30, 1500, 1400}) {
      byte[] content = image.files().get(SEGMENT_1).clone();
      ByteBuffer.wrap(content).putInt(end + WalFormat.LENGTH, length).put(end + 14, (byte) 3);
      image.with(SEGMENT_1, content).layOut(place.directory);
      acceptsAndGoesOn(List.of(entries(1, 5, 1)));
    }
  }

  @Test
  void st08_remnantsOfAnotherLogInTheFreeSpaceAreNotEntries() throws IOException {
    Image other = referenceLog();
    LogStore log = place.openInTerm100();
    log.append(entries(1, 3, 1), 0);
    log.sync();
    Image image = Image.of(place.directory);
    place.close();
    int end = image.endOfContent(SEGMENT_1);
    for (String name : List.of(SEGMENT_1, SEGMENT_2, SEGMENT_3)) {
      byte[] content = image.files().get(SEGMENT_1).clone();
      byte[] remnant = other.files().get(name);
      System.arraycopy(remnant, end, content, end, content.length - end);
      image.with(SEGMENT_1, content).layOut(place.directory);
      if (name.equals(SEGMENT_1)) {
        // Records of this very segment: they can only be its own later ones.
        assertThat(catchThrowableOfType(DamagedLogException.class, () -> place.open())).isNotNull();
      } else {
        acceptsAndGoesOn(List.of(entries(1, 3, 1)));
      }
    }
  }

  @Test
  void st08_aStaleRecordWithARightChecksumIsDamage() throws IOException {
    LogStore log = place.openInTerm100();
    log.append(entries(1, 5, 1), 0);
    log.sync();
    Image base = Image.of(place.directory);
    int start = base.endOfContent(SEGMENT_1) + WalFormat.MARK_RECORD;
    int end = start + WalFormat.recordSize(20);
    place.open().append(List.of(entry(6, 1, 20)), 0);
    byte[] stale = Image.of(place.directory).files().get(SEGMENT_1);
    place.close();

    base.layOut(place.directory);
    LogStore again = place.open();
    again.append(List.of(entry(6, 2, 20), entry(7, 2, 20)), 0);
    again.sync();
    place.close();
    Image image = Image.of(place.directory);
    byte[] content = image.files().get(SEGMENT_1).clone();
    System.arraycopy(stale, start, content, start, end - start);
    assertThat(damage(image.with(SEGMENT_1, content)).offset()).isEqualTo(end);
  }

  @Test
  void st09_everyCrashBetweenTwoSegmentsIsAccepted() throws IOException {
    Image image = referenceLog();
    int sealStart = image.endOfContent(SEGMENT_2) - WalFormat.MARK_RECORD;
    // The new segment is not there yet, the old one not sealed.
    Image before =
        image.without(SEGMENT_3).withZeros(SEGMENT_2, sealStart, sealStart + WalFormat.MARK_RECORD);
    before.with("wal/spare.tmp", image.files().get(SEGMENT_3)).layOut(place.directory);
    place.open();
    int kept = place.all().size();
    assertThat(place.all()).isEqualTo(referenceEntries().subList(0, kept));
    // The new segment is there, the seal unfinished in every way.
    for (int at = sealStart; at <= sealStart + WalFormat.MARK_RECORD; at += 4) {
      place.close();
      image.withZeros(SEGMENT_2, at, sealStart + WalFormat.MARK_RECORD).layOut(place.directory);
      place.open();
      assertThat(place.all()).isEqualTo(referenceEntries());
      place.close();
      assertThat(Image.of(place.directory).files().get(SEGMENT_2))
          .isEqualTo(image.files().get(SEGMENT_2));
    }
  }

  @Test
  void aMissingSealInAnOlderSegmentIsDamage() throws IOException {
    Image image = referenceLog();
    int sealStart = image.endOfContent(SEGMENT_1) - WalFormat.MARK_RECORD;
    Image unsealed = image.withZeros(SEGMENT_1, sealStart, sealStart + WalFormat.MARK_RECORD);
    assertThat(damage(unsealed)).hasMessageContaining("seal");
  }

  @Test
  void st10_anOverriddenEntryNeverComesBack() throws IOException {
    LogStore log = place.openInTerm100();
    log.append(entries(1, 20, 1), 0);
    log.sync();
    log.append(List.of(entry(5, 2, 3)), 4);
    log.sync();
    List<Entry> expected = new ArrayList<>(entries(1, 4, 1));
    expected.add(entry(5, 2, 3));
    assertThat(place.all()).isEqualTo(expected);
    place.open();
    assertThat(place.all()).isEqualTo(expected);
    assertThat(place.open().recovered().lastIndex()).isEqualTo(5);
  }

  @Test
  void st11_ofTwoEntriesWithOneIndexInABatchTheLaterWins() throws IOException {
    LogStore log = place.openInTerm100();
    log.append(
        List.of(
            entry(1, 1, 9),
            entry(2, 1, 9),
            entry(3, 1, 9),
            entry(2, 2, 5),
            entry(2, 3, 6),
            entry(3, 3, 7)),
        0);
    log.sync();
    List<Entry> expected = List.of(entry(1, 1, 9), entry(2, 3, 6), entry(3, 3, 7));
    assertThat(place.all()).isEqualTo(expected);
    place.open();
    assertThat(place.all()).isEqualTo(expected);
  }

  @Test
  void st12_theCommitHintIsNeverAheadOfTheLog() throws IOException {
    LogStore log = place.openInTerm100();
    log.append(entries(1, 5, 1), 99);
    log.sync();
    log.append(entries(6, 8, 1), 7);
    Image image = Image.of(place.directory);
    place.close();
    assertThat(place.open().recovered().commitIndex()).isEqualTo(7);
    place.close();
    // Of the second batch only the mark at its beginning was written.
    int start = WalFormat.SEGMENT_HEADER + 5 * 40 + WalFormat.MARK_RECORD;
    image.withZeros(SEGMENT_1, start, 1500).layOut(place.directory);
    LogStore again = place.open();
    assertThat(again.recovered().lastIndex()).isEqualTo(5);
    assertThat(again.recovered().commitIndex()).isEqualTo(5);
  }

  @Test
  void st23_committedEntriesAreNotReplaced() throws IOException {
    LogStore log = place.openInTerm100();
    log.append(entries(1, 5, 1), 3);
    refusesToReplace(log, 3);
    log.append(entries(4, 4, 2), 3);
    log.sync();
    refusesToReplace(place.open(), 3);
    assertThat(place.all()).hasSize(4);
  }

  private static void refusesToReplace(LogStore log, long index) {
    List<Entry> batch = List.of(entry(5, 1, 1), entry(index, 2, 1));
    IllegalArgumentException refusal =
        catchThrowableOfType(IllegalArgumentException.class, () -> log.append(batch, 0));
    if (refusal == null) {
      fail("a committed entry was replaced");
    }
  }

  @Test
  void aGapIsRefusedAndNothingIsWritten() throws IOException {
    LogStore log = place.openInTerm100();
    log.append(entries(1, 5, 1), 0);
    for (List<Entry> gap :
        List.of(entries(7, 7, 1), entries(0, 0, 1), List.of(entry(6, 1, 1), entry(8, 1, 1)))) {
      assertThat(catchThrowableOfType(IllegalArgumentException.class, () -> log.append(gap, 0)))
          .isNotNull();
    }
    log.sync();
    place.open();
    assertThat(place.all()).isEqualTo(entries(1, 5, 1));
  }
}
