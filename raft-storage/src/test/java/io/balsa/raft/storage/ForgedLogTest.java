package io.balsa.raft.storage;

import static io.balsa.raft.storage.Place.entries;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.balsa.raft.DamagedLogException;
import io.balsa.raft.LogStore;
import io.balsa.raft.StorageException;
import io.balsa.raft.core.LogPosition;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Bytes with right checksums that no version, or only a newer one, writes. */
class ForgedLogTest {
  private static final String SEGMENT_1 = "wal/" + WalFormat.fileName(1);
  private static final String SEGMENT_2 = "wal/" + WalFormat.fileName(2);
  private static final int SEED = WalFormat.seed(Place.IDENTITY.incarnation(), 1);

  @TempDir(factory = FastTempDir.class)
  Path directory;

  private Place place;
  private Image image;

  /** A log of entries 1 to 5, committed up to 3, that ends in a mark. */
  @BeforeEach
  void makeLog() throws IOException {
    place = new Place(directory.resolve("n"), 2000);
    LogStore log = place.openInTerm100();
    log.append(entries(1, 5, 1), 3);
    log.sync();
    place.close();
    image = Image.of(place.directory);
  }

  @AfterEach
  void closePlace() throws IOException {
    place.close();
  }

  /** The log with one more record. */
  private Image with(int type, long index, byte[] data) throws IOException {
    byte[] content = image.files().get(SEGMENT_1).clone();
    // The commit hint of the mark fills its last byte.
    int end = image.endOfContent(SEGMENT_1);
    RecordBuffer records = new RecordBuffer();
    int last = end - WalFormat.MARK_RECORD;
    records.continueAfter(ByteBuffer.wrap(content).getInt(last), SEED);
    RecordBuffer.Sink sink = bytes -> bytes.get(content, end, bytes.remaining());
    records.put(type, index, 1, data, sink);
    records.flush(sink);
    return image.with(SEGMENT_1, content);
  }

  private static byte[] mark(long synced, long commitIndex) {
    return ByteBuffer.allocate(16).putLong(synced).putLong(commitIndex).array();
  }

  private void refuses(Image forged, Class<? extends StorageException> type, String message)
      throws IOException {
    forged.layOut(place.directory);
    assertThatThrownBy(() -> place.open()).isExactlyInstanceOf(type).hasMessageContaining(message);
  }

  @Test
  void theForgeryItselfIsGood() throws IOException {
    with(1, 6, new byte[] {7}).layOut(place.directory);
    assertThat(place.open().recovered().lastIndex()).isEqualTo(6);
  }

  @Test
  void aRecordOfAnUnknownTypeComesFromANewerVersion() throws IOException {
    for (int type : new int[] {0, 5, 0x7f, 0x82, 0xff}) {
      refuses(with(type, 6, new byte[20]), NewerFormatException.class, "newer version");
    }
  }

  @Test
  void aRecordOfAnotherGroupComesFromANewerVersion() throws IOException {
    byte[] content = with(1, 6, new byte[0]).files().get(SEGMENT_1);
    int at = image.endOfContent(SEGMENT_1);
    content[at + WalFormat.GROUP_NUMBER + 1] = 2;
    java.util.zip.CRC32C crc = new java.util.zip.CRC32C();
    crc.update(ByteBuffer.allocate(4).putInt(SEED).flip());
    crc.update(content, at + 4, WalFormat.RECORD_HEADER - 4);
    ByteBuffer.wrap(content).putInt(at, (int) crc.getValue());
    refuses(image.with(SEGMENT_1, content), NewerFormatException.class, "record of group 2");
  }

  @Test
  void aSegmentOfANewerVersionIsRefusedClearly() throws IOException {
    byte[] content = image.files().get(SEGMENT_1).clone();
    ByteBuffer header = ByteBuffer.wrap(content);
    header.putShort(8, (short) 2);
    header.putInt(60, SegmentHeader.checksum(header, SEED));
    refuses(image.with(SEGMENT_1, content), NewerFormatException.class, "has format 2");
  }

  @Test
  void aGapIsDamage() throws IOException {
    refuses(with(1, 7, new byte[1]), DamagedLogException.class, "follows a log that ends at 5");
  }

  @Test
  void st23_aRecordThatReplacesACommittedEntryIsDamage() throws IOException {
    refuses(with(1, 3, new byte[1]), DamagedLogException.class, "committed up to 3");
  }

  @Test
  void aMarkThatDoesNotFitIsDamage() throws IOException {
    refuses(with(WalFormat.MARK, 5, new byte[15]), DamagedLogException.class, "does not fit");
    refuses(with(WalFormat.MARK, 5, mark(1999, 3)), DamagedLogException.class, "does not fit");
    refuses(with(WalFormat.MARK, 5, mark(64, 6)), DamagedLogException.class, "does not fit");
  }

  @Test
  void aHeaderThatDoesNotContinueTheLogIsDamage() throws IOException {
    int checksum = ByteBuffer.wrap(image.files().get(SEGMENT_1)).getInt(lastRecord());
    LogPosition last = new LogPosition(1, 5);
    refuses(sealedWith(checksum, new LogPosition(1, 4), 3), DamagedLogException.class, "continue");
    refuses(sealedWith(checksum, new LogPosition(2, 5), 3), DamagedLogException.class, "continue");
    refuses(sealedWith(checksum, last, 6), DamagedLogException.class, "continue");
    refuses(sealedWith(checksum + 1, last, 3), DamagedLogException.class, "the log goes on");
    sealedWith(checksum, last, 3).layOut(place.directory);
    assertThat(place.open().recovered().lastIndex()).isEqualTo(5);
  }

  @Test
  void aFirstSegmentThatContinuesAnotherIsDamage() throws IOException {
    byte[] content = image.files().get(SEGMENT_1).clone();
    SegmentHeader header = new SegmentHeader(1, 2000, 77, LogPosition.ZERO, 0, false);
    header.encode(SEED).get(content, 0, WalFormat.SEGMENT_HEADER);
    refuses(image.with(SEGMENT_1, content), DamagedLogException.class, "continue");
  }

  @Test
  void bytesAfterASealAreNoPartOfTheLog() throws IOException {
    int checksum = ByteBuffer.wrap(image.files().get(SEGMENT_1)).getInt(lastRecord());
    Image sealed = sealedWith(checksum, new LogPosition(1, 5), 3);
    byte[] content = sealed.files().get(SEGMENT_1).clone();
    content[1999] = 1;
    sealed.with(SEGMENT_1, content).layOut(place.directory);
    assertThat(place.open().recovered().lastIndex()).isEqualTo(5);
  }

  private int lastRecord() {
    return image.endOfContent(SEGMENT_1) - WalFormat.MARK_RECORD;
  }

  /** The log with a seal and a second, empty segment. */
  private Image sealedWith(int previous, LogPosition before, long commitIndex) throws IOException {
    int seed = WalFormat.seed(Place.IDENTITY.incarnation(), 2);
    ByteBuffer header =
        new SegmentHeader(2, 2000, previous, before, commitIndex, false).encode(seed);
    byte[] seal = mark(image.endOfContent(SEGMENT_1), 3);
    byte[] second = Arrays.copyOf(header.array(), 2000);
    byte[] first = with(WalFormat.SEAL, 5, seal).files().get(SEGMENT_1);
    return image.with(SEGMENT_1, first).with(SEGMENT_2, second);
  }
}
