package io.balsa.raft.testkit.simulation;

import java.util.PriorityQueue;

/**
 * Virtual time: what is going to happen, and when.
 *
 * <ul>
 *   <li>One action at a time, in the order of their times; those due at the same time in the order
 *       in which they were planned.
 *   <li>Time passes only between actions.
 * </ul>
 */
final class Timeline {
  private record Planned(long at, long number, Runnable action) implements Comparable<Planned> {
    @Override
    public int compareTo(Planned other) {
      int byTime = Long.compare(at, other.at);
      return byTime != 0 ? byTime : Long.compare(number, other.number);
    }
  }

  private final PriorityQueue<Planned> planned = new PriorityQueue<>();
  private long now;
  private long count;

  /** Nanoseconds since the beginning. */
  long now() {
    return now;
  }

  /** How many actions have been planned so far. */
  long count() {
    return count;
  }

  void at(long time, Runnable action) {
    planned.add(new Planned(Math.max(time, now), count++, action));
  }

  void after(long delay, Runnable action) {
    at(now + delay, action);
  }

  /** Lets happen whatever is due up to a time, which it is then. */
  void runUntil(long end) {
    while (!planned.isEmpty() && planned.peek().at <= end) {
      Planned next = planned.remove();
      now = next.at;
      next.action.run();
    }
    now = end;
  }
}
