package io.balsa.raft.testkit;

import io.balsa.raft.Storage;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;

class MemorySnapshotsContractTest extends SnapshotStoreContract {
  private final Map<Path, MemoryStorage> places = new HashMap<>();

  @Override
  protected Storage open(Path directory) {
    return places.computeIfAbsent(directory, place -> new MemoryStorage());
  }
}
