package io.balsa.raft.core;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/**
 * What a node would find after a crash: the saves that were completed, and nothing else. Of the
 * entries that a snapshot stands for it keeps the truth, as the image of a state machine would.
 */
final class Disk {
  private HardState hardState = HardState.INITIAL;
  private final List<Entry> entries = new ArrayList<>();
  private long commitIndex;
  private final Deque<Effects.Save> underWay = new ArrayDeque<>();
  private final List<Entry> committed;
  private Snapshot snapshot;
  private LogPosition start = LogPosition.ZERO;

  /** A disk of a cluster that has committed these entries, now and later. */
  Disk(List<Entry> committed) {
    this.committed = committed;
  }

  void take(Snapshot taken) {
    snapshot = taken;
  }

  void discard(long index) {
    start = entries.get((int) index - 1).position();
  }

  /** The entries that a snapshot stands for. */
  List<Entry> image(Snapshot of) {
    List<Entry> image = List.copyOf(committed.subList(0, (int) of.index()));
    if (!image.get(image.size() - 1).position().equals(of.last())) {
      throw new AssertionError(of + " of what is not committed");
    }
    return image;
  }

  HardState hardState() {
    return hardState;
  }

  List<Entry> entries() {
    return entries;
  }

  int underWay() {
    return underWay.size();
  }

  /** Whether this very entry would survive a crash. */
  boolean holds(LogPosition position) {
    return position.index() == 0
        || position.index() <= entries.size()
            && entries.get((int) position.index() - 1).position().equals(position);
  }

  void write(Effects.Save save) {
    underWay.addLast(save);
  }

  /** Completes the oldest saves; returns the token of the last of them. */
  long complete(int saves) {
    long token = 0;
    for (int i = 0; i < saves; i++) {
      Effects.Save save = underWay.removeFirst();
      complete(save, save.entries().size());
      commitIndex = Math.max(commitIndex, save.commitIndex());
      token = save.token();
    }
    return token;
  }

  /** The power fails: whole saves, then a part of the next one, have reached the disk. */
  void crash(int wholeSaves, int entriesOfNext) {
    complete(Math.min(wholeSaves, underWay.size()));
    Effects.Save torn = underWay.peekFirst();
    if (torn != null && entriesOfNext >= 0) {
      complete(torn, Math.min(entriesOfNext, torn.entries().size()));
    }
    underWay.clear();
  }

  private void complete(Effects.Save save, int count) {
    if (save.hardState() != null) {
      hardState = save.hardState();
    }
    if (save.snapshot() != null) {
      snapshot = save.snapshot();
      start = snapshot.last();
      entries.clear();
      entries.addAll(image(snapshot));
    }
    putAll(entries, save.entries().subList(0, count));
  }

  /** An entry at or below the end replaces everything from its index on. */
  static void putAll(List<Entry> log, List<Entry> added) {
    for (Entry entry : added) {
      int place = (int) entry.index() - 1;
      if (place > log.size()) {
        throw new AssertionError("gap before " + entry + " in a log of " + log.size());
      }
      log.subList(place, log.size()).clear();
      log.add(entry);
    }
  }

  void put(HardState newHardState, List<Entry> newEntries, long newCommitIndex) {
    hardState = newHardState;
    entries.clear();
    entries.addAll(newEntries);
    commitIndex = newCommitIndex;
  }

  RestoredState restore(Configuration initial) {
    List<LogPosition> termStarts = new ArrayList<>();
    List<Entry> configurations = new ArrayList<>();
    long term = 0;
    for (Entry entry : entries) {
      if (entry.term() != term && entry.index() > start.index()) {
        termStarts.add(entry.position());
        term = entry.term();
      }
      if (entry.type() == EntryType.CONFIGURATION && entry.index() > start.index()) {
        configurations.add(entry);
      }
    }
    return new RestoredState(
        hardState,
        snapshot,
        start,
        termStarts,
        entries.size(),
        commitIndex,
        initial,
        configurations);
  }
}
