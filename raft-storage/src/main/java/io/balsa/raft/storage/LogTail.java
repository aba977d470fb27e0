package io.balsa.raft.storage;

import io.balsa.raft.core.Entry;
import io.balsa.raft.core.LogPosition;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.UUID;

/**
 * The end of the log, where everything is written. Used by one thread.
 *
 * <ul>
 *   <li>Records are only ever added. An entry with an index that is there already replaces the log
 *       from there on.
 *   <li>{@code synced <= written}: all of the segment before {@code synced} is durable, and so is
 *       every segment before this one as a whole.
 *   <li>Segments that a snapshot stands for are removed the last one first, and durably before the
 *       next: with it gone, those before it are no part of the log, whether they are there or not.
 *   <li>After every entry there is room for a mark and for the seal.
 *   <li>After an exception other than {@link IllegalArgumentException} nothing here may be used
 *       again.
 * </ul>
 */
final class LogTail implements Closeable {
  /** What an entry must leave free behind it: a mark and the seal. */
  private static final int RESERVED = 2 * WalFormat.MARK_RECORD;

  private final Path directory;
  private final UUID incarnation;
  private final long segmentBytes;
  private final SpareSegment spare;
  private final EntryIndex index;
  private final SegmentStarts starts;
  private final RecordBuffer records = new RecordBuffer();
  private final RecordBuffer.Sink sink = this::write;

  private FileChannel channel;
  private long segment;
  private long size;
  private long written;
  private long synced;

  /** Whether there are entries after {@code synced}; a mark alone waits for the next sync. */
  private boolean pending;

  /** Whether {@code synced} is not in the file yet. */
  private boolean markDue;

  private long lastPoint;
  private long lastIndex;
  private long lastTerm;
  private long commitIndex;
  private long markedCommitIndex;

  LogTail(
      Path directory,
      UUID incarnation,
      long segmentBytes,
      SpareSegment spare,
      EntryIndex index,
      SegmentStarts starts) {
    this.directory = directory;
    this.incarnation = incarnation;
    this.segmentBytes = segmentBytes;
    this.spare = spare;
    this.index = index;
    this.starts = starts;
  }

  /** Makes the first segment of an empty log. */
  void begin() throws IOException {
    startSegment(0);
    index.publish(0, segment, written);
  }

  /** Goes on where recovery found the end of the log, all of which is durable. */
  void resume(RecoveredEnd end, LogOutline outline) throws IOException {
    segment = end.segment();
    size = end.size();
    written = end.offset();
    synced = written;
    lastIndex = outline.lastIndex();
    lastTerm = outline.lastTerm();
    commitIndex = outline.commitIndex();
    markedCommitIndex = commitIndex;
    // Whatever comes next begins a point: where the last one was, recovery need not know.
    lastPoint = written - EntryIndex.SPACING;
    records.continueAfter(end.checksum(), WalFormat.seed(incarnation, segment));
    channel = Disk.openForWriting(file(segment));
    index.publish(lastIndex, segment, written);
    markDue = !end.marked();
  }

  void append(List<Entry> entries, long bytes, long commitHint) throws IOException {
    records.expect(bytes + WalFormat.MARK_RECORD);
    if (markDue) {
      putMark();
    }
    for (int i = 0; i < entries.size(); i++) {
      put(entries.get(i));
    }
    records.flush(sink);
    commitIndex = Math.max(commitIndex, Math.min(commitHint, lastIndex));
    index.publish(lastIndex, segment, written);
    if (written > size / 2) {
      spare.prepare();
    }
  }

  /** Refuses a batch before any of it is written; gives the bytes it takes. */
  long check(List<Entry> entries) {
    long last = lastIndex;
    long bytes = 0;
    for (int i = 0; i < entries.size(); i++) {
      Entry entry = entries.get(i);
      long at = entry.index();
      if (at < 1 || at > last + 1) {
        throw new IllegalArgumentException("entry " + entry + " after a log that ends at " + last);
      }
      if (at <= commitIndex) {
        throw new IllegalArgumentException(
            "entry "
                + entry
                + " would replace one that is committed; the commit index is "
                + commitIndex);
      }
      if (entry.data().length > WalFormat.MAX_DATA) {
        throw new IllegalArgumentException(
            "entry " + entry + " is larger than " + WalFormat.MAX_DATA + " bytes");
      }
      last = at;
      bytes += WalFormat.recordSize(entry.data().length);
    }
    return bytes;
  }

  private void put(Entry entry) throws IOException {
    int bytes = WalFormat.recordSize(entry.data().length);
    if (position() + bytes + RESERVED > size) {
      records.flush(sink);
      startSegment(bytes);
    }
    long at = position();
    if (entry.index() <= lastIndex) {
      starts.override(entry.index());
    }
    if (entry.index() <= lastIndex || at - lastPoint >= EntryIndex.SPACING) {
      index.stage(entry.index(), segment, at);
      lastPoint = at;
    }
    int type = WalFormat.typeOf(entry.type());
    records.put(type, entry.index(), entry.term(), entry.data(), sink);
    lastIndex = entry.index();
    lastTerm = entry.term();
    pending = true;
  }

  private long position() {
    return written + records.pending();
  }

  private void write(ByteBuffer bytes) throws IOException {
    int length = bytes.remaining();
    Disk.write(channel, bytes, written);
    written += length;
  }

  /** Returns when everything that was appended is durable. */
  void sync() throws IOException {
    if (pending) {
      channel.force(false);
      synced = written;
      pending = false;
      markDue = true;
    }
  }

  /**
   * Says in the file what is synced, unless the next batch has said so. Without this, a damaged
   * last batch would look like one that a crash left unfinished. Not part of {@link #sync}, whose
   * caller it would keep waiting for a write.
   */
  void markIfIdle() throws IOException {
    if (markDue) {
      putMark();
      records.flush(sink);
    }
  }

  private void putMark() throws IOException {
    markDue = false;
    if (position() + RESERVED <= size) {
      records.putMark(WalFormat.MARK, lastIndex, lastTerm, synced, commitIndex, sink);
      markedCommitIndex = commitIndex;
    }
  }

  /**
   * Goes on in a new segment. A crash between any two steps leaves a log that opens: the old
   * segment is complete and durable before the new one has its name, and sealed only when the new
   * one is there to stay.
   */
  private void startSegment(int firstRecord) throws IOException {
    if (channel != null) {
      channel.force(false);
    }
    long number = segment + 1;
    LogPosition before = new LogPosition(lastTerm, lastIndex);
    SegmentHeader header =
        new SegmentHeader(
            number, sizeFor(firstRecord), records.chain(), before, commitIndex, false);

    make(header);
    if (channel != null) {
      seal();
    }
    enter(header);
  }

  private long sizeFor(int firstRecord) {
    return Math.max(segmentBytes, (long) WalFormat.SEGMENT_HEADER + firstRecord + RESERVED);
  }

  /** Makes the file of a segment, with its name there to stay. */
  private void make(SegmentHeader header) throws IOException {
    Path file = spare.take(header.size());
    try (FileChannel made = Disk.openForWriting(file)) {
      Disk.write(made, header.encode(seed(header)), 0);
      made.force(false);
    }
    DurableReplace.publish(file, file(header.number()));
  }

  /** Goes on behind the header of a segment that was made. */
  private void enter(SegmentHeader header) throws IOException {
    channel = Disk.openForWriting(file(header.number()));
    segment = header.number();
    size = header.size();
    written = WalFormat.SEGMENT_HEADER;
    synced = written;
    pending = false;
    markDue = false;
    lastPoint = written - EntryIndex.SPACING;
    int seed = seed(header);
    records.continueAfter(SegmentHeader.checksum(header.encode(seed), seed), seed);
    starts.add(segment, header.before());
  }

  private int seed(SegmentHeader header) {
    return WalFormat.seed(incarnation, header.number());
  }

  private void seal() throws IOException {
    records.putMark(WalFormat.SEAL, lastIndex, lastTerm, written, commitIndex, sink);
    records.flush(sink);
    channel.force(false);
    channel.close();
  }

  /**
   * Removes the segments that hold nothing after an index, which a durable snapshot stands for.
   * Readers are told before, and those that come too late find no file.
   *
   * @return the number of the first segment that is left
   */
  long discard(long upTo) throws IOException {
    SegmentStarts.Start first = starts.first();
    SegmentStarts.Start start = starts.lastUpTo(upTo);
    commitIndex = Math.max(commitIndex, start.before().index());
    if (start.segment() > first.segment()) {
      index.discard(start.before().index());
      starts.dropBefore(start);
      removeSegments(first.segment(), start.segment());
    }
    return start.segment();
  }

  /**
   * The oldest first would not do. A segment of which a later one has replaced the beginning must
   * not become the first one, not even between two removals.
   */
  private void removeSegments(long from, long to) throws IOException {
    for (long number = to - 1; number >= from; number--) {
      Files.delete(file(number));
      Disk.force(directory);
    }
  }

  /**
   * Begins the log anew after a position that a durable snapshot stands for. From the moment at
   * which the new segment has its name, what is in those before is no part of the log, whether they
   * are there or not; their last bytes need not be durable.
   *
   * @return the number of the new segment
   */
  long restartAfter(LogPosition position) throws IOException {
    SegmentHeader header = SegmentHeader.restarting(segment + 1, sizeFor(0), position);
    make(header);
    channel.close();
    lastIndex = position.index();
    lastTerm = position.term();
    commitIndex = position.index();
    markedCommitIndex = commitIndex;
    long oldest = starts.first().segment();
    enter(header);
    starts.dropBefore(new SegmentStarts.Start(segment, position));
    index.restart(lastIndex, segment, written);
    removeSegments(oldest, segment);
    return segment;
  }

  long lastIndex() {
    return lastIndex;
  }

  long commitIndex() {
    return commitIndex;
  }

  private Path file(long number) {
    return directory.resolve(WalFormat.fileName(number));
  }

  /** Syncs everything, the mark that says so included. */
  void finish() throws IOException {
    sync();
    markDue |= commitIndex > markedCommitIndex;
    markIfIdle();
    channel.force(false);
  }

  @Override
  public void close() throws IOException {
    if (channel != null) {
      channel.close();
    }
  }
}
