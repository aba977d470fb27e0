package io.balsa.raft.core;

/**
 * The outline of a log: where its terms begin, where it ends, what is on disk and what is
 * committed. Never the entries.
 *
 * <ul>
 *   <li>Indexes are contiguous from 1 to {@code lastIndex}; terms never fall along the log.
 *   <li>{@code commitIndex <= lastIndex} and {@code persistedIndex <= lastIndex}. The commit index
 *       may run ahead of the persisted one: the others have the entry.
 *   <li>{@code commitIndex} never falls, and nothing at or below it is ever truncated.
 * </ul>
 */
final class RaftLog {
  private final TermRuns terms = new TermRuns();
  private final EntrySizes sizes;
  private long lastIndex;
  private long persistedIndex;
  private long commitIndex;

  RaftLog(RestoredState restored) {
    for (LogPosition start : restored.termStarts()) {
      terms.add(start.index(), start.term());
    }
    lastIndex = restored.lastIndex();
    persistedIndex = lastIndex;
    commitIndex = restored.commitIndex();
    sizes = new EntrySizes(lastIndex);
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

  /** The term of an entry of this log, 0 for index 0. */
  long termAt(long index) {
    if (index > lastIndex) {
      throw new IllegalArgumentException("entry " + index + " of a log that ends at " + lastIndex);
    }
    return terms.termAt(index);
  }

  /** The consistency check of section 3.5. */
  boolean contains(LogPosition position) {
    return position.index() <= lastIndex && termAt(position.index()) == position.term();
  }

  void append(Entry entry) {
    if (entry.index() != lastIndex + 1) {
      throw new IllegalArgumentException(entry + " appended to a log that ends at " + lastIndex);
    }
    lastIndex = entry.index();
    terms.add(lastIndex, entry.term());
    sizes.add(entry.data().length);
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
   * later term than other's can't be in a log that has other at or behind that index.
   *
   * <pre>
   *   index      1 2 3 4 5 6 7
   *   leader     1 2 2 4 4 4 4     asks about 7@4
   *   this log   1 2 2 3 3 3 3     answers 7@3; the leader then finds its own last entry of a term up to 3: 3@2
   * </pre>
   */
  LogPosition lastAgreeable(LogPosition other) {
    return positionAt(terms.lastAtOrBelow(Math.min(other.index(), lastIndex), other.term()));
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
    return commitIndex <= lastIndex && persistedIndex <= lastIndex;
  }
}
