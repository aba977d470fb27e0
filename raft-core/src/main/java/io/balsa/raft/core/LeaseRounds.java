package io.balsa.raft.core;

/**
 * Which of a leader's rounds give it a lease when a quorum has acknowledged them (section 6.4.1).
 *
 * <ul>
 *   <li>Only while somebody wants to read by lease, so that who never does keeps fast failovers.
 *   <li>From the round {@code since} on every message asks for the promise, so whoever acknowledges
 *       that round or a later one has given it.
 *   <li>A new configuration needs rounds of its own, and who was told to take over may do so at any
 *       time: then there is no lease any more in this term.
 * </ul>
 */
final class LeaseRounds {
  /** How long the promise is asked for after the last such read, in election timeouts. */
  private static final int USE = 4;

  private final int electionTicks;
  private long wantedUntil;
  private long since;
  private boolean over;

  LeaseRounds(RaftOptions options) {
    electionTicks = options.electionTicks();
  }

  void want(long now) {
    wantedUntil = now + (long) USE * electionTicks;
  }

  /** A round begins, before its first message. */
  void roundStarts(long round, long now) {
    if (over || now >= wantedUntil) {
      since = 0;
    } else if (since == 0) {
      since = round;
    }
  }

  /** What was promised before does not count any more. */
  void beginAgain() {
    since = 0;
  }

  void end() {
    over = true;
    since = 0;
  }

  /** Whether the messages of the present round ask for the promise. */
  boolean asked() {
    return since != 0;
  }

  /** The same round if it gives a lease, else 0. */
  long confirmed(long round) {
    return since != 0 && round >= since ? round : 0;
  }
}
