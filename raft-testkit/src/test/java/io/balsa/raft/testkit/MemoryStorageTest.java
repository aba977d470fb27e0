package io.balsa.raft.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.balsa.raft.Environment;
import io.balsa.raft.Identity;
import io.balsa.raft.LogStore;
import io.balsa.raft.StorageException;
import io.balsa.raft.core.Entry;
import io.balsa.raft.core.EntryType;
import io.balsa.raft.core.HardState;
import io.balsa.raft.core.NodeId;
import java.io.IOException;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;

class MemoryStorageTest {
  private static final Identity IDENTITY =
      new Identity(new UUID(1, 1), new NodeId("n1"), new UUID(2, 2));

  private static Entry entry(long index, long term) {
    return new Entry(term, index, EntryType.COMMAND, new byte[] {1});
  }

  @Test
  void st06_whatWasNotSyncedIsLostInACrash() throws IOException {
    MemoryStorage storage = new MemoryStorage();
    LogStore log = storage.open("g", IDENTITY, Environment.system());
    log.saveHardState(new HardState(3, null));
    log.append(List.of(entry(1, 1), entry(2, 1)), 1);
    log.sync();
    log.append(List.of(entry(2, 2), entry(3, 2)), 2);
    storage.crash();
    assertThatThrownBy(log::sync).isInstanceOf(StorageException.class);
    log.close();

    LogStore again = storage.open("g", IDENTITY, Environment.system());
    assertThat(again.recovered().hardState()).isEqualTo(new HardState(3, null));
    assertThat(again.recovered().commitIndex()).isEqualTo(1);
    assertThat(again.read(1, 2, 1_000)).containsExactly(entry(1, 1), entry(2, 1));
    assertThat(again.recovered().lastIndex()).isEqualTo(2);
  }
}
