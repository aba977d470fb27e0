package io.balsa.raft.core;

import java.util.ArrayList;
import java.util.List;
import java.util.UUID;

/** A node as a runtime would drive it: the algorithm, the entries it only outlines, and a disk. */
final class TestNode {
  final NodeId id;
  final Disk disk;

  private final RaftOptions options;
  private final Configuration initial;
  private final RandomSource random;
  private final RaftObserver observer;
  private final List<Entry> log = new ArrayList<>();
  private Raft raft;
  private Effects.Fetch fetch;
  private long discardable;

  TestNode(
      NodeId id,
      RaftOptions options,
      Configuration initial,
      RandomSource random,
      RaftObserver observer,
      List<Entry> committed) {
    disk = new Disk(committed);
    this.id = id;
    this.options = options;
    this.initial = initial;
    this.random = random;
    this.observer = observer;
    start();
  }

  boolean isUp() {
    return raft != null;
  }

  Raft raft() {
    return raft;
  }

  /** The entries of this node's log, on disk or not. */
  List<Entry> log() {
    return log;
  }

  boolean holds(LogPosition position) {
    return position.index() == 0
        || position.index() <= log.size()
            && log.get((int) position.index() - 1).position().equals(position);
  }

  /** The snapshot that this node wants, or null. */
  Effects.Fetch fetch() {
    return fetch;
  }

  /**
   * Makes a snapshot of what is committed and on disk; null if there is nothing new, or the node is
   * down.
   */
  Snapshot takeSnapshot(long number) {
    long index = isUp() ? Math.min(raft.commitIndex(), raft.persistedIndex()) : 0;
    long before = raft == null || raft.snapshot() == null ? 0 : raft.snapshot().index();
    if (index <= before) {
      return null;
    }
    Snapshot snapshot = raft.planSnapshot(new UUID(0, number), index);
    disk.take(snapshot);
    return snapshot;
  }

  /** Gives up what may be given up. */
  void discard() {
    if (discardable > 0) {
      disk.discard(discardable);
      discardable = 0;
    }
  }

  boolean leads() {
    return isUp() && raft.role() == Role.LEADER;
  }

  void start() {
    fetch = null;
    discardable = 0;
    log.clear();
    log.addAll(disk.entries());
    raft = new Raft(id, options, disk.restore(initial), random, observer);
  }

  void crash(int wholeSaves, int entriesOfNext) {
    raft = null;
    disk.crash(wholeSaves, entriesOfNext);
  }

  Effects takeEffects() {
    Effects effects = raft.takeEffects();
    if (effects.fetch() != null) {
      fetch = effects.fetch();
    }
    if (effects.save() != null) {
      if (effects.save().snapshot() != null) {
        log.clear();
        log.addAll(disk.image(effects.save().snapshot()));
        fetch = null;
      }
      Disk.putAll(log, effects.save().entries());
      disk.write(effects.save());
    }
    if (effects.discardable() > 0) {
      discardable = effects.discardable();
    }
    return effects;
  }

  /**
   * Puts entries into an AppendEntries, as many as fit and at least one, as a runtime would; or
   * returns null if the node has left its term.
   */
  Message.AppendEntries fill(Effects.Replication replication, long maxBytes) {
    Message.AppendEntries m = replication.header();
    if (m.term() != raft.term()) {
      return null;
    }
    if (m.previous().index() < raft.start().index()) {
      return null; // compacted since
    }
    List<Entry> entries = new ArrayList<>();
    long bytes = 0;
    for (long i = m.previous().index() + 1; i <= replication.lastIndex(); i++) {
      Entry entry = log.get((int) i - 1);
      bytes += entry.size();
      if (!entries.isEmpty() && bytes > maxBytes) {
        break;
      }
      entries.add(entry);
    }
    return m.withEntries(entries);
  }

  @Override
  public String toString() {
    return isUp()
        ? Notation.status(this) + " " + Notation.configuration(raft.configuration())
        : Notation.status(this);
  }
}
