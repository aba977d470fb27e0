package io.balsa.raft;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;

/**
 * How old the state of this node can be.
 *
 * <ul>
 *   <li>A point says: whatever was answered before this moment is at or below this index. So a
 *       state that has applied the index is not older than the moment.
 *   <li>The moment is when the leader was asked, not when it has answered.
 *   <li>Of two points the one with the later moment and the lower index is enough; the points are
 *       in the order of both.
 * </ul>
 *
 * <p>Thread-safe: the event loop adds, who applies asks.
 */
final class Freshness {
  private static final int MOST_POINTS = 16;

  private record Point(long index, long askedAt) {}

  private final Environment environment;
  private final Deque<Point> points = new ArrayDeque<>();
  private long commitIndex;

  Freshness(Environment environment) {
    this.environment = environment;
  }

  synchronized void confirmed(long index, long askedAt) {
    Point last = points.peekLast();
    if (last != null && last.askedAt - askedAt >= 0) {
      return;
    }
    while (!points.isEmpty() && points.peekLast().index >= index) {
      points.removeLast();
    }
    if (points.size() == MOST_POINTS) {
      points.removeLast();
    }
    points.addLast(new Point(index, askedAt));
  }

  synchronized void commitIndexIs(long index) {
    commitIndex = Math.max(commitIndex, index);
  }

  synchronized long commitIndex() {
    return commitIndex;
  }

  /** Says of a value how old it can be. */
  synchronized <T> StaleRead<T> describe(T value, long appliedIndex) {
    long entries = Math.max(0, commitIndex - appliedIndex);
    return new StaleRead<>(value, appliedIndex, age(appliedIndex), entries);
  }

  /** How old a state that has applied an index can be; the index never falls. */
  synchronized Optional<Duration> age(long appliedIndex) {
    Point newest = null;
    while (!points.isEmpty() && points.peekFirst().index <= appliedIndex) {
      newest = points.removeFirst();
    }
    if (newest != null) {
      points.addFirst(newest);
    }
    return newest == null
        ? Optional.empty()
        : Optional.of(Duration.ofNanos(environment.nanoTime() - newest.askedAt));
  }
}
