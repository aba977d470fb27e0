package io.balsa.raft.testkit.invariant;

import io.balsa.raft.Environment;
import io.balsa.raft.Identity;
import io.balsa.raft.LogStore;
import io.balsa.raft.RecoveredLog;
import io.balsa.raft.Storage;
import io.balsa.raft.core.Configuration;
import io.balsa.raft.core.Effects;
import io.balsa.raft.core.Entry;
import io.balsa.raft.core.EntryType;
import io.balsa.raft.core.Event;
import io.balsa.raft.core.LogPosition;
import io.balsa.raft.core.Message.AppendEntries;
import io.balsa.raft.core.NodeId;
import io.balsa.raft.core.Raft;
import io.balsa.raft.core.RaftOptions;
import io.balsa.raft.core.RestoredState;
import io.balsa.raft.core.Role;
import io.balsa.raft.testkit.MemoryStorage;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.SplittableRandom;
import java.util.UUID;
import java.util.function.Consumer;

/** The algorithm on a disk that writes, syncs and reports when it is told to. */
final class StormNode {
  private static final RaftOptions OPTIONS = new RaftOptions(10, 3, 200, 8, 1000);

  final NodeId id;
  private final Configuration initial;
  private final SplittableRandom random;
  private final Consumer<Observation> observer;
  private final MemoryStorage disk = new MemoryStorage();
  private final WatchedStorage storage;
  private LogStore unwatched;
  private LogStore store;
  private Raft raft;
  private final List<Entry> log = new ArrayList<>();
  private final Deque<Effects.Save> saves = new ArrayDeque<>();
  private long writtenToken;
  private long syncedToken;
  private long applied;
  private long state;

  StormNode(
      NodeId id, Configuration initial, SplittableRandom random, Consumer<Observation> observer) {
    this.id = id;
    this.initial = initial;
    this.random = random;
    this.observer = observer;
    storage = new WatchedStorage(new Unwatched(), observer);
  }

  private final class Unwatched implements Storage {
    @Override
    public LogStore open(String group, Identity identity, Environment environment)
        throws IOException {
      unwatched = disk.open(group, identity, environment);
      return unwatched;
    }

    @Override
    public void close() {
      disk.close();
    }
  }

  Raft raft() {
    return raft;
  }

  boolean leads() {
    return raft.role() == Role.LEADER;
  }

  long applied() {
    return applied;
  }

  void start() throws IOException {
    store =
        storage.open(
            "group", new Identity(new UUID(1, 1), id, new UUID(2, 2)), Environment.system());
    RecoveredLog found = store.recovered();
    log.clear();
    if (found.lastIndex() > 0) {
      log.addAll(store.read(1, found.lastIndex(), Long.MAX_VALUE));
    }
    saves.clear();
    writtenToken = 0;
    syncedToken = 0;
    RestoredState restored =
        new RestoredState(
            found.hardState(),
            null,
            LogPosition.ZERO,
            found.termStarts(),
            found.lastIndex(),
            found.commitIndex(),
            initial,
            found.configurations());
    raft =
        new Raft(
            id,
            OPTIONS,
            restored,
            random::nextInt,
            (decision, after) -> observer.accept(new Observation.Decided(id, decision, after)));
  }

  /** The storage alone is closed and opened; the state machine lives on. */
  void reopen() throws IOException {
    store.close();
    start();
  }

  /** What was not synced is lost, or has reached the disk all the same. */
  void crash() throws IOException {
    if (random.nextBoolean()) {
      unwatched.sync();
    }
    disk.crash();
    observer.accept(new Observation.Stopped(id));
    observer.accept(new Observation.Killed(id));
    applied = 0;
    state = 0;
    start();
  }

  void step(Event event) {
    raft.step(event);
  }

  Effects takeEffects() {
    Effects effects = raft.takeEffects();
    if (effects.failure() != null) {
      throw new AssertionError(id + ": " + effects.failure());
    }
    if (effects.save() != null) {
      for (Entry entry : effects.save().entries()) {
        log.subList((int) entry.index() - 1, log.size()).clear();
        log.add(entry);
      }
      saves.addLast(effects.save());
    }
    return effects;
  }

  AppendEntries fill(Effects.Replication replication) {
    AppendEntries m = replication.header();
    int first = (int) m.previous().index();
    int last = (int) Math.min(replication.lastIndex(), first + 5L);
    List<Entry> entries = List.copyOf(log.subList(first, Math.max(first, last)));
    return m.withEntries(entries);
  }

  void write() throws IOException {
    Effects.Save save = saves.pollFirst();
    if (save != null) {
      if (save.hardState() != null) {
        store.saveHardState(save.hardState());
      }
      store.append(save.entries(), save.commitIndex());
      writtenToken = save.token();
    }
  }

  void sync() throws IOException {
    store.sync();
    syncedToken = writtenToken;
  }

  void persisted() {
    if (syncedToken > 0) {
      raft.step(new Event.Persisted(syncedToken));
    }
  }

  void applyOne() {
    while (applied < raft.commitIndex()) {
      Entry entry = log.get((int) applied);
      applied = entry.index();
      if (entry.type() == EntryType.COMMAND) {
        state = 31 * state + Arrays.hashCode(entry.data()) + 1;
        observer.accept(new Observation.Applied(id, applied, entry.data(), state));
        return;
      }
    }
  }
}
