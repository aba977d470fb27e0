package io.balsa.raft.testkit.disk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.balsa.raft.DamagedLogException;
import io.balsa.raft.Environment;
import io.balsa.raft.Identity;
import io.balsa.raft.LogStore;
import io.balsa.raft.SnapshotStore;
import io.balsa.raft.Storage;
import io.balsa.raft.core.Entry;
import io.balsa.raft.core.EntryType;
import io.balsa.raft.core.HardState;
import io.balsa.raft.core.LogPosition;
import io.balsa.raft.core.NodeId;
import io.balsa.raft.core.Snapshot;
import io.balsa.raft.storage.TestStorage;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import java.util.function.Consumer;

/**
 * Writes to a log on a simulated disk, and knows what may be found after a failure at any point.
 */
final class Workload {
  private static final Identity IDENTITY =
      new Identity(new UUID(1, 1), new NodeId("n1"), new UUID(2, 2));

  private static final int PIECE = 2000;

  private final SimulatedDisk disk;
  private final String directory;
  private final long segmentBytes;
  private final Random random;

  private Promise promise;
  private Consumer<Promise> listener = p -> {};
  private Storage storage;
  private LogStore log;

  Workload(SimulatedDisk disk, String directory, long segmentBytes, long seed) {
    this(disk, directory, segmentBytes, seed, Promise.NOTHING);
  }

  /** On a disk with a log of which something was promised. */
  Workload(SimulatedDisk disk, String directory, long segmentBytes, long seed, Promise promise) {
    this.disk = disk;
    this.directory = directory;
    this.segmentBytes = segmentBytes;
    this.random = new Random(seed);
    this.promise = promise;
  }

  Promise promise() {
    return promise;
  }

  /** Who wants to hear each time something else may be found. */
  void onPromise(Consumer<Promise> newListener) {
    listener = newListener;
  }

  private void promise(Promise newPromise) {
    promise = newPromise;
    listener.accept(newPromise);
  }

  /** Opens the directory, checks what is found and takes it for the state from which to go on. */
  void open() throws IOException {
    storage = TestStorage.open(disk.root().resolve(directory), segmentBytes);
    log = storage.open("group", IDENTITY, Environment.system());
    promise(promise.check(log));
  }

  void run(int steps) throws IOException {
    for (int i = 0; i < steps; i++) {
      step();
    }
  }

  private void step() throws IOException {
    int choice = random.nextInt(13);
    if (choice == 0 || promise.acknowledged().term() == 0) {
      save(promise.acknowledged().term() + 1);
    } else if (choice < 6) {
      appendAtRandom();
    } else if (choice < 9) {
      sync();
    } else if (choice < 10) {
      idle();
    } else if (choice < 12) {
      compactAtRandom();
    } else if (random.nextInt(3) == 0) {
      receiveAtRandom();
    }
  }

  private void compactAtRandom() throws IOException {
    Snapshot latest = promise.snapshot();
    long covered = latest == null ? 0 : latest.index();
    if (promise.synced().equals(promise.current()) && promise.current().size() > covered) {
      snapshot(covered + 1 + random.nextInt(promise.current().size() - (int) covered), 300);
    }
    if (promise.snapshot() != null) {
      discard(random.nextInt((int) promise.snapshot().index() + 1));
    }
  }

  private void receiveAtRandom() throws IOException {
    long index = promise.commitIndex() + 1 + random.nextInt(20);
    LogPosition last = new LogPosition(promise.acknowledged().term(), index);
    install(SentSnapshot.of(SentSnapshot.id(random.nextLong(), random.nextInt(3000)), last));
  }

  void save(long term) throws IOException {
    HardState state = new HardState(term, new NodeId("n" + random.nextInt(9)));
    promise(promise.attempt(state));
    log.saveHardState(state);
    promise(promise.acknowledge(state));
  }

  void sync() throws IOException {
    log.sync();
    promise(promise.sync());
  }

  /** Publishes a snapshot of the log up to an index, which is committed by that. */
  void snapshot(long index, int bytes) throws IOException {
    LogPosition last = promise.current().get((int) index - 1).position();
    UUID id = SentSnapshot.id(random.nextLong(), bytes);
    try (SnapshotStore.Image image = SentSnapshot.write(log.snapshots(), id, last)) {
      Snapshot expected = new Snapshot(id, last, 0, SentSnapshot.MEMBERS, 0);
      promise(promise.attempt(expected));
      image.publish();
      promise(promise.acknowledge(expected));
    }
  }

  void discard(long index) throws IOException {
    promise(promise.discard(index));
    log.discard(index);
  }

  /** Receives a snapshot, or the rest of it, and does with it what a follower does. */
  void install(SentSnapshot sent) throws IOException {
    Snapshot snapshot = sent.snapshot();
    try (SnapshotStore.Receipt receipt = log.snapshots().receive(snapshot)) {
      receive(receipt, sent.bytes());
      try {
        receipt.verify();
      } catch (DamagedLogException e) {
        // What a power cut has left of it may be anything; then it comes again.
        assertThat(receipt.received()).as(e.getMessage()).isZero();
        receive(receipt, sent.bytes());
        receipt.verify();
      }
    }
    boolean reached = promise.contains(snapshot.last());
    promise(promise.attempt(snapshot));
    log.snapshots().activate(snapshot);
    if (!reached) {
      log.restartAfter(snapshot.last());
    }
    promise(promise.acknowledge(snapshot));
  }

  private static void receive(SnapshotStore.Receipt receipt, byte[] bytes) throws IOException {
    while (receipt.received() < bytes.length) {
      int from = (int) receipt.received();
      receipt.write(Arrays.copyOfRange(bytes, from, Math.min(bytes.length, from + PIECE)));
    }
  }

  void idle() {
    TestStorage.idle(log);
  }

  /** Appends entries from an index on, which override what is there. */
  void append(long firstIndex, int count, int bytes) throws IOException {
    List<Entry> batch = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      batch.add(entry(firstIndex + i, bytes));
    }
    append(batch, promise.commitIndex());
  }

  private Entry entry(long index, int bytes) {
    byte[] data = new byte[bytes];
    random.nextBytes(data);
    return new Entry(promise.acknowledged().term(), index, EntryType.COMMAND, data);
  }

  private void append(List<Entry> batch, long commitHint) throws IOException {
    promise(promise.append(batch, commitHint));
    log.append(batch, commitHint);
  }

  private void appendAtRandom() throws IOException {
    long commitIndex = promise.commitIndex();
    List<Entry> batch = new ArrayList<>();
    Promise after = promise;
    for (int i = random.nextInt(6); i >= 0; i--) {
      long index = after.current().size() + 1L;
      if (random.nextInt(8) == 0) {
        index = commitIndex + 1 + random.nextInt((int) (index - commitIndex));
      }
      batch.add(entry(index, random.nextInt(200)));
      after = promise.append(batch, commitIndex);
    }
    // As in Raft, where only what a sync made durable counts as committed.
    List<Entry> durable = promise.synced();
    List<Entry> current = after.current();
    int synced = 0;
    while (synced < Math.min(durable.size(), current.size())
        && durable.get(synced).equals(current.get(synced))) {
      synced++;
    }
    append(batch, Math.max(commitIndex, random.nextInt(synced + 1)));
  }

  /** The disk is failing, or its process dead: closing reports that, and closes nevertheless. */
  void closeAfterFailure() {
    catchThrowableOfType(IOException.class, this::close);
  }

  void close() throws IOException {
    if (storage != null) {
      Storage closing = storage;
      storage = null;
      closing.close();
    }
  }
}
