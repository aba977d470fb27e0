package io.balsa.raft.storage;

import io.balsa.raft.DamagedLogException;
import io.balsa.raft.core.Entry;
import io.balsa.raft.core.EntryType;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicReference;

/**
 * Reads entries back, for any number of threads, while one thread writes.
 *
 * <ul>
 *   <li>Entries of one call are from one state of the log: if an override comes between, the call
 *       begins anew.
 *   <li>A thread has a segment reader to itself while it reads; one is kept for the next that wants
 *       that segment.
 *   <li>Every checksum is verified again: what was good when it was recovered need not be so now.
 * </ul>
 */
final class LogReader implements Closeable {
  private final Path directory;
  private final UUID incarnation;
  private final EntryIndex index;
  private final AtomicReference<SegmentReader> idle = new AtomicReference<>();
  private volatile boolean closed;

  LogReader(Path directory, UUID incarnation, EntryIndex index) {
    this.directory = directory;
    this.incarnation = incarnation;
    this.index = index;
  }

  List<Entry> read(long firstIndex, long lastIndex, long maxBytes) throws IOException {
    List<Entry> entries = null;
    while (entries == null) {
      checkRange(firstIndex, lastIndex);
      entries = tryRead(firstIndex, lastIndex, maxBytes);
    }
    return entries;
  }

  private void checkRange(long firstIndex, long lastIndex) {
    long first = index.firstIndex();
    long last = index.lastIndex();
    if (firstIndex < first || firstIndex > lastIndex || lastIndex > last) {
      throw new IndexOutOfBoundsException(
          "entries "
              + firstIndex
              + " to "
              + lastIndex
              + (" of a log that has " + first + " to " + last));
    }
  }

  /** Reads run after run; null if the log was overridden or compacted meanwhile. */
  private List<Entry> tryRead(long firstIndex, long lastIndex, long maxBytes) throws IOException {
    Batch batch = new Batch(firstIndex, lastIndex, maxBytes);
    EntryIndex.Run run = index.find(firstIndex);
    long overrides = run == null ? -1 : run.overrides();
    while (run != null && run.overrides() == overrides) {
      try {
        readRun(run, batch);
      } catch (NoSuchFileException e) {
        if (isCurrent(run)) {
          throw e;
        }
        return null;
      }
      if (batch.full) {
        return batch.entries;
      }
      run = index.find(batch.next);
    }
    return null;
  }

  private boolean isCurrent(EntryIndex.Run run) {
    EntryIndex.Run now = index.find(run.firstIndex());
    return now != null && now.segment() == run.segment();
  }

  private void readRun(EntryIndex.Run run, Batch batch) throws IOException {
    SegmentReader reader = take(run.segment());
    boolean done = false;
    try {
      reader.goTo(run.offset(), run.endOffset());
      long expected = run.firstIndex();
      while (expected < run.endIndex() && !batch.full) {
        if (!reader.next()) {
          throw damaged(reader, expected);
        }
        if (WalFormat.isEntry(reader.type())) {
          readEntry(reader, expected, batch);
          expected++;
        } else if (!reader.verify(null)) {
          throw damaged(reader, expected);
        }
      }
      done = true;
    } finally {
      giveBack(reader, done);
    }
  }

  private void readEntry(SegmentReader reader, long expected, Batch batch) throws IOException {
    boolean wanted = expected >= batch.next;
    if (wanted && !batch.accepts(reader.length())) {
      return;
    }
    byte[] data = wanted ? new byte[reader.length()] : null;
    EntryType type = WalFormat.entryType(reader.type());
    if (!reader.verify(data) || type == null || reader.index() != expected) {
      throw damaged(reader, expected);
    }
    if (wanted) {
      batch.add(new Entry(reader.term(), expected, type, data));
    }
  }

  private static DamagedLogException damaged(SegmentReader reader, long index) {
    return new DamagedLogException(
        reader.file().toString(),
        reader.offset(),
        index,
        "the record here is not what was written");
  }

  /** Lets go of a segment before the given one, whose file is to be removed. */
  void forgetBefore(long segment) throws IOException {
    SegmentReader kept = idle.getAndSet(null);
    if (kept != null) {
      giveBack(kept, kept.number() >= segment);
    }
  }

  private SegmentReader take(long segment) throws IOException {
    SegmentReader kept = idle.getAndSet(null);
    if (kept != null && kept.number() == segment) {
      return kept;
    }
    if (kept != null) {
      kept.close();
    }
    Path file = directory.resolve(WalFormat.fileName(segment));
    return new SegmentReader(file, segment, WalFormat.seed(incarnation, segment));
  }

  private void giveBack(SegmentReader reader, boolean usable) throws IOException {
    SegmentReader other = usable ? idle.getAndSet(reader) : reader;
    if (other != null) {
      other.close();
    }
    if (closed) {
      close();
    }
  }

  @Override
  public void close() throws IOException {
    closed = true;
    SegmentReader kept = idle.getAndSet(null);
    if (kept != null) {
      kept.close();
    }
  }

  /** What a call has read so far. */
  private static final class Batch {
    private final List<Entry> entries = new ArrayList<>();
    private final long lastIndex;
    private long next;
    private long bytesLeft;
    private boolean full;

    Batch(long firstIndex, long lastIndex, long maxBytes) {
      this.next = firstIndex;
      this.lastIndex = lastIndex;
      this.bytesLeft = maxBytes;
    }

    boolean accepts(int dataLength) {
      full = dataLength + Entry.OVERHEAD > bytesLeft && !entries.isEmpty();
      return !full;
    }

    void add(Entry entry) {
      entries.add(entry);
      bytesLeft -= entry.size();
      next++;
      full = next > lastIndex;
    }
  }
}
