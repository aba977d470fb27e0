package io.balsa.raft.core;

/**
 * The outline of a log: where it starts, where its terms begin, where it ends, what is on disk and
 * what is committed. Never the entries.
 *
 * <ul>
 *   <li>The entries after {@code start} are there, up to {@code lastIndex}; terms never fall along
 *       the log. What came before is in a snapshot, and committed.
 *   <li>{@code commitIndex <= lastIndex} and {@code persistedIndex <= lastIndex}. The commit index
 *       may run ahead of the persisted one: the others have the entry.
 *   <li>{@code commitIndex} never falls, and nothing at or below it is ever truncated.
 * </ul>
 */
final class RaftLog {
  private TermRuns terms = new TermRuns();
  private EntrySizes sizes;
  private LogPosition start;
  private long lastIndex;
  private long persistedIndex;
  private long commitIndex;

  RaftLog(RestoredState restored) {
    start = restored.start();
    if (start.index() > 0) {
      terms.add(start.index(), start.term());
    }
    for (LogPosition start : restored.termStarts()) {
      terms.add(start.index(), start.term());
    }
    lastIndex = restored.lastIndex();
    persistedIndex = lastIndex;
    Snapshot snapshot = restored.snapshot();
    commitIndex = Math.max(restored.commitIndex(), snapshot == null ? 0 : snapshot.index());
    if (start.index() > commitIndex || commitIndex > lastIndex) {
      throw new IllegalArgumentException(
          (snapshot + " with a log from " + start + " to " + lastIndex)
              + (", committed up to " + restored.commitIndex()));
    }
    sizes = new EntrySizes(lastIndex);
  }

  /** The position right before the first entry. */
  LogPosition start() {
    return start;
  }

  long lastIndex() {
    return lastIndex;
  }

  long persistedIndex() {
    return persistedIndex;
  }

  long commitIndex() {
    return commitIndex;
  }

  LogPosition last() {
    return positionAt(lastIndex);
  }

  /** The position of an entry of this log, or of the place before the first. */
  LogPosition positionAt(long index) {
    return new LogPosition(termAt(index), index);
  }

  /** The term of an entry of this log, or of its start. */
  long termAt(long index) {
    if (index < start.index() || index > lastIndex) {
      throw new IllegalArgumentException(
          "entry " + index + " of a log from " + start + " to " + lastIndex);
    }
    return terms.termAt(index);
  }

  /**
   * The consistency check of section 3.5. What is before the start is committed, so whatever leader
   * speaks of it has the same there.
   */
  boolean contains(LogPosition position) {
    return position.index() < start.index()
        || position.index() <= lastIndex && termAt(position.index()) == position.term();
  }

  void append(Entry entry) {
    if (entry.index() != lastIndex + 1) {
      throw new IllegalArgumentException(entry + " appended to a log that ends at " + lastIndex);
    }
    lastIndex = entry.index();
    terms.add(lastIndex, entry.term());
    sizes.add(entry.size());
  }

  /** Removes the entries from an index on, which is above the commit index. */
  void truncate(long index) {
    if (index <= commitIndex) {
      throw new IllegalArgumentException(
          "truncation from " + index + " on, but " + commitIndex + " is committed");
    }
    lastIndex = index - 1;
    persistedIndex = Math.min(persistedIndex, lastIndex);
    terms.truncate(index);
    sizes.truncate(index);
  }

  /** Gives up the entries up to an index; a snapshot stands for them (section 5.1). */
  void compact(long index) {
    if (index > commitIndex) {
      throw new IllegalArgumentException(
          "compaction up to " + index + ", but only " + commitIndex + " is committed");
    }
    if (index > start.index()) {
      start = positionAt(index);
      terms.compact(index);
    }
  }

  /** Gives up everything: the log goes on behind a snapshot, which is not on disk yet. */
  void restartAfter(LogPosition position) {
    // Of what is on disk only that is certain to be in the snapshot; the rest may contradict it.
    persistedIndex = Math.min(persistedIndex, commitIndex);
    start = position;
    terms = new TermRuns();
    terms.add(position.index(), position.term());
    lastIndex = position.index();
    commitIndex = position.index();
    sizes = new EntrySizes(lastIndex);
  }

  void persisted(long index) {
    persistedIndex = Math.max(persistedIndex, index);
  }

  void commit(long index) {
    if (index < commitIndex || index > lastIndex) {
      throw new IllegalArgumentException(
          "commit of " + index + ", but " + commitIndex + " is committed of " + lastIndex);
    }
    commitIndex = index;
  }

  /**
   * The last position at which this log can agree with one that has {@code other} (section 3.5:
   * skip a whole term, not one entry). Beyond other's index nothing was asked, and an entry of a
   * later term than other's can't be in a log that has other at or behind that index. The start is
   * always one: it is committed, and further back there is nothing to compare.
   *
   * <pre>
   *   index      1 2 3 4 5 6 7
   *   leader     1 2 2 4 4 4 4     asks about 7@4
   *   this log   1 2 2 3 3 3 3     answers 7@3; the leader then finds its own last entry of a term up to 3: 3@2
   * </pre>
   */
  LogPosition lastAgreeable(LogPosition other) {
    long index = terms.lastAtOrBelow(Math.min(other.index(), lastIndex), other.term());
    return positionAt(Math.max(index, start.index()));
  }

  /**
   * Whether the sizes from an entry on are known, so that several messages with them may be under
   * way at once.
   */
  boolean knowsSizesFrom(long index) {
    return sizes.knows(index);
  }

  /** The last entry of a message that starts with a given one and has at most so many bytes. */
  long lastWithin(long firstIndex, long maxBytes) {
    return sizes.lastWithin(firstIndex, lastIndex, maxBytes);
  }

  long bytes(long firstIndex, long last) {
    return sizes.bytes(firstIndex, last);
  }

  boolean invariantsHold() {
    return start.index() <= commitIndex && commitIndex <= lastIndex && persistedIndex <= lastIndex;
  }
}
