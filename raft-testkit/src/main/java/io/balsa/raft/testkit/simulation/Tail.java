package io.balsa.raft.testkit.simulation;

import java.util.SplittableRandom;

/** Durations that are usually about the same, and sometimes not at all. */
final class Tail {
  private Tail() {}

  /** Half to one and a half of what is typical; in a share of cases up to a thousand times that. */
  static long draw(SplittableRandom random, long typical, double share) {
    long nanos = typical / 2 + random.nextLong(typical + 1);
    if (share > 0 && random.nextDouble() < share) {
      nanos *= (long) Math.pow(1000, random.nextDouble());
    }
    return Math.min(nanos, Weather.LONGEST);
  }
}
