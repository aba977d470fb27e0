package io.balsa.raft.testkit.disk;

import static org.assertj.core.api.Assertions.assertThat;

import io.balsa.raft.Environment;
import io.balsa.raft.Identity;
import io.balsa.raft.LogStore;
import io.balsa.raft.RecoveredLog;
import io.balsa.raft.Storage;
import io.balsa.raft.core.Entry;
import io.balsa.raft.core.EntryType;
import io.balsa.raft.core.HardState;
import io.balsa.raft.core.NodeId;
import io.balsa.raft.storage.TestStorage;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.UUID;

/**
 * Writes to a log at random, and knows what may be found after a failure at any point: what was
 * acknowledged, or that and a part of what was under way.
 */
final class Workload {
  private static final Identity IDENTITY =
      new Identity(new UUID(1, 1), new NodeId("n1"), new UUID(2, 2));

  private final Path directory;
  private final long segmentBytes;
  private final Random random;

  private final List<Entry> current = new ArrayList<>();

  /** The log as it was at the last sync, and after each entry since. */
  private final List<List<Entry>> possible = new ArrayList<>(List.of(List.of()));

  private HardState acknowledged = HardState.INITIAL;
  private HardState attempted = HardState.INITIAL;
  private long commitIndex;
  private Storage storage;
  private LogStore log;

  Workload(Path directory, long segmentBytes, long seed) {
    this.directory = directory;
    this.segmentBytes = segmentBytes;
    this.random = new Random(seed);
  }

  /** Opens the directory, checks what is found and takes it for the state from which to go on. */
  void open() throws IOException {
    storage = TestStorage.open(directory, segmentBytes);
    log = storage.open("group", IDENTITY, Environment.system());
    RecoveredLog recovered = log.recovered();
    assertThat(recovered.hardState()).isIn(acknowledged, attempted);
    List<Entry> found =
        recovered.lastIndex() == 0 ? List.of() : log.read(1, recovered.lastIndex(), Long.MAX_VALUE);
    assertThat(possible).contains(found);
    assertThat(recovered.commitIndex()).isLessThanOrEqualTo(commitIndex);
    commitIndex = recovered.commitIndex();
    acknowledged = recovered.hardState();
    attempted = acknowledged;
    current.clear();
    current.addAll(found);
    acknowledge();
  }

  private void acknowledge() {
    possible.clear();
    possible.add(List.copyOf(current));
  }

  void run(int steps) throws IOException {
    for (int i = 0; i < steps; i++) {
      step();
    }
  }

  private void step() throws IOException {
    int choice = random.nextInt(10);
    if (choice == 0 || acknowledged.term() == 0) {
      attempted = new HardState(acknowledged.term() + 1, new NodeId("n" + random.nextInt(9)));
      log.saveHardState(attempted);
      acknowledged = attempted;
    } else if (choice < 6) {
      append();
    } else if (choice < 9) {
      log.sync();
      acknowledge();
    } else {
      TestStorage.idle(log);
    }
  }

  private void append() throws IOException {
    List<Entry> batch = new ArrayList<>();
    for (int i = random.nextInt(6); i >= 0; i--) {
      long index = current.size() + 1L;
      if (random.nextInt(8) == 0) {
        index = commitIndex + 1 + random.nextInt((int) (index - commitIndex));
      }
      byte[] data = new byte[random.nextInt(200)];
      random.nextBytes(data);
      Entry entry = new Entry(acknowledged.term(), index, EntryType.COMMAND, data);
      current.subList((int) index - 1, current.size()).clear();
      current.add(entry);
      possible.add(List.copyOf(current));
      batch.add(entry);
    }
    // As in Raft, where only what a sync made durable counts as committed.
    long synced = 0;
    List<Entry> durable = possible.get(0);
    while (synced < Math.min(durable.size(), current.size())
        && durable.get((int) synced).equals(current.get((int) synced))) {
      synced++;
    }
    long hint = Math.max(commitIndex, random.nextInt((int) synced + 1));
    log.append(batch, hint);
    commitIndex = hint;
  }

  /** Closes what is open; after a failure that may itself fail, and must not matter. */
  void close() throws IOException {
    if (storage != null) {
      storage.close();
      storage = null;
    }
  }
}
