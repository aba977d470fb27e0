package io.balsa.raft.testkit.disk;

import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.balsa.raft.Environment;
import io.balsa.raft.Identity;
import io.balsa.raft.LogStore;
import io.balsa.raft.Storage;
import io.balsa.raft.core.Entry;
import io.balsa.raft.core.EntryType;
import io.balsa.raft.core.HardState;
import io.balsa.raft.core.NodeId;
import io.balsa.raft.storage.TestStorage;
import java.io.IOException;
import java.util.ArrayList;
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
    int choice = random.nextInt(10);
    if (choice == 0 || promise.acknowledged().term() == 0) {
      save(promise.acknowledged().term() + 1);
    } else if (choice < 6) {
      appendAtRandom();
    } else if (choice < 9) {
      sync();
    } else {
      idle();
    }
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
