package io.balsa.raft.testkit.invariant;

import java.util.Arrays;

/**
 * The entries that the leaders of the cluster have committed, and in which term they did it.
 *
 * <ul>
 *   <li>It only grows. The terms in which it grew never fall: a leader that has committed anything
 *       has committed all that leaders before it have.
 * </ul>
 */
final class CommittedLog {
  private final LogImage log = new LogImage();
  private long[] growthTerms = new long[16];
  private long[] growthEnds = new long[16];
  private int growths;

  LogImage log() {
    return log;
  }

  long last() {
    return log.last();
  }

  /** Up to where the leaders of the terms up to one have committed. */
  long committedUpToTerm(long term) {
    int i = growths - 1;
    while (i >= 0 && growthTerms[i] > term) {
      i--;
    }
    return i < 0 ? 0 : growthEnds[i];
  }

  /**
   * More is committed, by the leader of a term.
   *
   * @return false if it contradicts what was committed before
   */
  boolean grow(LogImage source, long index, long term) {
    if (!source.equalsUpTo(last(), log)) {
      return false;
    }
    log.extend(source, index);
    long byTerm = growths == 0 ? term : Math.max(term, growthTerms[growths - 1]);
    if (growths == 0 || growthTerms[growths - 1] != byTerm) {
      if (growths == growthTerms.length) {
        growthTerms = Arrays.copyOf(growthTerms, 2 * growths);
        growthEnds = Arrays.copyOf(growthEnds, 2 * growths);
      }
      growthTerms[growths++] = byTerm;
    }
    growthEnds[growths - 1] = index;
    return true;
  }
}
