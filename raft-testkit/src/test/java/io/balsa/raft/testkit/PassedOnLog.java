package io.balsa.raft.testkit;

import io.balsa.raft.Identity;
import io.balsa.raft.LogStore;
import io.balsa.raft.RecoveredLog;
import io.balsa.raft.SnapshotStore;
import io.balsa.raft.core.Entry;
import io.balsa.raft.core.HardState;
import io.balsa.raft.core.LogPosition;
import java.io.IOException;
import java.util.List;

/** Asks another log for everything; for tests to override. */
class PassedOnLog implements LogStore {
  private final LogStore log;

  PassedOnLog(LogStore log) {
    this.log = log;
  }

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
    log.close();
  }
}
