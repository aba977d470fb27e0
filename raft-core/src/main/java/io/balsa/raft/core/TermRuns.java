package io.balsa.raft.core;

import java.util.Arrays;

/**
 * The terms of all entries of a log as runs: entries {@code firstIndex(r)} to {@code firstIndex(r +
 * 1) - 1} have the term {@code term(r)}.
 *
 * <ul>
 *   <li>Both the indexes and the terms rise from run to run.
 *   <li>A log has as many runs as terms, so the outline of a log of millions of entries is a few
 *       numbers.
 * </ul>
 */
final class TermRuns {
  private long[] firstIndexes = new long[8];
  private long[] terms = new long[8];
  private int count;

  /** An entry was added at the end. */
  void add(long index, long term) {
    if (count > 0 && terms[count - 1] == term) {
      return;
    }
    if (count == terms.length) {
      firstIndexes = Arrays.copyOf(firstIndexes, 2 * count);
      terms = Arrays.copyOf(terms, 2 * count);
    }
    firstIndexes[count] = index;
    terms[count++] = term;
  }

  /** The entries from an index on are gone. */
  void truncate(long index) {
    while (count > 0 && firstIndexes[count - 1] >= index) {
      count--;
    }
  }

  /** The entries before an index are gone; that of the index itself stays known. */
  void compact(long index) {
    int gone = Math.max(0, runOf(index));
    count -= gone;
    System.arraycopy(firstIndexes, gone, firstIndexes, 0, count);
    System.arraycopy(terms, gone, terms, 0, count);
  }

  /** The term of an entry that is in the log, 0 before the first. */
  long termAt(long index) {
    int run = runOf(index);
    return run < 0 ? 0 : terms[run];
  }

  /** The last index at or below one whose term is at most another; 0 if there is none. */
  long lastAtOrBelow(long index, long term) {
    int run = runOf(index);
    long last = index;
    while (run >= 0 && terms[run] > term) {
      last = firstIndexes[run] - 1;
      run--;
    }
    return run < 0 ? 0 : last;
  }

  private int runOf(long index) {
    if (count > 0 && index >= firstIndexes[count - 1]) {
      return count - 1; // the usual question is about the end
    }
    int run = Arrays.binarySearch(firstIndexes, 0, count, index);
    return run >= 0 ? run : -run - 2;
  }
}
