package io.balsa.raft.storage;

import io.balsa.raft.LogStore;
import java.io.IOException;
import java.nio.file.Path;

/** Opens the door that {@link FileStorage} keeps for tests. */
public final class TestStorage {
  private TestStorage() {}

  /** With small segments, and nothing happening in another thread. */
  public static FileStorage open(Path directory, long segmentBytes) throws IOException {
    return FileStorage.open(directory, segmentBytes, () -> Background.INLINE);
  }

  /** Lets a store do what it does when it is idle. */
  public static void idle(LogStore store) {
    ((FileLogStore) store).idle();
  }
}
