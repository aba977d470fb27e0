package io.balsa.raft.storage;

import io.balsa.raft.Environment;
import io.balsa.raft.Identity;
import io.balsa.raft.Limits;
import io.balsa.raft.LogStore;
import io.balsa.raft.Runner;
import io.balsa.raft.Storage;
import java.io.IOException;
import java.nio.file.Path;
import java.util.random.RandomGenerator;

/** File storages with small segments, in which nothing happens in another thread. */
public final class TestStorage {
  private TestStorage() {}

  /** Opens a directory. */
  public static Storage open(Path directory, long segmentBytes) throws IOException {
    FileStorage files = FileStorage.open(directory);
    return new Storage() {
      @Override
      public LogStore open(String group, Identity identity, Environment environment)
          throws IOException {
        return files.open(group, identity, new Quiet(environment, segmentBytes));
      }

      @Override
      public void close() throws IOException {
        files.close();
      }
    };
  }

  /** An environment with segments of a size, in which nothing happens in another thread. */
  static Environment quiet(Environment environment, long segmentBytes) {
    return new Quiet(environment, segmentBytes);
  }

  /** Lets a store do what it does when it is idle. */
  public static void idle(LogStore store) {
    ((FileLogStore) store).idle();
  }

  private record Quiet(Environment environment, long segmentBytes) implements Environment {
    @Override
    public Runner runner(String name, long periodNanos) {
      return new Inline();
    }

    @Override
    public long nanoTime() {
      return environment.nanoTime();
    }

    @Override
    public RandomGenerator random() {
      return environment.random();
    }

    @Override
    public Limits limits() {
      Limits l = environment.limits();
      return new Limits(
          l.proposedBytes(),
          l.cacheBytes(),
          l.applyBytes(),
          l.batchBytes(),
          l.messagesInFlight(),
          l.commandBytes(),
          l.snapshotBytes(),
          l.syncBytes(),
          segmentBytes);
    }
  }

  /** Does what it is woken for at once, and nothing by itself. */
  private static final class Inline implements Runner {
    private Runnable poll = () -> {};

    @Override
    public void start(Runnable whatToCall) {
      poll = whatToCall;
    }

    @Override
    public void wake() {
      poll.run();
    }

    @Override
    public void stop() {}
  }
}
