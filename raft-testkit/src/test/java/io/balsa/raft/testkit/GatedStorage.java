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
import java.util.concurrent.CountDownLatch;

/** A very slow disk: reads and writes no entries until it is allowed to. */
final class GatedStorage implements Storage {
  private final Storage storage;
  private final CountDownLatch reads = new CountDownLatch(1);
  private final CountDownLatch writes = new CountDownLatch(1);

  GatedStorage(Storage storage) {
    this.storage = storage;
  }

  void allowReads() {
    reads.countDown();
  }

  void allowWrites() {
    writes.countDown();
  }

  private static void await(CountDownLatch gate) throws IOException {
    try {
      gate.await();
    } catch (InterruptedException e) {
      throw new IOException("interrupted", e);
    }
  }

  @Override
  public LogStore open(String group, Identity identity, Environment environment)
      throws IOException {
    return new GatedLog(storage.open(group, identity, environment), reads, writes);
  }

  @Override
  public void close() throws IOException {
    storage.close();
  }

  private record GatedLog(LogStore log, CountDownLatch reads, CountDownLatch writes)
      implements LogStore {
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
      await(writes);
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
      await(reads);
      return log.read(firstIndex, lastIndex, maxBytes);
    }

    @Override
    public void close() throws IOException {
      log.close();
    }
  }
}
