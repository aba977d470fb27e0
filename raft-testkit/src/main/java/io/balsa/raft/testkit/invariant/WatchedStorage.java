package io.balsa.raft.testkit.invariant;

import io.balsa.raft.Environment;
import io.balsa.raft.Identity;
import io.balsa.raft.LogStore;
import io.balsa.raft.RecoveredLog;
import io.balsa.raft.SnapshotStore;
import io.balsa.raft.Storage;
import io.balsa.raft.core.Configuration;
import io.balsa.raft.core.Entry;
import io.balsa.raft.core.HardState;
import io.balsa.raft.core.LogPosition;
import io.balsa.raft.core.NodeId;
import io.balsa.raft.core.Snapshot;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.function.Consumer;

/**
 * A storage that tells what happens to it: {@link Observation.Started}, {@link
 * Observation.Written}, {@link Observation.HardStateSaved}, {@link Observation.Synced} and {@link
 * Observation.Stopped}.
 *
 * <ul>
 *   <li>What is about to be written is told before, what is durable after: a failure leaves the
 *       observer with no more than the truth.
 *   <li>Only the log opened last is told of.
 * </ul>
 */
public final class WatchedStorage implements Storage {
  private static final long BATCH_BYTES = 1 << 20;

  private final Storage storage;
  private final Consumer<Observation> observer;
  private volatile WatchedLog open;

  /**
   * Watches a storage.
   *
   * @param storage what really keeps the log
   * @param observer is told, on the thread that calls the storage
   */
  public WatchedStorage(Storage storage, Consumer<Observation> observer) {
    this.storage = storage;
    this.observer = observer;
  }

  @Override
  public LogStore open(String group, Identity identity, Environment environment)
      throws IOException {
    LogStore store = storage.open(group, identity, environment);
    RecoveredLog found = store.recovered();
    NodeId node = store.identity().nodeId();
    List<Entry> log = readAll(store, found.start().index() + 1, found.lastIndex());
    WatchedLog watched = new WatchedLog(node, store);
    open = watched;
    observer.accept(
        new Observation.Started(
            node,
            found.hardState(),
            store.snapshots().latest(),
            found.start(),
            log,
            found.commitIndex()));
    return watched;
  }

  private static List<Entry> readAll(LogStore store, long firstIndex, long lastIndex)
      throws IOException {
    try {
      List<Entry> log = new ArrayList<>();
      while (firstIndex + log.size() <= lastIndex) {
        log.addAll(store.read(firstIndex + log.size(), lastIndex, BATCH_BYTES));
      }
      return log;
    } catch (IOException | RuntimeException e) {
      closeAfter(e, store);
      throw e;
    }
  }

  private static void closeAfter(Exception failure, LogStore store) {
    try {
      store.close();
    } catch (IOException e) {
      failure.addSuppressed(e);
    }
  }

  @Override
  public void close() throws IOException {
    WatchedLog last = open;
    try {
      storage.close();
    } finally {
      if (last != null) {
        last.tellStopped();
      }
    }
  }

  /** Tells of what the snapshots are about to replace, and of those that are durable. */
  private static final class WatchedSnapshots implements SnapshotStore {
    private final SnapshotStore snapshots;
    private final WatchedLog log;

    WatchedSnapshots(SnapshotStore snapshots, WatchedLog log) {
      this.snapshots = snapshots;
      this.log = log;
    }

    @Override
    public Snapshot latest() {
      return snapshots.latest();
    }

    @Override
    public Image create(
        UUID id, LogPosition last, long configurationIndex, Configuration configuration)
        throws IOException {
      return new WatchedImage(snapshots.create(id, last, configurationIndex, configuration), log);
    }

    @Override
    public Receipt receive(Snapshot snapshot) throws IOException {
      return snapshots.receive(snapshot);
    }

    @Override
    public void activate(Snapshot snapshot) throws IOException {
      log.tell(new Observation.Restarting(log.node, snapshot));
      snapshots.activate(snapshot);
    }

    @Override
    public InputStream open(Snapshot snapshot) throws IOException {
      return snapshots.open(snapshot);
    }

    @Override
    public byte[] read(UUID id, long offset, int maxBytes) throws IOException {
      return snapshots.read(id, offset, maxBytes);
    }
  }

  private static final class WatchedImage extends SnapshotStore.Image {
    private final SnapshotStore.Image image;
    private final WatchedLog log;

    WatchedImage(SnapshotStore.Image image, WatchedLog log) {
      this.image = image;
      this.log = log;
    }

    @Override
    public void write(int b) throws IOException {
      image.write(b);
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
      image.write(bytes, offset, length);
    }

    @Override
    public Snapshot publish() throws IOException {
      Snapshot snapshot = image.publish();
      log.tell(new Observation.SnapshotSaved(log.node, snapshot));
      return snapshot;
    }

    @Override
    public void close() throws IOException {
      image.close();
    }
  }

  private final class WatchedLog implements LogStore {
    private final NodeId node;
    private final LogStore store;

    WatchedLog(NodeId node, LogStore store) {
      this.node = node;
      this.store = store;
    }

    private void tell(Observation observation) {
      if (open == this) {
        observer.accept(observation);
      }
    }

    private void tellStopped() {
      tell(new Observation.Stopped(node));
      if (open == this) {
        open = null;
      }
    }

    @Override
    public Identity identity() {
      return store.identity();
    }

    @Override
    public RecoveredLog recovered() {
      return store.recovered();
    }

    @Override
    public void append(List<Entry> entries, long commitIndex) throws IOException {
      if (!entries.isEmpty()) {
        tell(new Observation.Written(node, entries));
      }
      store.append(entries, commitIndex);
    }

    @Override
    public void saveHardState(HardState hardState) throws IOException {
      store.saveHardState(hardState);
      tell(new Observation.HardStateSaved(node, hardState));
    }

    @Override
    public void sync() throws IOException {
      store.sync();
      tell(new Observation.Synced(node));
    }

    @Override
    public void discard(long index) throws IOException {
      store.discard(index);
    }

    @Override
    public void restartAfter(LogPosition position) throws IOException {
      store.restartAfter(position);
      tell(new Observation.Restarted(node, store.snapshots().latest()));
    }

    @Override
    public SnapshotStore snapshots() {
      return new WatchedSnapshots(store.snapshots(), this);
    }

    @Override
    public List<Entry> read(long firstIndex, long lastIndex, long maxBytes) throws IOException {
      return store.read(firstIndex, lastIndex, maxBytes);
    }

    @Override
    public void close() throws IOException {
      try {
        store.close();
      } finally {
        tellStopped();
      }
    }
  }
}
