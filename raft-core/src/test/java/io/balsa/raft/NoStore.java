package io.balsa.raft;

import io.balsa.raft.core.Entry;
import io.balsa.raft.core.HardState;
import io.balsa.raft.core.LogPosition;
import java.util.List;

/** A store that nothing may be asked of; for tests to override. */
class NoStore implements LogStore {
  @Override
  public Identity identity() {
    throw new AssertionError();
  }

  @Override
  public RecoveredLog recovered() {
    throw new AssertionError();
  }

  @Override
  public void append(List<Entry> entries, long commitIndex) {
    throw new AssertionError();
  }

  @Override
  public void saveHardState(HardState hardState) {
    throw new AssertionError();
  }

  @Override
  public void sync() {
    throw new AssertionError();
  }

  @Override
  public void discard(long index) {
    throw new AssertionError();
  }

  @Override
  public void restartAfter(LogPosition position) {
    throw new AssertionError();
  }

  @Override
  public SnapshotStore snapshots() {
    return null;
  }

  @Override
  public List<Entry> read(long firstIndex, long lastIndex, long maxBytes) {
    throw new AssertionError();
  }

  @Override
  public void close() {}
}
