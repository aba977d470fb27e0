package io.balsa.raft.core;

import java.util.ArrayList;
import java.util.List;

/** A node as a runtime would drive it: the algorithm, the entries it only outlines, and a disk. */
final class TestNode {
  final NodeId id;
  final Disk disk = new Disk();

  private final RaftOptions options;
  private final Configuration initial;
  private final RandomSource random;
  private final RaftObserver observer;
  private final List<Entry> log = new ArrayList<>();
  private Raft raft;

  TestNode(
      NodeId id,
      RaftOptions options,
      Configuration initial,
      RandomSource random,
      RaftObserver observer) {
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

  boolean leads() {
    return isUp() && raft.role() == Role.LEADER;
  }

  void start() {
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
    if (effects.save() != null) {
      Disk.putAll(log, effects.save().entries());
      disk.write(effects.save());
    }
    return effects;
  }

  /** Puts the entries into an AppendEntries, or returns null if the node has left its term. */
  Message.AppendEntries fill(Effects.Replication replication, long atMost) {
    Message.AppendEntries m = replication.header();
    if (m.term() != raft.term()) {
      return null;
    }
    long first = m.previous().index();
    long last = first + Math.min(replication.lastIndex() - first, atMost);
    List<Entry> entries = List.copyOf(log.subList((int) first, (int) Math.max(first, last)));
    return new Message.AppendEntries(m.term(), m.round(), m.previous(), m.commitIndex(), entries);
  }

  @Override
  public String toString() {
    return isUp()
        ? Notation.status(this) + " " + Notation.configuration(raft.configuration())
        : Notation.status(this);
  }
}
