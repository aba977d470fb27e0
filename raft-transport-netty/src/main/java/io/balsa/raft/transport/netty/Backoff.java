package io.balsa.raft.transport.netty;

import java.time.Duration;
import java.util.random.RandomGenerator;

/**
 * How long to wait before the next try: doubles with each failure up to a maximum, and is drawn
 * from between half of that and all of it, so that many clients do not come back together.
 */
final class Backoff {
  private final long first;
  private final long most;
  private final RandomGenerator random;
  private int failures;

  Backoff(Duration first, Duration most, RandomGenerator random) {
    this.first = first.toNanos();
    this.most = most.toNanos();
    this.random = random;
  }

  /** Another failure; returns the nanoseconds to wait after it. */
  long next() {
    long longest = Math.min(most, first << Math.min(failures, 20));
    failures++;
    return longest / 2 + random.nextLong(longest / 2 + 1);
  }

  void reset() {
    failures = 0;
  }
}
