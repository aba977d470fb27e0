package io.balsa.raft.storage;

import io.balsa.raft.DamagedLogException;
import io.balsa.raft.StorageException;
import io.balsa.raft.core.Entry;
import io.balsa.raft.core.EntryType;
import io.balsa.raft.core.LogPosition;
import io.balsa.raft.core.Snapshot;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.UUID;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads the segments back in order and decides what the first invalid record is.
 *
 * <ul>
 *   <li>Only the last segment can have been written to since its last sync. Invalid bytes in any
 *       other are damage; the one thing a crash leaves unfinished there is the seal of the last but
 *       one.
 *   <li>In the last segment, invalid bytes at {@code p} are the unfinished last write, unless a
 *       mark behind them says that the segment had been synced beyond {@code p}: then they are
 *       damage.
 *   <li>The unfinished write is cut; damage is reported, and nothing is changed then.
 *   <li>Who only wants to look gets the same verdict, and no byte is changed at all.
 *   <li>What is returned is durable, also if the process that wrote it never synced it.
 *   <li>The log begins with the last segment that restarts it, or before which one is missing. If
 *       that is not the first one, the snapshot must stand for what is missing.
 * </ul>
 *
 * <pre>
 *   header  records …  mark(synced to a)  records …  mark(synced to b)  records …  zeros
 *                    a                            b
 *   invalid at p:   p &lt; b  damage, the second mark proves it        p &gt;= b  cut
 * </pre>
 */
final class LogRecovery {
  private static final Logger LOG = LoggerFactory.getLogger(LogRecovery.class);

  private final Path directory;
  private final UUID incarnation;
  private final EntryIndex index;
  private final SegmentStarts starts;

  /** The latest snapshot, null if there is none. */
  private final Snapshot snapshot;

  private final boolean mends;

  private LogOutline outline = new LogOutline(LogPosition.ZERO);

  /** The number of the segment with which the log begins. */
  private long first;

  private long lastPoint;

  /** The checksum of the last record that was read, seals excepted, or of the header. */
  private int chain;

  /** The largest offset of the current segment that a valid mark says was synced. */
  private long synced;

  private boolean sealed;
  private boolean endsInMark;
  private long unfinishedBytes;

  /**
   * Recovers a log.
   *
   * @param snapshot the latest, null if there is none
   */
  LogRecovery(
      Path directory, UUID incarnation, EntryIndex index, SegmentStarts starts, Snapshot snapshot) {
    this(directory, incarnation, index, starts, snapshot, true);
  }

  private LogRecovery(
      Path directory,
      UUID incarnation,
      EntryIndex index,
      SegmentStarts starts,
      Snapshot snapshot,
      boolean mends) {
    this.directory = directory;
    this.incarnation = incarnation;
    this.index = index;
    this.starts = starts;
    this.snapshot = snapshot;
    this.mends = mends;
  }

  /** Looks at a log: nothing is finished, cut, removed or made durable. */
  static LogRecovery looking(
      Path directory, UUID incarnation, EntryIndex index, Snapshot snapshot) {
    return new LogRecovery(directory, incarnation, index, new SegmentStarts(), snapshot, false);
  }

  LogOutline outline() {
    return outline;
  }

  /** The bytes of the unfinished write behind the end of the log. */
  long unfinishedBytes() {
    return unfinishedBytes;
  }

  /** Recovers the segments with these numbers, ascending, at least one. */
  RecoveredEnd recover(List<Long> numbers) throws IOException {
    if (mends) {
      // Before a seal says that the next segment is there: who gave it its name may have died
      // before that was durable.
      Disk.force(directory);
    }
    long last = numbers.get(numbers.size() - 1);
    first = first(numbers);
    for (long number = first; number < last; number++) {
      complete(number, number + 1 == last);
    }
    RecoveredEnd end = finishLast(last);
    if (mends) {
      removeGivenUp(numbers);
    }
    return end;
  }

  private long first(List<Long> numbers) throws IOException {
    int i = numbers.size() - 1;
    while (i > 0 && numbers.get(i - 1) == numbers.get(i) - 1 && !restartsTheLog(numbers.get(i))) {
      i--;
    }
    return numbers.get(i);
  }

  private boolean restartsTheLog(long number) throws IOException {
    try {
      return header(number).restart();
    } catch (DamagedLogException e) {
      // Told when the segment is read for good, unless a later one makes it meaningless.
      LOG.debug("{}", file(number), e);
      return false;
    }
  }

  /** Removes what a crash has left of segments that were being removed. */
  private void removeGivenUp(List<Long> numbers) throws IOException {
    if (numbers.get(0) < first) {
      for (long number : numbers) {
        if (number < first) {
          Files.delete(file(number));
        }
      }
      Disk.force(directory);
    }
  }

  /** Reads a segment that has a successor: it must be whole. */
  private void complete(long number, boolean lastButOne) throws IOException {
    SegmentHeader header = readHeader(number);
    long end = readRecords(header);
    if (header(number + 1).previous() != chain) {
      throw damaged(number, end, "the record here is not what was written, and the log goes on");
    }
    // What is behind the seal is no part of the log, and may be there: the rest of a write that was
    // cut, with a force that failed.
    if (lastButOne && mends) {
      // Also if it is there: what a force that failed should have made durable can be read, and is
      // lost all the same when the power fails.
      seal(number, end);
    } else if (!lastButOne && !sealed) {
      throw damaged(number, end, "the seal of the segment is not what was written");
    }
  }

  private void seal(long number, long end) throws IOException {
    RecordBuffer records = new RecordBuffer();
    records.continueAfter(chain, seed(number));
    try (FileChannel channel = Disk.openForWriting(file(number))) {
      RecordBuffer.Sink sink = bytes -> Disk.write(channel, bytes, end);
      long lastIndex = outline.lastIndex();
      long commitIndex = outline.commitIndex();
      records.putMark(WalFormat.SEAL, lastIndex, outline.lastTerm(), end, commitIndex, sink);
      records.flush(sink);
      channel.force(false);
    }
  }

  private RecoveredEnd finishLast(long number) throws IOException {
    SegmentHeader header = readHeader(number);
    long end = readRecords(header);
    if (sealed) {
      throw damaged(
          number + 1, 0, "this segment is missing, the one before says that it was there");
    }
    checkSnapshot();
    try (FileChannel channel = open(number)) {
      SegmentEnd rest = new SegmentEnd(channel, seed(number));
      long endOfContent = rest.endOfContent(end);
      if (endOfContent > end) {
        long proven = rest.syncedBeyond(end);
        if (proven > end) {
          throw damaged(
              number,
              end,
              "the record here is not what was written, and was synced up to " + proven);
        }
        unfinishedBytes = endOfContent - end;
      }
      if (mends) {
        mend(rest, number, end);
      }
    }
    return new RecoveredEnd(number, header.size(), end, chain, endsInMark);
  }

  /**
   * The snapshot says what is committed, as the log does. A log that ends before it, or has other
   * entries there, is given up for it; entries that are known to be committed can't be.
   */
  private void checkSnapshot() throws DamagedLogException {
    if (snapshot == null) {
      return;
    }
    if (outline.contains(snapshot.last())) {
      outline.commit(snapshot.index());
    } else if (snapshot.index() <= outline.commitIndex()) {
      throw new DamagedLogException(
          directory.toString(),
          0,
          snapshot.index(),
          "the log is committed up to "
              + outline.commitIndex()
              + " and does not have the position of the "
              + snapshot);
    }
  }

  private FileChannel open(long number) throws IOException {
    return mends ? Disk.openForWriting(file(number)) : Disk.openForReading(file(number));
  }

  private void mend(SegmentEnd rest, long number, long end) throws IOException {
    if (unfinishedBytes > 0) {
      rest.cut(end, end + unfinishedBytes);
      LOG.warn(
          "{}: cut {} bytes of an unfinished write at offset {}, the log ends at {}",
          file(number),
          unfinishedBytes,
          end,
          outline.last());
    }
    rest.rewrite(synced, end);
  }

  /** Reads the header of the next segment and checks that it continues what was read so far. */
  private SegmentHeader readHeader(long number) throws IOException {
    SegmentHeader header = header(number);
    if (number == first) {
      begin(header);
    } else if (header.previous() != chain
        || !header.before().equals(outline.last())
        || header.commitIndex() > outline.lastIndex()) {
      throw damaged(number, 0, "the segment does not continue the one before");
    }
    outline.commit(header.commitIndex());
    starts.add(number, header.before());
    chain = SegmentHeader.checksum(header.encode(seed(number)), seed(number));
    return header;
  }

  private void begin(SegmentHeader header) throws DamagedLogException {
    if (!header.canBeFirst()) {
      throw damaged(header.number(), 0, "the segment does not continue the one before");
    }
    LogPosition before = header.before();
    long covered = snapshot == null ? 0 : snapshot.index();
    if (before.index() > covered) {
      throw new DamagedLogException(
          file(header.number() - 1).toString(),
          0,
          covered + 1,
          "the segments before "
              + file(header.number()).getFileName()
              + " are missing, and no snapshot stands for the entries up to "
              + before.index());
    }
    outline = new LogOutline(before);
    index.restart(before.index(), header.number(), WalFormat.SEGMENT_HEADER);
  }

  private SegmentHeader header(long number) throws IOException {
    ByteBuffer bytes = ByteBuffer.allocate(WalFormat.SEGMENT_HEADER);
    long fileSize;
    try (FileChannel channel = Disk.openForReading(file(number))) {
      Disk.read(channel, bytes, 0);
      fileSize = channel.size();
    } catch (NoSuchFileException e) {
      throw damaged(number, 0, "this segment is missing, a later one is there");
    }
    String fault = SegmentHeader.fault(bytes.flip(), seed(number));
    if (fault != null) {
      throw damaged(number, 0, fault);
    }
    if (SegmentHeader.version(bytes) != WalFormat.VERSION) {
      throw newer(number, "has format " + SegmentHeader.version(bytes));
    }
    SegmentHeader header = SegmentHeader.decode(bytes);
    if (fileSize != header.size()) {
      throw damaged(
          number,
          Math.min(fileSize, header.size()),
          "the file has " + fileSize + " bytes, its header says " + header.size());
    }
    return header;
  }

  /**
   * Reads records as long as they are valid; gives the offset after the last one, the seal
   * excepted.
   */
  private long readRecords(SegmentHeader header) throws IOException {
    long number = header.number();
    sealed = false;
    endsInMark = false;
    synced = WalFormat.SEGMENT_HEADER;
    lastPoint = synced - EntryIndex.SPACING;
    try (SegmentReader reader = new SegmentReader(file(number), number, seed(number))) {
      reader.goTo(WalFormat.SEGMENT_HEADER, header.size());
      while (!sealed && reader.next() && reader.previous() == chain) {
        byte[] data = isWanted(reader) ? new byte[reader.length()] : null;
        if (!reader.verify(data)) {
          break;
        }
        accept(reader, data);
      }
      return reader.offset();
    }
  }

  private static boolean isWanted(SegmentReader reader) {
    return WalFormat.isEntry(reader.type())
        ? WalFormat.entryType(reader.type()) == EntryType.CONFIGURATION
        : reader.length() == WalFormat.MARK_PAYLOAD;
  }

  private void accept(SegmentReader reader, byte[] data) throws IOException {
    EntryType type = WalFormat.entryType(reader.type());
    if (reader.group() != WalFormat.GROUP) {
      throw newer(reader.number(), "has a record of group " + reader.group());
    }
    if (type != null) {
      acceptEntry(reader, type, data);
      endsInMark = false;
    } else if (reader.type() == WalFormat.MARK || reader.type() == WalFormat.SEAL) {
      acceptMark(reader, data);
    } else {
      throw newer(reader.number(), "has a record of type " + reader.type());
    }
    if (!sealed) {
      chain = reader.checksum();
    }
  }

  private void acceptEntry(SegmentReader reader, EntryType type, byte[] data) throws IOException {
    String fault = outline.fault(reader.index());
    if (fault != null) {
      throw damaged(reader.number(), reader.offset(), fault);
    }
    boolean override = reader.index() <= outline.lastIndex();
    if (override) {
      starts.override(reader.index());
    }
    if (override || reader.offset() - lastPoint >= EntryIndex.SPACING) {
      lastPoint = reader.offset();
      index.stage(reader.index(), reader.number(), lastPoint);
    }
    outline.add(reader.index(), reader.term());
    if (type == EntryType.CONFIGURATION) {
      outline.addConfiguration(new Entry(reader.term(), reader.index(), type, data));
    }
  }

  private void acceptMark(SegmentReader reader, byte[] data) throws IOException {
    ByteBuffer fields = ByteBuffer.wrap(data == null ? new byte[WalFormat.MARK_PAYLOAD] : data);
    long commitIndex = fields.getLong(8);
    if (data == null || fields.getLong(0) > reader.offset() || commitIndex > outline.lastIndex()) {
      throw damaged(reader.number(), reader.offset(), "a mark that does not fit what precedes it");
    }
    synced = fields.getLong(0);
    outline.commit(commitIndex);
    endsInMark = synced == reader.offset();
    sealed = reader.type() == WalFormat.SEAL;
  }

  private int seed(long number) {
    return WalFormat.seed(incarnation, number);
  }

  private Path file(long number) {
    return directory.resolve(WalFormat.fileName(number));
  }

  private DamagedLogException damaged(long number, long offset, String detail) {
    return new DamagedLogException(
        file(number).toString(), offset, outline.lastIndex() + 1, detail);
  }

  private StorageException newer(long number, String what) {
    return new NewerFormatException(file(number), what);
  }
}
