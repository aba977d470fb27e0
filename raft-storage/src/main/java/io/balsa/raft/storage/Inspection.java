package io.balsa.raft.storage;

import io.balsa.raft.StorageException;
import io.balsa.raft.core.Configuration;
import io.balsa.raft.core.Entry;
import io.balsa.raft.core.EntryType;
import io.balsa.raft.core.HardState;
import io.balsa.raft.core.LogPosition;
import io.balsa.raft.core.Snapshot;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/**
 * Looks at a data directory that nobody has open.
 *
 * <ul>
 *   <li>Nothing is changed: no file is created, written or removed, and none is opened to be.
 *   <li>The verdict is that of the recovery, which does the reading.
 *   <li>What was found before the damage can be looked at.
 *   <li>Of a snapshot it reads every block, too, which the recovery leaves to whoever restores it.
 * </ul>
 */
final class Inspection implements Closeable {
  private final DataDirectory directory;
  private final EntryIndex index = new EntryIndex();
  private final DirectoryLock lock;
  private Map<String, String> fields = Map.of();
  private UUID incarnation;
  private FileSnapshots snapshots;
  private HardState hardState;
  private List<Long> segments = List.of();
  private LogRecovery recovery;
  private UUID cluster;
  private LogOutline outline = new LogOutline(LogPosition.ZERO);
  private RecoveredEnd end;

  /** Sees the entries of the log one after the other. */
  @FunctionalInterface
  interface EntryVisitor {
    /**
     * Takes an entry.
     *
     * @param record stands at the record of the entry
     * @param data the data of the entry, null if it is not wanted
     */
    void visit(SegmentReader record, byte[] data);
  }

  private Inspection(DataDirectory directory, DirectoryLock lock) {
    this.directory = directory;
    this.lock = lock;
  }

  /**
   * Keeps owners out of a directory until it is closed.
   *
   * @throws StorageException if it is open, or no data directory
   */
  static Inspection open(Path path) throws IOException {
    DataDirectory directory = new DataDirectory(path);
    if (!Files.isDirectory(path) || !directory.isInUse()) {
      throw new StorageException(path + " is not a data directory");
    }
    return new Inspection(directory, DirectoryLock.acquireForReading(path));
  }

  /**
   * Reads everything.
   *
   * @throws NewerFormatException if it is of a newer version
   * @throws StorageException if something is damaged or missing
   */
  void run() throws IOException {
    fields = directory.fields();
    String format = fields.get("format");
    if (!Integer.toString(WalFormat.VERSION).equals(format)) {
      throw new NewerFormatException(directory.path(), "has format " + format);
    }
    incarnation = UUID.fromString(fields.get("incarnation"));
    segments = directory.segments();
    snapshots = FileSnapshots.look(directory.snapshots(), fields.get("group"));
    hardState = directory.readHardState(incarnation);
    readLog();
    readCluster();
    verifySnapshot();
  }

  private void readLog() throws IOException {
    if (segments.isEmpty()) {
      return;
    }
    recovery = LogRecovery.looking(directory.wal(), incarnation, index, snapshot());
    try {
      end = recovery.recover(segments);
    } finally {
      outline = recovery.outline();
      index.publish(outline.lastIndex(), 0, 0);
    }
    if (hardState.term() < outline.lastTerm()) {
      throw new StorageException(
          directory.path()
              + (": the file hardstate is of term " + hardState.term())
              + (", older than the log, which ends at " + outline.last()));
    }
    restartAfterSnapshot();
  }

  /** A log that does not reach the snapshot is given up for it by the next opening. */
  private void restartAfterSnapshot() {
    Snapshot snapshot = snapshot();
    if (snapshot != null && !outline.contains(snapshot.last())) {
      outline = new LogOutline(snapshot.last());
      index.restart(snapshot.index(), 0, 0);
    }
  }

  private void readCluster() throws StorageException {
    Entry entry = outline.lastConfiguration();
    if (entry != null) {
      try {
        cluster = Configuration.fromBytes(entry.data()).clusterId();
      } catch (IllegalArgumentException e) {
        throw new StorageException(
            directory.path() + ": entry " + entry.index() + " holds no configuration", e);
      }
    } else if (snapshot() != null) {
      cluster = snapshot().configuration().clusterId();
    }
  }

  private void verifySnapshot() throws IOException {
    if (snapshot() != null) {
      try (SnapshotReader reader = snapshots.open(snapshot())) {
        reader.verify();
      }
    }
  }

  /** What the file {@code identity} says, by name; empty if it can't be read. */
  Map<String, String> fields() {
    return fields;
  }

  /** Term and vote, null if they can't be read. */
  HardState hardState() {
    return hardState;
  }

  /** The latest snapshot, null if there is none or its header or footer are damaged. */
  Snapshot snapshot() {
    return snapshots == null ? null : snapshots.latest();
  }

  /** The cluster, as the latest configuration tells; null if there is none that does. */
  UUID cluster() {
    return cluster;
  }

  List<Long> segments() {
    return segments;
  }

  long bytes(long segment) throws IOException {
    return Files.size(file(segment));
  }

  /** The log, as far as it is good. */
  LogOutline outline() {
    return outline;
  }

  /** Where the log ends, null if it is empty or damaged. */
  RecoveredEnd end() {
    return end;
  }

  /** What the next opening will cut. */
  long unfinishedBytes() {
    return recovery == null ? 0 : recovery.unfinishedBytes();
  }

  /** Visits the entries of the log from an index to another, as far as there are any. */
  void visit(long from, long to, boolean withData, EntryVisitor visitor) throws IOException {
    EntryIndex.Run run = index.find(Math.max(from, index.firstIndex()));
    while (run != null && run.firstIndex() <= to) {
      visit(
          run,
          Math.max(from, run.firstIndex()),
          Math.min(to, run.endIndex() - 1),
          withData,
          visitor);
      run = index.find(run.endIndex());
    }
  }

  private void visit(EntryIndex.Run run, long from, long to, boolean withData, EntryVisitor visitor)
      throws IOException {
    try (SegmentReader reader = reader(run.segment())) {
      reader.goTo(run.offset(), run.endOffset());
      long expected = run.firstIndex();
      while (expected <= to && reader.next()) {
        boolean entry = WalFormat.isEntry(reader.type());
        boolean wanted = entry && expected >= from;
        byte[] data = wanted && withData ? new byte[reader.length()] : null;
        if (!reader.verify(data)) {
          throw new IOException(reader.file() + " was changed while it was read");
        }
        if (wanted) {
          visitor.visit(reader, data);
        }
        expected += entry ? 1 : 0;
      }
    }
  }

  static EntryType type(SegmentReader record) {
    return WalFormat.entryType(record.type());
  }

  private SegmentReader reader(long segment) throws IOException {
    return new SegmentReader(file(segment), segment, WalFormat.seed(incarnation, segment));
  }

  private Path file(long segment) {
    return directory.wal().resolve(WalFormat.fileName(segment));
  }

  @Override
  public void close() throws IOException {
    lock.close();
  }
}
