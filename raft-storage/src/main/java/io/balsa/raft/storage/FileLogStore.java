package io.balsa.raft.storage;

import io.balsa.raft.Identity;
import io.balsa.raft.LogStore;
import io.balsa.raft.RecoveredLog;
import io.balsa.raft.SnapshotStore;
import io.balsa.raft.StorageException;
import io.balsa.raft.core.Configuration;
import io.balsa.raft.core.Entry;
import io.balsa.raft.core.HardState;
import io.balsa.raft.core.LogPosition;
import io.balsa.raft.core.Snapshot;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.locks.ReentrantLock;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The log and the hard state of the group that owns a data directory.
 *
 * <ul>
 *   <li>After a write or a sync failed, every call but {@link #close} fails with the first cause.
 *       Nothing is retried.
 *   <li>Who writes holds {@link #writing}. {@link #idle} comes from a thread of its own and never
 *       waits for it: a writer may be waiting for that thread.
 *   <li>The hard state is durable when {@link #saveHardState} returns, independent of the log.
 * </ul>
 */
final class FileLogStore implements LogStore {
  private static final Logger LOG = LoggerFactory.getLogger(FileLogStore.class);

  private final DataDirectory directory;
  private final Identity identity;
  private final RecoveredLog recovered;
  private final LogTail tail;
  private final LogReader reader;
  private final SpareSegment spare;
  private final Background background;
  private final FileSnapshots files;
  private final SnapshotStore snapshots = new Snapshots();

  private final ReentrantLock writing = new ReentrantLock();
  private volatile Throwable failure;
  private volatile boolean closed;

  FileLogStore(
      DataDirectory directory,
      Identity identity,
      RecoveredLog recovered,
      LogTail tail,
      LogReader reader,
      SpareSegment spare,
      Background background,
      FileSnapshots files) {
    this.directory = directory;
    this.identity = identity;
    this.recovered = recovered;
    this.tail = tail;
    this.reader = reader;
    this.spare = spare;
    this.background = background;
    this.files = files;
  }

  private interface Write {
    void run() throws IOException;
  }

  @Override
  public Identity identity() {
    return identity;
  }

  @Override
  public RecoveredLog recovered() {
    return recovered;
  }

  @Override
  public void append(List<Entry> entries, long commitIndex) throws IOException {
    writing.lock();
    try {
      checkUsable();
      long bytes = tail.check(entries);
      write("append to the log", () -> tail.append(entries, bytes, commitIndex));
    } finally {
      writing.unlock();
    }
  }

  @Override
  public void saveHardState(HardState hardState) throws IOException {
    exclusively("save term and vote", () -> directory.saveHardState(identity, hardState));
  }

  @Override
  public void sync() throws IOException {
    exclusively("sync the log", tail::sync);
  }

  /** Completes what a sync leaves to a quieter moment; if somebody is writing, this is not one. */
  void idle() {
    if (!writing.tryLock()) {
      return;
    }
    try {
      if (!closed && failure == null) {
        write("mark what is synced", tail::markIfIdle);
      }
    } catch (StorageException e) {
      LOG.error("{}", directory.path(), e);
    } finally {
      writing.unlock();
    }
  }

  private void exclusively(String what, Write write) throws StorageException {
    writing.lock();
    try {
      checkUsable();
      write(what, write);
    } finally {
      writing.unlock();
    }
  }

  private void write(String what, Write write) throws StorageException {
    try {
      write.run();
    } catch (IOException | RuntimeException | Error e) {
      failure = e;
      throw dead("could not " + what, e);
    }
  }

  private StorageException dead(String what, Throwable cause) {
    return new StorageException(
        directory.path()
            + ": "
            + what
            + ": "
            + cause
            + ". The log takes no more writes; close it, mend the cause and open it again",
        cause);
  }

  private void checkUsable() throws StorageException {
    if (closed) {
      throw new StorageException(directory.path() + ": the log is closed");
    }
    if (failure != null) {
      throw dead("an earlier write failed", failure);
    }
  }

  @Override
  public void discard(long index) throws IOException {
    writing.lock();
    try {
      checkUsable();
      Snapshot latest = files.latest();
      long covered = latest == null ? 0 : Math.min(latest.index(), tail.lastIndex());
      if (index > covered) {
        throw new IllegalArgumentException(
            "no snapshot stands for entry " + index + ", only for those up to " + covered);
      }
      write("remove segments of the log", () -> reader.forgetBefore(tail.discard(index)));
    } finally {
      writing.unlock();
    }
  }

  @Override
  public void restartAfter(LogPosition position) throws IOException {
    writing.lock();
    try {
      checkUsable();
      Snapshot latest = files.latest();
      if (latest == null || !latest.last().equals(position)) {
        throw new IllegalArgumentException(position + " is not that of the latest, " + latest);
      }
      if (position.index() < tail.commitIndex()) {
        throw new IllegalArgumentException(
            position + " is below the commit index, " + tail.commitIndex());
      }
      write("restart the log", () -> reader.forgetBefore(tail.restartAfter(position)));
    } finally {
      writing.unlock();
    }
  }

  @Override
  public SnapshotStore snapshots() {
    return snapshots;
  }

  private void activate(Snapshot snapshot) throws IOException {
    writing.lock();
    try {
      checkUsable();
      String fault = files.fault(snapshot);
      if (fault != null) {
        throw new IllegalArgumentException(fault);
      }
      write("activate a snapshot", () -> files.activate(snapshot));
    } finally {
      writing.unlock();
    }
  }

  @Override
  public List<Entry> read(long firstIndex, long lastIndex, long maxBytes) throws IOException {
    checkUsable();
    return reader.read(firstIndex, lastIndex, maxBytes);
  }

  boolean isClosed() {
    return closed;
  }

  @Override
  public void close() throws IOException {
    writing.lock();
    try {
      if (!closed) {
        closed = true;
        closeAll();
      }
    } finally {
      writing.unlock();
    }
  }

  private void closeAll() throws IOException {
    try (tail;
        reader;
        files;
        background) {
      spare.close();
      if (failure == null) {
        tail.finish();
      }
    }
  }

  /** The snapshots as others see them: one that is activated is a write to the log. */
  private final class Snapshots implements SnapshotStore {
    @Override
    public Snapshot latest() {
      return files.latest();
    }

    @Override
    public Image create(
        UUID id, LogPosition last, long configurationIndex, Configuration configuration)
        throws IOException {
      return files.create(id, last, configurationIndex, configuration);
    }

    @Override
    public Receipt receive(Snapshot snapshot) throws IOException {
      return files.receive(snapshot);
    }

    @Override
    public void activate(Snapshot snapshot) throws IOException {
      FileLogStore.this.activate(snapshot);
    }

    @Override
    public InputStream open(Snapshot snapshot) throws IOException {
      return files.open(snapshot);
    }

    @Override
    public byte[] read(UUID id, long offset, int maxBytes) throws IOException {
      return files.read(id, offset, maxBytes);
    }
  }
}
