package io.balsa.raft.examples;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * What clients know of a counter, and whether it can be true of a linearizable one.
 *
 * <p>Each increment adds an amount of its own, drawn from so many that sums tell them apart. Its
 * answer then says which stretch of the value it made:
 *
 * <pre>
 *   0        by=7         7    by=4   11 (a gap of 3)  14   by=9        23 = value
 *   |---- answered 7 -----|- answered 11 -|-----------|-- answered 23 --|
 * </pre>
 *
 * <ul>
 *   <li>A stretch that two increments claim, or that reaches beyond the value: one is lost.
 *   <li>A gap that is not the sum of amounts of unknown outcome, each used once: something was
 *       executed twice, or nobody asked for it.
 *   <li>A read inside a stretch saw a state that never was.
 *   <li>What ended before something else began has the smaller answer, else a read was stale or an
 *       increment came from the past.
 * </ul>
 */
final class Ledger {
  /** How many amounts are open at most when a gap is to be explained; 2^26 sums take a second. */
  private static final int MAX_UNKNOWN = 26;

  /** An operation with an answer; a read is one that adds nothing. */
  private record Answered(long by, long answer, long begin, long end) {
    boolean isRead() {
      return by == 0;
    }

    @Override
    public String toString() {
      return isRead() ? "a read of " + answer : "+" + by + " answered " + answer;
    }
  }

  private final List<Answered> answered = new ArrayList<>();
  private final List<Long> unknown = new ArrayList<>();
  private long acknowledged;

  /** An increment was answered; the times are those of {@code System.nanoTime()}. */
  synchronized void acknowledged(long by, long answer, long begin, long end) {
    answered.add(new Answered(by, answer, begin, end));
    acknowledged++;
    notifyAll();
  }

  synchronized void read(long answer, long begin, long end) {
    answered.add(new Answered(0, answer, begin, end));
  }

  synchronized void unknown(long by) {
    unknown.add(by);
  }

  synchronized long acknowledged() {
    return acknowledged;
  }

  synchronized long highestAnswer() {
    return answered.stream().mapToLong(Answered::answer).max().orElse(0);
  }

  synchronized String summary() {
    return "%d acknowledged, %d unknown, %d reads"
        .formatted(acknowledged, unknown.size(), answered.size() - acknowledged);
  }

  /** What can't be, given the value at the end; empty if all is well. */
  synchronized List<String> problems(long value) {
    List<String> problems = new ArrayList<>();
    List<Answered> inOrder = new ArrayList<>(answered);
    inOrder.sort(Comparator.comparingLong(Answered::answer).thenComparing(Answered::isRead));
    checkStretches(inOrder, value, problems);
    checkTimes(inOrder, problems);
    return problems;
  }

  private void checkStretches(List<Answered> inOrder, long value, List<String> problems) {
    List<Long> open = new ArrayList<>(unknown);
    long reached = 0;
    for (Answered next : inOrder) {
      long from = next.answer - next.by;
      if (from < reached) {
        problems.add(next + " overlaps what had reached " + reached);
      } else {
        explainGap(from - reached, "before " + next, open, problems);
      }
      reached = Math.max(reached, next.answer);
    }
    if (reached > value) {
      problems.add("the value is " + value + ", but " + reached + " had been answered");
    } else {
      explainGap(value - reached, "at the end", open, problems);
    }
  }

  private static void explainGap(long gap, String where, List<Long> open, List<String> problems) {
    if (gap == 0) {
      return;
    }
    List<Long> used = new ArrayList<>();
    if (open.size() > MAX_UNKNOWN) {
      problems.add(open.size() + " unknown outcomes are too many to explain gaps with");
    } else if (sum(gap, open, 0, used)) {
      used.forEach(open::remove);
    } else {
      problems.add("nobody knows where +" + gap + " comes from, " + where);
    }
  }

  private static boolean sum(long rest, List<Long> open, int from, List<Long> used) {
    if (rest == 0) {
      return true;
    }
    for (int i = from; i < open.size(); i++) {
      Long by = open.get(i);
      if (by <= rest) {
        used.add(by);
        if (sum(rest - by, open, i + 1, used)) {
          return true;
        }
        used.remove(used.size() - 1);
      }
    }
    return false;
  }

  /** From the last to the first: who comes earlier must not begin after a later one has ended. */
  private static void checkTimes(List<Answered> inOrder, List<String> problems) {
    Answered earliestEnd = null;
    for (int i = inOrder.size() - 1; i >= 0; i--) {
      Answered op = inOrder.get(i);
      if (earliestEnd != null
          && op.begin - earliestEnd.end > 0
          && op.answer != earliestEnd.answer) {
        problems.add(op + " began after the end of " + earliestEnd);
      }
      if (earliestEnd == null || op.end - earliestEnd.end < 0) {
        earliestEnd = op;
      }
    }
  }
}
