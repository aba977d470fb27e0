package io.balsa.raft.testkit;

import io.balsa.raft.Environment;
import io.balsa.raft.Identity;
import io.balsa.raft.LogStore;
import io.balsa.raft.Storage;
import io.balsa.raft.core.Entry;
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

  private static final class GatedLog extends PassedOnLog {
    private final CountDownLatch reads;
    private final CountDownLatch writes;

    GatedLog(LogStore log, CountDownLatch reads, CountDownLatch writes) {
      super(log);
      this.reads = reads;
      this.writes = writes;
    }

    @Override
    public void append(List<Entry> entries, long commitIndex) throws IOException {
      await(writes);
      super.append(entries, commitIndex);
    }

    @Override
    public List<Entry> read(long firstIndex, long lastIndex, long maxBytes) throws IOException {
      await(reads);
      return super.read(firstIndex, lastIndex, maxBytes);
    }
  }
}
