package io.balsa.raft.testkit;

import io.balsa.raft.Environment;
import io.balsa.raft.Identity;
import io.balsa.raft.LogStore;
import io.balsa.raft.RecoveredLog;
import io.balsa.raft.SnapshotStore;
import io.balsa.raft.Storage;
import io.balsa.raft.StorageException;
import io.balsa.raft.core.Entry;
import io.balsa.raft.core.HardState;
import io.balsa.raft.core.LogPosition;
import io.balsa.raft.core.Snapshot;
import java.util.ArrayList;
import java.util.List;

/**
 * A storage in memory that forgets what a disk would: what was not synced is gone after {@link
 * #crash}. For tests; it keeps nothing when the process ends.
 *
 * <p>The object is the place: after {@link #close}, or after a crash, {@link #open} finds what the
 * node had kept.
 */
public final class MemoryStorage implements Storage {
  private final MemorySnapshots snapshots = new MemorySnapshots();
  private MemoryEntries durable = MemoryEntries.after(LogPosition.ZERO);
  private long durableCommitIndex;
  private HardState hardState = HardState.INITIAL;
  private String group;
  private Identity identity;
  private MemoryLog log;

  /** An empty place. */
  public MemoryStorage() {}

  @Override
  public synchronized LogStore open(String groupName, Identity opener, Environment environment)
      throws StorageException {
    if (log != null) {
      throw new StorageException("the log is open already. Close it before it is opened again");
    }
    if (identity == null) {
      group = groupName;
      identity = opener;
    }
    if (!group.equals(groupName) || !identity.nodeId().equals(opener.nodeId())) {
      throw new StorageException(
          "the storage belongs to node " + identity.nodeId() + " of group " + group);
    }
    log = new MemoryLog(new Identity(opener.clusterId(), opener.nodeId(), identity.incarnation()));
    return log;
  }

  /**
   * Ends what is open as the end of its process would: everything not synced is lost, and so is
   * what was received of a snapshot.
   */
  public synchronized void crash() {
    close();
    snapshots.crash();
  }

  @Override
  public synchronized void close() {
    if (log != null) {
      log.close();
    }
  }

  /** The log while it is open: what is durable, and what was appended since. */
  private final class MemoryLog implements LogStore {
    private final Identity owner;
    private final RecoveredLog recovered;
    private MemoryEntries entries;
    private final MemorySnapshots.Open openSnapshots = snapshots.new Open(MemoryStorage.this);
    private final List<Entry> pending = new ArrayList<>();
    private long commitIndex;

    MemoryLog(Identity owner) {
      this.owner = owner;
      Snapshot latest = snapshots.latest();
      if (latest != null) {
        if (!latest.last().equals(durable.position(latest.index()))) {
          durable = MemoryEntries.after(latest.last());
        }
        durableCommitIndex = Math.max(durableCommitIndex, latest.index());
      }
      entries = durable.copy();
      commitIndex = durableCommitIndex;
      recovered =
          new RecoveredLog(
              hardState,
              entries.start(),
              entries.termStarts(),
              entries.lastIndex(),
              entries.configurations(),
              commitIndex);
    }

    private void checkOpen() throws StorageException {
      if (log != this) {
        throw new StorageException("the log is closed");
      }
    }

    @Override
    public Identity identity() {
      return owner;
    }

    @Override
    public RecoveredLog recovered() {
      return recovered;
    }

    @Override
    public void append(List<Entry> batch, long hint) throws StorageException {
      synchronized (MemoryStorage.this) {
        checkOpen();
        long last = entries.lastIndex();
        for (Entry entry : batch) {
          if (entry.index() < 1 || entry.index() > last + 1 || entry.index() <= commitIndex) {
            throw new IllegalArgumentException(
                entry + " after a log that ends at " + last + ", committed up to " + commitIndex);
          }
          last = entry.index();
        }
        entries.put(batch);
        pending.addAll(batch);
        commitIndex = Math.max(commitIndex, Math.min(hint, last));
      }
    }

    @Override
    public void saveHardState(HardState state) throws StorageException {
      synchronized (MemoryStorage.this) {
        checkOpen();
        hardState = state;
      }
    }

    @Override
    public void sync() throws StorageException {
      synchronized (MemoryStorage.this) {
        checkOpen();
        durable.put(pending);
        pending.clear();
        durableCommitIndex = commitIndex;
      }
    }

    @Override
    public void discard(long index) throws StorageException {
      synchronized (MemoryStorage.this) {
        checkOpen();
        Snapshot latest = snapshots.latest();
        if (index > (latest == null ? 0 : Math.min(latest.index(), entries.lastIndex()))) {
          throw new IllegalArgumentException("no snapshot stands for entry " + index);
        }
        LogPosition last = entries.position(index);
        if (last != null) {
          sync();
          entries.discard(last);
          durable.discard(last);
          commitIndex = Math.max(commitIndex, index);
          durableCommitIndex = commitIndex;
        }
      }
    }

    @Override
    public void restartAfter(LogPosition position) throws StorageException {
      synchronized (MemoryStorage.this) {
        checkOpen();
        Snapshot latest = snapshots.latest();
        boolean fits = latest != null && latest.last().equals(position);
        if (!fits || position.index() < commitIndex) {
          throw new IllegalArgumentException(
              position + " is not that of the latest, " + latest + ", or below " + commitIndex);
        }
        pending.clear();
        entries = MemoryEntries.after(position);
        durable = MemoryEntries.after(position);
        commitIndex = position.index();
        durableCommitIndex = commitIndex;
      }
    }

    @Override
    public SnapshotStore snapshots() {
      return openSnapshots;
    }

    @Override
    public List<Entry> read(long firstIndex, long lastIndex, long maxBytes)
        throws StorageException {
      synchronized (MemoryStorage.this) {
        checkOpen();
        return entries.read(firstIndex, lastIndex, maxBytes);
      }
    }

    @Override
    public void close() {
      synchronized (MemoryStorage.this) {
        openSnapshots.close();
        if (log == this) {
          log = null;
        }
      }
    }
  }
}
