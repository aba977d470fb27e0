package io.balsa.raft.storage;

import static io.balsa.raft.storage.Place.entries;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.balsa.raft.DamagedLogException;
import io.balsa.raft.LogStore;
import io.balsa.raft.SnapshotStore;
import io.balsa.raft.StorageException;
import io.balsa.raft.core.Configuration;
import io.balsa.raft.core.LogPosition;
import io.balsa.raft.core.Member;
import io.balsa.raft.core.NodeId;
import io.balsa.raft.core.Snapshot;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Damaged and missing files of snapshots, and what is left of the log behind them. */
class SnapshotFilesTest {
  private static final Configuration MEMBERS =
      Configuration.of(List.of(new Member(new NodeId("n1"), "host:1")));
  private static final int IMAGE = 3 * SnapshotFormat.BLOCK;

  @TempDir(factory = FastTempDir.class)
  Path parent;

  private final Random random = new Random(5);
  private Place place;
  private LogStore log;

  @BeforeEach
  void openPlace() throws IOException {
    place = new Place(parent.resolve("n1"), 1000);
    log = place.openInTerm100();
    log.append(entries(1, 200, 1), 0);
    log.sync();
  }

  @AfterEach
  void closePlace() throws IOException {
    place.close();
  }

  private Snapshot publish(long index) throws IOException {
    return publish(index, new UUID(1, index));
  }

  private Snapshot publish(long index, UUID id) throws IOException {
    byte[] image = new byte[IMAGE];
    random.nextBytes(image);
    LogPosition last = new LogPosition(1, index);
    try (SnapshotStore.Image out = log.snapshots().create(id, last, 0, MEMBERS)) {
      out.write(image);
      return out.publish();
    }
  }

  private static String name(Snapshot snapshot) {
    return "snapshots/" + SnapshotFormat.fileName(snapshot, SnapshotFormat.SUFFIX);
  }

  /** What is left in the directory of a log that is compacted as far as it can be. */
  private Image compacted(Snapshot snapshot) throws IOException {
    log.discard(snapshot.index());
    place.close();
    return Image.of(place.directory);
  }

  private DamagedLogException damage(Image image) throws IOException {
    image.layOut(place.directory);
    DamagedLogException damage =
        catchThrowableOfType(DamagedLogException.class, () -> place.open());
    assertThat(damage).isNotNull();
    // Nothing was changed.
    assertThat(Image.of(place.directory).files().keySet()).isEqualTo(image.files().keySet());
    return damage;
  }

  @Test
  void segmentsThatASnapshotStandsForAreGone() throws IOException {
    int before = Image.of(place.directory).files().size();
    Image image = compacted(publish(150));
    assertThat(image.files()).hasSizeLessThan(before - 4).doesNotContainKey(segment(1));
    LogPosition start = place.open().recovered().start();
    assertThat(start.index()).isBetween(130L, 150L);
    assertThat(start.term()).isEqualTo(1);
  }

  private static String segment(long number) {
    return "wal/" + WalFormat.fileName(number);
  }

  @Test
  void sn16_aGapBeforeTheLogThatNoSnapshotStandsForIsDamage() throws IOException {
    Snapshot early = publish(20);
    Image withEarly = Image.of(place.directory);
    Snapshot late = publish(150);
    Image image = compacted(late);
    assertThat(damage(image.without(name(late)))).hasMessageContaining("no snapshot stands for");
    Image replaced =
        image.without(name(late)).with(name(early), withEarly.files().get(name(early)));
    assertThat(damage(replaced).index()).isEqualTo(21);
  }

  @Test
  void sn16_snapshotsWithoutALogAreDamage() throws IOException {
    Image image = compacted(publish(150));
    Image none = image;
    for (String file : image.files().keySet()) {
      none = file.startsWith("wal/") ? none.without(file) : none;
    }
    assertThat(damage(none).file()).endsWith(segment(1));
    none.without("hardstate").without("identity").layOut(place.directory);
    assertThatThrownBy(() -> place.open())
        .isInstanceOf(StorageException.class)
        .hasMessageContaining("identity");
  }

  @Test
  void sn04_aSnapshotWithoutItsEndIsToldAndNotPassedOver() throws IOException {
    Snapshot early = publish(20);
    Image withEarly = Image.of(place.directory);
    Snapshot late = publish(150);
    place.close();
    // Both are there, as if the earlier one could not be removed.
    Image both = Image.of(place.directory).with(name(early), withEarly.files().get(name(early)));
    byte[] content = both.files().get(name(late));
    for (int length : new int[] {0, 1, 60, 80, 200, IMAGE, content.length - 1}) {
      DamagedLogException damage = damage(both.with(name(late), Arrays.copyOf(content, length)));
      assertThat(damage.file()).endsWith(name(late));
    }
    byte[] longer = Arrays.copyOf(content, content.length + 1);
    assertThat(damage(both.with(name(late), longer)).file()).endsWith(name(late));
    both.layOut(place.directory);
    assertThat(place.open().snapshots().latest()).isEqualTo(late);
    assertThat(Image.of(place.directory).files()).doesNotContainKey(name(early));
  }

  /** A power cut may bring back what was replaced, whichever of them has the higher name. */
  @Test
  void sn10_ofTwoSnapshotsOfOnePositionTheGoodOneIsTheLatest() throws IOException {
    Snapshot low = publish(150, new UUID(1, 1));
    Image before = Image.of(place.directory);
    Snapshot high = publish(150, new UUID(2, 2));
    Image both = compacted(high).with(name(low), before.files().get(name(low)));
    for (Snapshot damaged : List.of(low, high)) {
      Snapshot good = damaged == low ? high : low;
      both.withFlippedBit(name(damaged), (int) damaged.bytes() / 2, random).layOut(place.directory);
      log = place.open();
      assertThat(log.snapshots().latest()).isEqualTo(good);
      assertThat(log.snapshots().open(good).readAllBytes()).hasSize(IMAGE);
      assertThat(Image.of(place.directory).files()).doesNotContainKey(name(damaged));
      place.close();
    }
  }

  @Test
  void sn10_damageOfAllSnapshotsOfOnePositionIsTold() throws IOException {
    Snapshot early = publish(20);
    Image withEarly = Image.of(place.directory);
    Snapshot low = publish(150, new UUID(1, 1));
    Image withLow = Image.of(place.directory);
    Snapshot high = publish(150, new UUID(2, 2));
    int middle = (int) high.bytes() / 2;
    Image all =
        compacted(high)
            .with(name(early), withEarly.files().get(name(early)))
            .with(name(low), withLow.files().get(name(low)))
            .withFlippedBit(name(low), middle, random)
            .withFlippedBit(name(high), middle, random);
    assertThat(damage(all)).hasMessageContaining("is damaged");
  }

  @Test
  void sn04_aFlippedBitIsFoundAtTheOpeningOrBeforeItsBlockIsUsed() throws IOException {
    Snapshot snapshot = publish(150);
    Image image = compacted(snapshot);
    int size = (int) snapshot.bytes();
    int header = size - SnapshotFormat.FOOTER - IMAGE - 3 * SnapshotFormat.BLOCK_HEADER;
    for (int i = 0; i < 200; i++) {
      int at = i < 100 ? random.nextInt(header) : size - 1 - random.nextInt(SnapshotFormat.FOOTER);
      assertThat(damage(image.withFlippedBit(name(snapshot), at, random)).file())
          .endsWith(name(snapshot));
    }
    for (int i = 0; i < 50; i++) {
      int at = header + random.nextInt(size - SnapshotFormat.FOOTER - header);
      image.withFlippedBit(name(snapshot), at, random).layOut(place.directory);
      assertThat(readUntilDamage(snapshot)).isEqualTo((at - header) / BLOCK_IN_FILE * BLOCK);
    }
  }

  @Test
  void sn10_whatIsGoneWhileTheStoreIsOpenIsDamage() throws IOException {
    Snapshot snapshot = publish(150);
    Path file = place.directory.resolve(name(snapshot));
    SnapshotStore store = log.snapshots();
    Files.write(file, Arrays.copyOf(Files.readAllBytes(file), 100));
    assertThatThrownBy(() -> store.read(snapshot.id(), 90, 20))
        .isInstanceOf(DamagedLogException.class);
    Files.delete(file);
    assertThatThrownBy(() -> store.read(snapshot.id(), 0, 20))
        .isInstanceOf(DamagedLogException.class);
    assertThatThrownBy(() -> store.open(snapshot)).isInstanceOf(DamagedLogException.class);
  }

  private static final int BLOCK = SnapshotFormat.BLOCK;
  private static final int BLOCK_IN_FILE = SnapshotFormat.BLOCK_HEADER + BLOCK;

  /** How many bytes of the image are given before the damage is. */
  private int readUntilDamage(Snapshot snapshot) throws IOException {
    int[] given = new int[1];
    try (InputStream in = place.open().snapshots().open(snapshot)) {
      assertThatThrownBy(
              () -> {
                byte[] bytes = new byte[5000];
                for (int n = in.read(bytes); n >= 0; n = in.read(bytes)) {
                  given[0] += n;
                }
              })
          .isInstanceOf(DamagedLogException.class);
    }
    return given[0];
  }

  @Test
  void sn10_exchangedAndMissingBlocksAreFound() throws IOException {
    Snapshot snapshot = publish(150);
    Image image = compacted(snapshot);
    byte[] content = image.files().get(name(snapshot));
    int first = content.length - SnapshotFormat.FOOTER - 3 * BLOCK_IN_FILE;
    byte[] swapped = content.clone();
    System.arraycopy(content, first, swapped, first + BLOCK_IN_FILE, BLOCK_IN_FILE);
    System.arraycopy(content, first + BLOCK_IN_FILE, swapped, first, BLOCK_IN_FILE);
    image.with(name(snapshot), swapped).layOut(place.directory);
    assertThat(readUntilDamage(snapshot)).isZero();

    ByteBuffer shorter = ByteBuffer.allocate(content.length - BLOCK_IN_FILE);
    shorter.put(content, 0, first + 2 * BLOCK_IN_FILE);
    shorter.put(content, content.length - SnapshotFormat.FOOTER, SnapshotFormat.FOOTER);
    assertThat(damage(image.with(name(snapshot), shorter.array()))).hasMessageContaining("footer");
    // Also if the footer is made to fit the length, but not the blocks.
    int footer = shorter.capacity() - SnapshotFormat.FOOTER;
    shorter.putLong(footer + 16, shorter.capacity());
    int headerChecksum = shorter.getInt(first - SnapshotFormat.CRC);
    ByteBuffer fields = shorter.duplicate().position(footer).limit(shorter.capacity() - 4);
    shorter.putInt(shorter.capacity() - 4, SnapshotFormat.checksum(headerChecksum, fields));
    Snapshot shorterOne =
        new Snapshot(snapshot.id(), snapshot.last(), 0, MEMBERS, shorter.capacity());
    image.with(name(snapshot), shorter.array()).layOut(place.directory);
    assertThat(readUntilDamage(shorterOne)).isEqualTo(2 * BLOCK);
  }

  @Test
  void aSnapshotUnderTheNameOfAnotherIsDamage() throws IOException {
    Snapshot snapshot = publish(150);
    Image image = compacted(snapshot);
    Snapshot other = new Snapshot(new UUID(1, 1), new LogPosition(1, 151), 0, MEMBERS, 0);
    Image renamed =
        image.without(name(snapshot)).with(name(other), image.files().get(name(snapshot)));
    assertThat(damage(renamed)).hasMessageContaining("name");
  }

  @Test
  void st15_aSnapshotOfAnotherGroupIsRefused() throws IOException {
    Snapshot snapshot = publish(150);
    Image image = compacted(snapshot);
    SnapshotHeader header = new SnapshotHeader("other", snapshot.id(), snapshot.last(), 0, MEMBERS);
    ByteBuffer bytes = header.encode();
    int chain = bytes.getInt(bytes.limit() - SnapshotFormat.CRC);
    ByteBuffer file = ByteBuffer.allocate(bytes.limit() + SnapshotFormat.FOOTER).put(bytes);
    ByteBuffer footer = ByteBuffer.allocate(SnapshotFormat.FOOTER);
    footer.putInt(0).putInt(chain).putLong(0).putLong(file.capacity());
    footer.putInt(SnapshotFormat.checksum(chain, footer.duplicate().flip()));
    file.put(footer.flip());
    image.with(name(snapshot), file.array()).layOut(place.directory);
    assertThatThrownBy(() -> place.open())
        .isInstanceOf(StorageException.class)
        .isNotInstanceOf(DamagedLogException.class)
        .hasMessageContaining("is a snapshot of group other, not of group " + Place.GROUP);
  }

  @Test
  void sn14_aSnapshotThatContradictsTheCommittedLogIsDamage() throws IOException {
    log.append(entries(201, 201, 1), 160);
    log.sync();
    Snapshot snapshot = publish(150);
    place.close();
    Image image = Image.of(place.directory);
    LogStore other = new Place(parent.resolve("n2"), 1000).openInTerm100();
    LogPosition last = new LogPosition(2, 150);
    try (SnapshotStore.Image out = other.snapshots().create(new UUID(2, 2), last, 0, MEMBERS)) {
      snapshot = out.publish();
    }
    other.close();
    byte[] content = Image.of(parent.resolve("n2")).files().get(name(snapshot));
    assertThat(damage(image.with(name(snapshot), content)))
        .hasMessageContaining("committed up to 160");
  }

  @Test
  void sn12_whoReadsWhileSegmentsAreRemovedFindsEntriesOrThatTheyAreGone() throws Exception {
    publish(200);
    AtomicBoolean done = new AtomicBoolean();
    CompletableFuture<Integer> reads =
        CompletableFuture.supplyAsync(
            () -> {
              int count = 0;
              long first = 1;
              while (!done.get() || count == 0) {
                first = readFrom(first);
                count++;
              }
              return count;
            });
    for (long index = 1; index <= 200; index += 3) {
      log.discard(index);
    }
    done.set(true);
    assertThat(reads.get()).isPositive();
  }

  /** Reads from an index on; gives the first one that is left. */
  private long readFrom(long first) {
    try {
      assertThat(log.read(first, 200, Long.MAX_VALUE))
          .isEqualTo(entries(1, 200, 1).subList((int) first - 1, 200));
      return first;
    } catch (IndexOutOfBoundsException e) {
      return Math.min(200, first + 1);
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }
}
