package io.balsa.raft.testkit.disk;

import static org.assertj.core.api.Assertions.assertThat;

import io.balsa.raft.LogStore;
import io.balsa.raft.RecoveredLog;
import io.balsa.raft.core.Entry;
import io.balsa.raft.core.EntryType;
import io.balsa.raft.core.HardState;
import io.balsa.raft.core.LogPosition;
import io.balsa.raft.core.Snapshot;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * What may be found when a log is opened after a failure: what was acknowledged, or that and a part
 * of what was under way.
 *
 * @param possible what was kept at the last sync, and after each entry or snapshot since
 * @param acknowledged the hard state that was saved
 * @param attempted the hard state whose saving was begun, or the same
 * @param commitIndex the largest commit index it was told, by a hint or a snapshot
 */
record Promise(List<Kept> possible, HardState acknowledged, HardState attempted, long commitIndex) {
  /** Of a directory in which nothing was done yet. */
  static final Promise NOTHING =
      new Promise(List.of(new Kept(List.of(), null, 0)), HardState.INITIAL, HardState.INITIAL, 0);

  /**
   * The log and the latest snapshot.
   *
   * @param log all entries from 1 on, also those that were given up
   * @param snapshot the latest snapshot, null if there is none
   * @param discarded up to where entries may have been given up
   */
  record Kept(List<Entry> log, Snapshot snapshot, long discarded) {
    /** The log begins anew after a snapshot that it does not reach; else it stays. */
    Kept with(Snapshot latest) {
      return contains(latest.last())
          ? new Kept(log, latest, discarded)
          : new Kept(unknownUpTo(latest.last()), latest, latest.index());
    }

    boolean contains(LogPosition position) {
      int at = (int) position.index() - 1;
      return at < log.size() && log.get(at).position().equals(position);
    }

    private static List<Entry> unknownUpTo(LogPosition last) {
      return Stream.iterate(1L, i -> i + 1)
          .limit(last.index())
          .map(i -> new Entry(last.term(), i, EntryType.NO_OP, new byte[0]))
          .toList();
    }

    Kept append(Entry entry) {
      List<Entry> longer = new ArrayList<>(log.subList(0, (int) entry.index() - 1));
      longer.add(entry);
      return new Kept(List.copyOf(longer), snapshot, discarded);
    }

    Kept discard(long index) {
      return new Kept(log, snapshot, Math.max(discarded, index));
    }

    boolean matches(RecoveredLog found, List<Entry> entries, Snapshot latest) {
      int start = (int) found.start().index();
      return sameAs(latest)
          && found.lastIndex() == log.size()
          && start <= discarded
          && (start == 0 || contains(found.start()))
          && log.subList(start, log.size()).equals(entries);
    }

    /** Its size is known only when it is complete. */
    private boolean sameAs(Snapshot latest) {
      return latest == null || snapshot == null
          ? latest == snapshot
          : latest.id().equals(snapshot.id()) && latest.last().equals(snapshot.last());
    }

    @Override
    public String toString() {
      return log + " from at most " + discarded + " on, with " + snapshot;
    }
  }

  /** Checks what is found; gives what is promised from then on, which is exactly that. */
  Promise check(LogStore log) throws IOException {
    RecoveredLog found = log.recovered();
    assertThat(found.hardState()).isIn(acknowledged, attempted);
    long start = found.start().index();
    List<Entry> entries =
        found.lastIndex() == start
            ? List.of()
            : log.read(start + 1, found.lastIndex(), Long.MAX_VALUE);
    Snapshot latest = log.snapshots().latest();
    List<Kept> matching =
        possible.stream().filter(kept -> kept.matches(found, entries, latest)).toList();
    assertThat(matching)
        .as("%s with %s after %s with %s is one of %s", found, entries, start, latest, possible)
        .isNotEmpty();
    assertThat(found.commitIndex()).isBetween(latest == null ? 0 : latest.index(), commitIndex);
    if (latest != null) {
      try (InputStream image = log.snapshots().open(latest)) {
        assertThat(image.readAllBytes()).isEqualTo(SentSnapshot.image(latest.id()));
      }
    }
    HardState hardState = found.hardState();
    Kept kept = matching.get(matching.size() - 1);
    return new Promise(List.of(kept), hardState, hardState, found.commitIndex());
  }

  private Kept last() {
    return possible.get(possible.size() - 1);
  }

  /** What is there after the last entry. */
  List<Entry> current() {
    return last().log();
  }

  /** The latest snapshot, null if there is none. */
  Snapshot snapshot() {
    return last().snapshot();
  }

  boolean contains(LogPosition position) {
    return last().contains(position);
  }

  /** What is there for sure, unless it is overridden. */
  List<Entry> synced() {
    return possible.get(0).log();
  }

  Promise sync() {
    return new Promise(List.of(last()), acknowledged, attempted, commitIndex);
  }

  Promise attempt(HardState hardState) {
    return new Promise(possible, acknowledged, hardState, commitIndex);
  }

  Promise acknowledge(HardState hardState) {
    return new Promise(possible, hardState, hardState, commitIndex);
  }

  /** Any first part of the batch may be there from now on. */
  Promise append(List<Entry> batch, long commitHint) {
    List<Kept> all = new ArrayList<>(possible);
    for (Entry entry : batch) {
      all.add(all.get(all.size() - 1).append(entry));
    }
    return new Promise(all, acknowledged, attempted, Math.max(commitIndex, commitHint));
  }

  /** The snapshot may be the latest from now on. */
  Promise attempt(Snapshot snapshot) {
    List<Kept> all = new ArrayList<>(possible);
    possible.forEach(kept -> all.add(kept.with(snapshot)));
    long committed = Math.max(commitIndex, snapshot.index());
    return new Promise(List.copyOf(all), acknowledged, attempted, committed);
  }

  /** The snapshot is the latest. */
  Promise acknowledge(Snapshot snapshot) {
    List<Kept> all = possible.stream().filter(kept -> snapshot.equals(kept.snapshot())).toList();
    return new Promise(all, acknowledged, attempted, commitIndex);
  }

  /** Entries up to an index may be gone from now on. */
  Promise discard(long index) {
    List<Kept> all = possible.stream().map(kept -> kept.discard(index)).toList();
    return new Promise(all, acknowledged, attempted, commitIndex);
  }
}
