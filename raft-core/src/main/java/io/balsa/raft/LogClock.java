package io.balsa.raft;

import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * The time that a leader writes into the entries of sessions: it goes on from where the log has
 * come, as fast as the leader's own clock.
 *
 * <ul>
 *   <li>No clock is compared with one of another machine, and none that people can set is asked.
 *   <li>While nobody leads, time stands still: a cluster that was down has ended no sessions.
 * </ul>
 */
final class LogClock {
  private final LongSupplier nanoTime;
  private final LongSupplier logTime;
  private long term;
  private long base;
  private long since;

  /** The second gives the time of the log as far as it was applied, in milliseconds. */
  LogClock(LongSupplier nanoTime, LongSupplier logTime) {
    this.nanoTime = nanoTime;
    this.logTime = logTime;
  }

  /** The time now, in milliseconds, at the leader of a term. */
  long now(long leadersTerm) {
    if (leadersTerm != term) {
      term = leadersTerm;
      base = logTime.getAsLong();
      since = nanoTime.getAsLong();
    }
    return base + TimeUnit.NANOSECONDS.toMillis(nanoTime.getAsLong() - since);
  }
}
