package io.balsa.raft.core;

/**
 * A place in a log: the index of an entry and the term in which it was created. Two logs that hold
 * an entry at the same position are equal up to and including it (Log Matching, dissertation
 * section 3.5).
 *
 * <p>The order is the "at least as up-to-date" order of section 3.6.1: the later term wins, within
 * a term the longer log.
 *
 * @param term the term of the entry, 0 only at index 0
 * @param index the index of the entry, 0 for the place before the first entry
 */
public record LogPosition(long term, long index) implements Comparable<LogPosition> {
  /** The place before the first entry of every log. */
  public static final LogPosition ZERO = new LogPosition(0, 0);

  @Override
  public int compareTo(LogPosition other) {
    int byTerm = Long.compare(term, other.term);
    return byTerm != 0 ? byTerm : Long.compare(index, other.index);
  }

  @Override
  public String toString() {
    return index + "@" + term;
  }
}
