package io.balsa.raft.testkit.simulation;

import java.util.PriorityQueue;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Virtual time: what is going to happen, and when.
 *
 * <ul>
 *   <li>One action at a time, in the order of their times; those due at the same time in the order
 *       in which they were planned.
 *   <li>Time passes only between actions.
 *   <li>One thread: a second one would make the order depend on something else than the seed.
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

  private final AtomicLong turns = new AtomicLong();

  private volatile Thread thread = Thread.currentThread();
  private volatile AssertionError intrusion;
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

  /** A number that changes whenever an action begins or ends, odd in between; for any thread. */
  long turn() {
    return turns.getAcquire();
  }

  /** From now on time passes in this thread. */
  void takeOver() {
    thread = Thread.currentThread();
  }

  /** Where time passes; for any thread. */
  Thread thread() {
    return thread;
  }

  /** Whether this is where time passes; if not, that stays an {@link #intrusion()}. */
  boolean isInItsThread() {
    boolean isIn = Thread.currentThread() == thread;
    if (!isIn && intrusion == null) {
      intrusion =
          new AssertionError(
              "another thread, "
                  + Thread.currentThread().getName()
                  + ", has asked or answered something: in a simulation there is one, so execute must"
                  + " not use threads, timers, or methods such as thenApplyAsync and orTimeout");
    }
    return isIn;
  }

  /** What another thread has done here, or null; for any thread. */
  AssertionError intrusion() {
    return intrusion;
  }

  void at(long time, Runnable action) {
    if (!isInItsThread()) {
      throw new IllegalStateException(intrusion.getMessage());
    }
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
      turns.setRelease(turns.getPlain() + 1);
      next.action.run();
      turns.setRelease(turns.getPlain() + 1);
    }
    now = end;
  }
}
