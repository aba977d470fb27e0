package io.balsa.raft.testkit;

import io.balsa.raft.Environment;
import io.balsa.raft.Identity;
import io.balsa.raft.LogStore;
import io.balsa.raft.RecoveredLog;
import io.balsa.raft.SnapshotStore;
import io.balsa.raft.Storage;
import io.balsa.raft.core.Entry;
import io.balsa.raft.core.HardState;
import io.balsa.raft.core.LogPosition;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;

/** Can neither write nor be closed while it is broken, and says so in the worst way. */
final class BreakingStorage implements Storage {
  private final Storage storage;
  private final AtomicBoolean broken;

  BreakingStorage(Storage storage, AtomicBoolean broken) {
    this.storage = storage;
    this.broken = broken;
  }

  private static void check(AtomicBoolean broken, String problem) {
    if (broken.get()) {
      throw new IllegalStateException(problem);
    }
  }

  @Override
  public LogStore open(String group, Identity identity, Environment environment)
      throws IOException {
    return new BreakingLog(storage.open(group, identity, environment), broken);
  }

  @Override
  public void close() throws IOException {
    storage.close();
  }

  private record BreakingLog(LogStore log, AtomicBoolean broken) implements LogStore {
    @Override
    public Identity identity() {
      return log.identity();
    }

    @Override
    public RecoveredLog recovered() {
      return log.recovered();
    }

    @Override
    public void append(List<Entry> entries, long commitIndex) throws IOException {
      check(broken, "can't be written");
      log.append(entries, commitIndex);
    }

    @Override
    public void saveHardState(HardState hardState) throws IOException {
      log.saveHardState(hardState);
    }

    @Override
    public void sync() throws IOException {
      log.sync();
    }

    @Override
    public void discard(long index) throws IOException {
      log.discard(index);
    }

    @Override
    public void restartAfter(LogPosition position) throws IOException {
      log.restartAfter(position);
    }

    @Override
    public SnapshotStore snapshots() {
      return log.snapshots();
    }

    @Override
    public List<Entry> read(long firstIndex, long lastIndex, long maxBytes) throws IOException {
      return log.read(firstIndex, lastIndex, maxBytes);
    }

    @Override
    public void close() throws IOException {
      check(broken, "can't be closed");
      log.close();
    }
  }
}
