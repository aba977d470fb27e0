package io.balsa.raft.testkit;

import io.balsa.raft.Environment;
import io.balsa.raft.Identity;
import io.balsa.raft.LogStore;
import io.balsa.raft.RecoveredLog;
import io.balsa.raft.Storage;
import io.balsa.raft.core.Entry;
import io.balsa.raft.core.EntryType;
import io.balsa.raft.core.HardState;
import io.balsa.raft.core.NodeId;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/** A storage under test, opened anew for each test and as often as the test wants. */
abstract class StoragePlace {
  static final String GROUP = "group";
  static final Identity IDENTITY = new Identity(new UUID(1, 1), new NodeId("n1"), new UUID(2, 2));
  static final Environment ENVIRONMENT = Environment.system();
  static final long ALL = Long.MAX_VALUE;

  @TempDir Path parent;
  Storage storage;
  LogStore log;

  /**
   * Opens the place under test: empty the first time in each test, later with what the test left
   * there. The storage opened before has been closed.
   *
   * @param directory a directory that may be used, the same for all calls in one test that mean the
   *     same place; it need not exist
   * @return the storage
   * @throws IOException if it can't be opened
   */
  protected abstract Storage open(Path directory) throws IOException;

  @BeforeEach
  void openEmpty() throws IOException {
    reopen();
    log.saveHardState(new HardState(9, null));
  }

  @AfterEach
  void close() throws IOException {
    storage.close();
  }

  RecoveredLog reopen() throws IOException {
    if (storage != null) {
      storage.close();
    }
    storage = open(parent.resolve("storage"));
    log = storage.open(GROUP, IDENTITY, ENVIRONMENT);
    return log.recovered();
  }

  static Entry entry(long index, long term) {
    return new Entry(term, index, EntryType.COMMAND, new byte[] {(byte) index, (byte) term, 3, 4});
  }

  static List<Entry> entries(long first, long last, long term) {
    List<Entry> entries = new ArrayList<>();
    for (long index = first; index <= last; index++) {
      entries.add(entry(index, term));
    }
    return entries;
  }

  @SafeVarargs
  static List<Entry> concat(List<Entry>... parts) {
    List<Entry> all = new ArrayList<>();
    for (List<Entry> part : parts) {
      all.addAll(part);
    }
    return all;
  }
}
