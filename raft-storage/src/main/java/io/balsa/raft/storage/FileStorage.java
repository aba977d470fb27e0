package io.balsa.raft.storage;

import io.balsa.raft.Environment;
import io.balsa.raft.Identity;
import io.balsa.raft.LogStore;
import io.balsa.raft.RecoveredLog;
import io.balsa.raft.Storage;
import io.balsa.raft.StorageException;
import io.balsa.raft.core.HardState;
import io.balsa.raft.core.Snapshot;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * Keeps the log, the term and the vote of a node in a directory of its own.
 *
 * <pre>{@code
 * Storage storage = FileStorage.open(Path.of("data/n1"));
 * }</pre>
 *
 * <p>The directory belongs to one node, and to one process at a time; a second one is refused. What
 * the library has acknowledged is on the disk, provided that the disk keeps what it reports as
 * synced. If the process or the machine stops at any moment, the directory opens again; if files
 * were damaged, it is refused and the damage described.
 *
 * <p>What is in the directory and what every byte means is specified in {@code docs/formats.md}.
 * Nothing in it may be changed or removed by hand. Back it up as a whole, while it is not open.
 *
 * <ul>
 *   <li>The directory is locked from the first log that was opened to {@link #close}: a storage
 *       that never came to be used holds nothing.
 *   <li>Between two openings it stays locked, also if the second one fails: another process must
 *       not write in between.
 *   <li>At most one store is open at a time.
 * </ul>
 */
public final class FileStorage implements Storage {
  private final DataDirectory directory;
  private DirectoryLock lock;
  private FileLogStore store;
  private boolean closed;

  private FileStorage(Path path) {
    this.directory = new DataDirectory(path);
  }

  /**
   * Chooses the directory of a node. When the node starts, it is created if it is not there, and
   * locked until the node is closed; before, nothing is done to it.
   *
   * @param directory where the files are, or will be
   * @return the storage, to be handed to the builder of a node
   * @throws StorageException if the place is no directory
   * @throws IOException if the file system fails
   */
  public static FileStorage open(Path directory) throws IOException {
    if (Files.exists(directory) && !Files.isDirectory(directory)) {
      throw new StorageException(directory + " is not a directory. Use another path");
    }
    return new FileStorage(directory);
  }

  /**
   * Creates the directory if it is not there, locks it and opens the log.
   *
   * @throws StorageException also if the place can't be written, or is open already, in this
   *     process or in another
   */
  @Override
  public synchronized LogStore open(String group, Identity identity, Environment environment)
      throws IOException {
    IdentityFile.checkGroup(group);
    if (closed) {
      throw new StorageException(directory.path() + ": the storage is closed");
    }
    if (store != null && !store.isClosed()) {
      throw new StorageException(
          directory.path() + ": the log is open already. Close it before it is opened again");
    }
    boolean first = lock == null;
    if (first) {
      lock = lock();
    }
    try {
      Identity owner = directory.claim(group, identity);
      FileSnapshots snapshots = FileSnapshots.find(directory.snapshots(), group);
      store = openLog(owner, directory.hardState(owner), snapshots, environment);
      return store;
    } catch (IOException | RuntimeException | Error e) {
      if (first) {
        unlockAfter(e);
      }
      throw e;
    }
  }

  private DirectoryLock lock() throws StorageException {
    Path path = directory.path();
    try {
      Disk.createDirectories(path);
      return DirectoryLock.acquire(path);
    } catch (StorageException e) {
      throw e;
    } catch (IOException | UnsupportedOperationException e) {
      throw new StorageException(
          path + " can't be written: " + e + ". Check its owner, its permissions and its disk", e);
    }
  }

  private void unlockAfter(Throwable failure) {
    DirectoryLock held = lock;
    lock = null;
    try {
      held.close();
    } catch (IOException e) {
      failure.addSuppressed(e);
    }
  }

  private FileLogStore openLog(
      Identity owner, HardState hardState, FileSnapshots snapshots, Environment environment)
      throws IOException {
    Path wal = directory.wal();
    Snapshot latest = snapshots.latest();
    long segmentBytes = environment.limits().segmentBytes();
    EntryIndex index = new EntryIndex();
    SegmentStarts starts = new SegmentStarts();
    Background helper = new Background(environment, "balsa-" + owner.nodeId() + "-storage");
    SpareSegment spare = new SpareSegment(wal, segmentBytes, helper);
    LogTail tail = new LogTail(wal, owner.incarnation(), segmentBytes, spare, index, starts);
    LogRecovery recovery = new LogRecovery(wal, owner.incarnation(), index, starts, latest);
    boolean done = false;
    try {
      List<Long> segments = directory.segments();
      if (segments.isEmpty()) {
        Disk.createDirectories(wal);
        tail.begin();
      } else {
        RecoveredEnd end = recovery.recover(segments);
        checkTerm(hardState, recovery.outline());
        tail.resume(end, recovery.outline());
      }
      LogOutline outline = recovery.outline();
      if (latest != null && !outline.contains(latest.last())) {
        // It was received, and the process ended before the log was restarted after it.
        tail.restartAfter(latest.last());
        outline = new LogOutline(latest.last());
      }
      snapshots.begin();
      LogReader reader = new LogReader(wal, owner.incarnation(), index);
      RecoveredLog recovered = outline.toRecoveredLog(hardState);
      FileLogStore log =
          new FileLogStore(directory, owner, recovered, tail, reader, spare, helper, snapshots);
      helper.start(log::idle);
      done = true;
      return log;
    } finally {
      if (!done) {
        helper.close();
        tail.close();
      }
    }
  }

  /** Section 3.4: a node hears of a term before it has an entry of it. */
  private void checkTerm(HardState hardState, LogOutline outline) throws StorageException {
    if (hardState.term() < outline.lastTerm()) {
      throw new StorageException(
          directory.path()
              + (": the file hardstate is of term " + hardState.term())
              + (", older than the log, which ends at " + outline.last())
              + ". It was lost or replaced; put back the one that belongs here, or remove the node"
              + " from the cluster and add it again with an empty directory");
    }
  }

  @Override
  public synchronized void close() throws IOException {
    if (closed) {
      return;
    }
    closed = true;
    try {
      if (store != null) {
        store.close();
      }
    } finally {
      if (lock != null) {
        lock.close();
      }
    }
  }
}
