package io.balsa.raft;

import java.time.Duration;
import java.util.Optional;

/** How far from up to date a read may be. */
public final class Staleness {
  private static final Staleness ANY = new Staleness(null, Long.MAX_VALUE);

  private final Duration age;
  private final long entries;

  private Staleness(Duration age, long entries) {
    this.age = age;
    this.entries = entries;
  }

  /**
   * Everything that was answered longer ago than this has to be seen. If this node does not know
   * that it has all of it, it asks the leader first; what it answers then is as old as that took.
   *
   * @param bound zero or more
   * @return the bound
   * @throws IllegalArgumentException if it is negative
   */
  public static Staleness ofAge(Duration bound) {
    if (bound.isNegative()) {
      throw new IllegalArgumentException("nothing is " + bound + " old");
    }
    return new Staleness(bound, Long.MAX_VALUE);
  }

  /**
   * At most so many of the entries that this node knows to be committed may be missing; it waits
   * until that is so. A node that is cut off does not know of many.
   *
   * @param bound zero or more
   * @return the bound
   * @throws IllegalArgumentException if it is negative
   */
  public static Staleness ofEntries(long bound) {
    if (bound < 0) {
      throw new IllegalArgumentException("no log has " + bound + " entries");
    }
    return new Staleness(null, bound);
  }

  /**
   * Whatever this node has, at once.
   *
   * @return no bound
   */
  public static Staleness any() {
    return ANY;
  }

  boolean allowsAge(Optional<Duration> of) {
    return age == null || of.isPresent() && of.get().compareTo(age) <= 0;
  }

  /** Of the entries up to an index, how many must have been applied. */
  long leastIndex(long commitIndex) {
    return Math.max(0, commitIndex - Math.min(entries, commitIndex));
  }

  @Override
  public String toString() {
    return age != null ? age.toString() : this == ANY ? "any" : entries + " entries";
  }
}
