package io.balsa.raft.testkit;

import io.balsa.raft.Environment;
import io.balsa.raft.Identity;
import io.balsa.raft.LogStore;
import io.balsa.raft.RecoveredLog;
import io.balsa.raft.SnapshotStore;
import io.balsa.raft.Storage;
import io.balsa.raft.StorageException;
import io.balsa.raft.core.Entry;
import io.balsa.raft.core.EntryType;
import io.balsa.raft.core.HardState;
import io.balsa.raft.core.LogPosition;
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
  private final List<Entry> durable = new ArrayList<>();
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
    boolean same =
        group.equals(groupName)
            && identity.clusterId().equals(opener.clusterId())
            && identity.nodeId().equals(opener.nodeId());
    if (!same) {
      throw new StorageException("the storage belongs to group " + group + " of " + identity);
    }
    log = new MemoryLog();
    return log;
  }

  /** Ends what is open as the end of its process would: everything not synced is lost. */
  public synchronized void crash() {
    log = null;
  }

  @Override
  public synchronized void close() {
    crash();
  }

  private static void apply(List<Entry> batch, List<Entry> entries) {
    for (Entry entry : batch) {
      entries.subList((int) entry.index() - 1, entries.size()).clear();
      entries.add(entry);
    }
  }

  /** The log while it is open: what is durable, and what was appended since. */
  private final class MemoryLog implements LogStore {
    private final RecoveredLog recovered;
    private final List<Entry> entries = new ArrayList<>(durable);
    private final List<Entry> pending = new ArrayList<>();
    private long commitIndex = durableCommitIndex;

    MemoryLog() {
      List<LogPosition> termStarts = new ArrayList<>();
      List<Entry> configurations = new ArrayList<>();
      long term = 0;
      for (Entry entry : entries) {
        if (entry.term() != term) {
          termStarts.add(entry.position());
          term = entry.term();
        }
        if (entry.type() == EntryType.CONFIGURATION) {
          configurations.add(entry);
        }
      }
      recovered =
          new RecoveredLog(
              hardState, LogPosition.ZERO, termStarts, entries.size(), configurations, commitIndex);
    }

    private void checkOpen() throws StorageException {
      if (log != this) {
        throw new StorageException("the log is closed");
      }
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
    public void append(List<Entry> batch, long hint) throws StorageException {
      synchronized (MemoryStorage.this) {
        checkOpen();
        long last = entries.size();
        for (Entry entry : batch) {
          if (entry.index() < 1 || entry.index() > last + 1 || entry.index() <= commitIndex) {
            throw new IllegalArgumentException(
                entry + " after a log that ends at " + last + ", committed up to " + commitIndex);
          }
          last = entry.index();
        }
        apply(batch, entries);
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
        apply(pending, durable);
        pending.clear();
        durableCommitIndex = commitIndex;
      }
    }

    @Override
    public void discard(long index) {
      throw new UnsupportedOperationException();
    }

    @Override
    public void restartAfter(LogPosition position) {
      throw new UnsupportedOperationException();
    }

    @Override
    public SnapshotStore snapshots() {
      throw new UnsupportedOperationException();
    }

    @Override
    public List<Entry> read(long firstIndex, long lastIndex, long maxBytes)
        throws StorageException {
      synchronized (MemoryStorage.this) {
        checkOpen();
        if (firstIndex < 1 || firstIndex > lastIndex || lastIndex > entries.size()) {
          throw new IndexOutOfBoundsException(
              firstIndex + " to " + lastIndex + " of a log of " + entries.size());
        }
        List<Entry> found = new ArrayList<>();
        long bytes = 0;
        for (Entry entry : entries.subList((int) firstIndex - 1, (int) lastIndex)) {
          bytes += entry.data().length;
          if (bytes > maxBytes && !found.isEmpty()) {
            break;
          }
          found.add(entry);
        }
        return found;
      }
    }

    @Override
    public void close() {
      synchronized (MemoryStorage.this) {
        if (log == this) {
          log = null;
        }
      }
    }
  }
}
