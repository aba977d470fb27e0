package io.balsa.raft.testkit;

import io.balsa.raft.Environment;
import io.balsa.raft.Identity;
import io.balsa.raft.LogStore;
import io.balsa.raft.Storage;
import io.balsa.raft.core.Entry;
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

  private static final class BreakingLog extends PassedOnLog {
    private final AtomicBoolean broken;

    BreakingLog(LogStore log, AtomicBoolean broken) {
      super(log);
      this.broken = broken;
    }

    @Override
    public void append(List<Entry> entries, long commitIndex) throws IOException {
      check(broken, "can't be written");
      super.append(entries, commitIndex);
    }

    @Override
    public void close() throws IOException {
      check(broken, "can't be closed");
      super.close();
    }
  }
}
