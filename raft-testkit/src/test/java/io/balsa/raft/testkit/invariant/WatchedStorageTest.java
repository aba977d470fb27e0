package io.balsa.raft.testkit.invariant;

import static io.balsa.raft.testkit.invariant.Script.entry;
import static io.balsa.raft.testkit.invariant.Script.id;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.balsa.raft.Environment;
import io.balsa.raft.Identity;
import io.balsa.raft.LogStore;
import io.balsa.raft.StorageException;
import io.balsa.raft.core.Entry;
import io.balsa.raft.core.EntryType;
import io.balsa.raft.core.HardState;
import io.balsa.raft.testkit.MemoryStorage;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;

class WatchedStorageTest {
  private static final Identity IDENTITY = new Identity(new UUID(1, 1), id("a"), new UUID(2, 2));

  private final List<Observation> told = new ArrayList<>();
  private final MemoryStorage disk = new MemoryStorage();
  private final WatchedStorage storage = new WatchedStorage(disk, told::add);

  private LogStore open() throws IOException {
    return storage.open("group", IDENTITY, Environment.system());
  }

  @Test
  void everythingThatHappensIsTold() throws IOException {
    LogStore store = open();
    HardState hardState = new HardState(3, id("b"));
    store.saveHardState(hardState);
    store.append(List.of(), 0);
    store.append(List.of(entry(1, 3), entry(2, 3)), 1);
    store.sync();
    assertThat(store.identity()).isEqualTo(IDENTITY);
    assertThat(store.read(1, 2, Long.MAX_VALUE)).containsExactly(entry(1, 3), entry(2, 3));
    store.close();
    assertThat(open().recovered().commitIndex()).isEqualTo(1);
    storage.close();
    storage.close();
    assertThat(told)
        .containsExactly(
            new Observation.Started(id("a"), HardState.INITIAL, List.of(), 0),
            new Observation.HardStateSaved(id("a"), hardState),
            new Observation.Written(id("a"), List.of(entry(1, 3), entry(2, 3))),
            new Observation.Synced(id("a")),
            new Observation.Stopped(id("a")),
            new Observation.Started(id("a"), hardState, List.of(entry(1, 3), entry(2, 3)), 1),
            new Observation.Stopped(id("a")));
  }

  @Test
  void aLogOfManyBatchesIsReadWhole() throws IOException {
    List<Entry> log = new ArrayList<>();
    for (int i = 1; i <= 8; i++) {
      log.add(new Entry(1, i, EntryType.COMMAND, new byte[400_000]));
    }
    LogStore store = open();
    store.append(log, 0);
    store.sync();
    store.close();
    told.clear();
    open();
    assertThat(told).containsExactly(new Observation.Started(id("a"), HardState.INITIAL, log, 0));
  }

  @Test
  void whatDidNotHappenIsNotTold() throws IOException {
    LogStore store = open();
    disk.crash();
    LogStore next = open();
    told.clear();
    assertThatThrownBy(() -> store.append(List.of(entry(1, 1)), 0))
        .isInstanceOf(StorageException.class);
    assertThatThrownBy(store::sync).isInstanceOf(StorageException.class);
    store.close();
    assertThat(told).isEmpty();
    disk.crash();
    assertThatThrownBy(next::sync).isInstanceOf(StorageException.class);
    assertThatThrownBy(() -> next.saveHardState(HardState.INITIAL))
        .isInstanceOf(StorageException.class);
    assertThat(told).isEmpty();
  }
}
