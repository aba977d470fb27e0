package io.balsa.raft.testkit;

import io.balsa.raft.Storage;
import io.balsa.raft.storage.TestStorage;
import java.io.IOException;
import java.nio.file.Path;

class SmallSegmentsSnapshotsContractTest extends SnapshotStoreContract {
  @Override
  protected Storage open(Path directory) throws IOException {
    return TestStorage.open(directory, 300);
  }
}
