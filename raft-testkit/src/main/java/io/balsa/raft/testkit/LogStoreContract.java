package io.balsa.raft.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.balsa.raft.Identity;
import io.balsa.raft.LogStore;
import io.balsa.raft.RecoveredLog;
import io.balsa.raft.StorageException;
import io.balsa.raft.core.Entry;
import io.balsa.raft.core.EntryType;
import io.balsa.raft.core.HardState;
import io.balsa.raft.core.LogPosition;
import io.balsa.raft.core.NodeId;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/**
 * What every {@link io.balsa.raft.Storage} and the {@link LogStore} it opens must do, snapshots
 * aside: for those there is {@link SnapshotStoreContract}. A store says how it is opened, and this
 * class tests it:
 *
 * <pre>{@code
 * class FileStorageContractTest extends LogStoreContract {
 *   @Override
 *   protected Storage open(Path directory) throws IOException {
 *     return FileStorage.open(directory);
 *   }
 * }
 * }</pre>
 */
public abstract class LogStoreContract extends StoragePlace {
  /** For subclasses. */
  protected LogStoreContract() {}

  @Test
  void aNewStoreIsEmpty() {
    assertThat(log.identity()).isEqualTo(IDENTITY);
    assertThat(log.recovered())
        .isEqualTo(
            new RecoveredLog(HardState.INITIAL, LogPosition.ZERO, List.of(), 0, List.of(), 0));
  }

  @Test
  void theHardStateIsDurableAtOnce() throws IOException {
    HardState state = new HardState(12, new NodeId("n3"));
    log.saveHardState(state);
    assertThat(reopen().hardState()).isEqualTo(state);
    log.saveHardState(new HardState(13, null));
    assertThat(reopen().hardState()).isEqualTo(new HardState(13, null));
  }

  @Test
  void syncedEntriesAreThereAfterReopening() throws IOException {
    log.append(entries(1, 50, 1), 0);
    log.append(entries(51, 60, 4), 55);
    log.sync();
    RecoveredLog recovered = reopen();
    assertThat(recovered.lastIndex()).isEqualTo(60);
    assertThat(recovered.commitIndex()).isEqualTo(55);
    assertThat(recovered.termStarts())
        .containsExactly(new LogPosition(1, 1), new LogPosition(4, 51));
    assertThat(log.read(1, 60, ALL)).isEqualTo(concat(entries(1, 50, 1), entries(51, 60, 4)));
  }

  @Test
  void entriesCanBeReadBeforeTheyAreSynced() throws IOException {
    log.append(entries(1, 3, 1), 0);
    assertThat(log.read(1, 3, ALL)).isEqualTo(entries(1, 3, 1));
  }

  @Test
  void whatWasRecoveredDoesNotChange() throws IOException {
    log.append(entries(1, 3, 1), 0);
    log.sync();
    RecoveredLog recovered = reopen();
    log.append(entries(2, 9, 2), 0);
    assertThat(log.recovered()).isEqualTo(recovered);
    assertThat(recovered.lastIndex()).isEqualTo(3);
  }

  @Test
  void anEntryOfEveryTypeAndSizeComesBack() throws IOException {
    List<Entry> all = new ArrayList<>();
    for (EntryType type : EntryType.values()) {
      for (int size : new int[] {0, 1, 8, 100, 70_000}) {
        all.add(new Entry(1, all.size() + 1L, type, new byte[size]));
      }
    }
    log.append(all, 0);
    log.sync();
    RecoveredLog recovered = reopen();
    assertThat(log.read(1, all.size(), ALL)).isEqualTo(all);
    assertThat(recovered.configurations())
        .isEqualTo(all.stream().filter(e -> e.type() == EntryType.CONFIGURATION).toList());
  }

  @Test
  void st10_anOverrideReplacesEverythingFromItsIndexOn() throws IOException {
    log.append(entries(1, 10, 1), 0);
    log.sync();
    log.append(entries(4, 5, 2), 0);
    assertThat(log.read(1, 5, ALL)).isEqualTo(concat(entries(1, 3, 1), entries(4, 5, 2)));
    assertThatThrownBy(() -> log.read(1, 6, ALL)).isInstanceOf(IndexOutOfBoundsException.class);
    log.sync();
    RecoveredLog recovered = reopen();
    assertThat(recovered.lastIndex()).isEqualTo(5);
    assertThat(recovered.termStarts())
        .containsExactly(new LogPosition(1, 1), new LogPosition(2, 4));
    assertThat(log.read(1, 5, ALL)).isEqualTo(concat(entries(1, 3, 1), entries(4, 5, 2)));
  }

  @Test
  void st10_theFirstEntryCanBeReplaced() throws IOException {
    log.append(entries(1, 10, 1), 0);
    log.append(entries(1, 1, 2), 0);
    log.sync();
    reopen();
    assertThat(log.read(1, 1, ALL)).isEqualTo(entries(1, 1, 2));
  }

  @Test
  void st11_withinABatchTheLaterEntryStays() throws IOException {
    log.append(concat(entries(1, 5, 1), entries(3, 4, 2), entries(4, 6, 3)), 0);
    List<Entry> expected = concat(entries(1, 2, 1), entries(3, 3, 2), entries(4, 6, 3));
    assertThat(log.read(1, 6, ALL)).isEqualTo(expected);
    log.sync();
    reopen();
    assertThat(log.read(1, 6, ALL)).isEqualTo(expected);
  }

  @Test
  void aReplacedConfigurationIsForgotten() throws IOException {
    Entry first = new Entry(1, 1, EntryType.CONFIGURATION, new byte[] {1});
    Entry second = new Entry(1, 3, EntryType.CONFIGURATION, new byte[] {2});
    log.append(List.of(first, entry(2, 1), second), 0);
    log.append(entries(2, 4, 2), 0);
    log.sync();
    assertThat(reopen().configurations()).containsExactly(first);
  }

  @Test
  void aGapIsRefusedAndNothingIsWritten() throws IOException {
    log.append(entries(1, 3, 1), 0);
    for (List<Entry> gap :
        List.of(entries(5, 6, 1), entries(0, 1, 1), concat(entries(4, 4, 1), entries(6, 6, 1)))) {
      assertThatThrownBy(() -> log.append(gap, 0)).isInstanceOf(IllegalArgumentException.class);
    }
    log.sync();
    assertThat(reopen().lastIndex()).isEqualTo(3);
  }

  @Test
  void st23_aCommittedEntryIsNotReplaced() throws IOException {
    log.append(entries(1, 5, 1), 3);
    assertThatThrownBy(() -> log.append(entries(3, 6, 2), 0))
        .isInstanceOf(IllegalArgumentException.class);
    log.sync();
    reopen();
    assertThatThrownBy(() -> log.append(entries(3, 6, 2), 0))
        .isInstanceOf(IllegalArgumentException.class);
    log.append(entries(4, 4, 2), 0);
    log.sync();
    assertThat(reopen().lastIndex()).isEqualTo(4);
  }

  @Test
  void st12_theCommitHintIsNeverAheadOfTheLogAndNeverGoesBack() throws IOException {
    log.append(entries(1, 3, 1), 7);
    log.sync();
    assertThat(reopen().commitIndex()).isEqualTo(3);
    log.append(entries(4, 4, 1), 1);
    log.sync();
    assertThat(reopen().commitIndex()).isEqualTo(3);
  }

  @Test
  void readingStopsBeforeTheEntryThatIsTooMuch() throws IOException {
    log.append(entries(1, 5, 1), 0);
    long three = entries(1, 3, 1).stream().mapToLong(Entry::size).sum();
    assertThat(log.read(1, 5, three)).isEqualTo(entries(1, 3, 1));
    assertThat(log.read(1, 5, three - 1)).isEqualTo(entries(1, 2, 1));
    assertThat(log.read(4, 5, 0)).isEqualTo(entries(4, 4, 1));
    assertThat(log.read(5, 5, ALL)).isEqualTo(entries(5, 5, 1));
  }

  @Test
  void readingOutsideTheLogIsRefused() throws IOException {
    assertThatThrownBy(() -> log.read(1, 1, ALL)).isInstanceOf(IndexOutOfBoundsException.class);
    log.append(entries(1, 5, 1), 0);
    assertThatThrownBy(() -> log.read(0, 1, ALL)).isInstanceOf(IndexOutOfBoundsException.class);
    assertThatThrownBy(() -> log.read(5, 6, ALL)).isInstanceOf(IndexOutOfBoundsException.class);
    assertThatThrownBy(() -> log.read(3, 2, ALL)).isInstanceOf(IndexOutOfBoundsException.class);
  }

  @Test
  void theListOfABatchIsNotKept() throws IOException {
    List<Entry> batch = new ArrayList<>(entries(1, 3, 1));
    log.append(batch, 0);
    batch.clear();
    log.sync();
    assertThat(log.read(1, 3, ALL)).isEqualTo(entries(1, 3, 1));
  }

  @Test
  void anEmptyBatchIsFine() throws IOException {
    log.append(List.of(), 0);
    log.sync();
    assertThat(reopen().lastIndex()).isZero();
  }

  @Test
  void aStoreIsOpenOnce() throws IOException {
    assertThatThrownBy(() -> storage.open(GROUP, IDENTITY, ENVIRONMENT))
        .isInstanceOf(StorageException.class);
    log.append(entries(1, 1, 1), 0);
    log.sync();
    log.close();
    assertThat(storage.open(GROUP, IDENTITY, ENVIRONMENT).recovered().lastIndex()).isEqualTo(1);
  }

  @Test
  void aClosedStoreRefusesEverything() throws IOException {
    log.close();
    log.close();
    assertThatThrownBy(() -> log.append(entries(1, 1, 1), 0)).isInstanceOf(StorageException.class);
    assertThatThrownBy(() -> log.saveHardState(HardState.INITIAL))
        .isInstanceOf(StorageException.class);
    assertThatThrownBy(() -> log.sync()).isInstanceOf(StorageException.class);
    assertThatThrownBy(() -> log.read(1, 1, ALL)).isInstanceOf(StorageException.class);
    storage.close();
    storage.close();
  }

  @Test
  void st15_thePlaceOfAnotherIsRefused() throws IOException {
    log.close();
    Identity otherNode = new Identity(IDENTITY.clusterId(), new NodeId("n2"), new UUID(3, 3));
    assertThatThrownBy(() -> storage.open(GROUP, otherNode, ENVIRONMENT))
        .isInstanceOf(StorageException.class);
    assertThatThrownBy(() -> storage.open("other", IDENTITY, ENVIRONMENT))
        .isInstanceOf(StorageException.class);
  }

  @Test
  void theIncarnationIsThatOfThePlaceAndTheClusterThatOfTheOpener() throws IOException {
    NodeId node = IDENTITY.nodeId();
    assertThat(log.identity()).isEqualTo(IDENTITY);
    for (UUID cluster : List.of(new UUID(8, 8), IDENTITY.clusterId())) {
      log.close();
      Identity opener = new Identity(cluster, node, new UUID(3, 3));
      log = storage.open(GROUP, opener, ENVIRONMENT);
      assertThat(log.identity()).isEqualTo(new Identity(cluster, node, IDENTITY.incarnation()));
    }
  }
}
