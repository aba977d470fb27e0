package io.balsa.raft.testkit;

import io.balsa.raft.Storage;
import java.nio.file.Path;

class MemoryStorageContractTest extends LogStoreContract {
  private final MemoryStorage storage = new MemoryStorage();

  @Override
  protected Storage open(Path directory) {
    return storage;
  }
}
