package io.balsa.raft;

import io.balsa.raft.core.Raft;
import io.balsa.raft.core.RaftOptions;
import java.util.ArrayDeque;
import java.util.Deque;

/**
 * Until when this node may answer as the leader without asking anybody (section 6.4.1), by the
 * monotonic clock of this machine.
 *
 * <ul>
 *   <li>A round counts from a moment before its first message leaves, never from an answer.
 *   <li>Everybody's promise is measured in ticks: up to a heartbeat interval of them may have been
 *       due when it was given, and one may have begun. What is left of an election timeout is
 *       shortened by as much as two clocks can differ.
 *   <li>It ends when the algorithm says so, before anything is sent that follows from that.
 * </ul>
 *
 * <p>The event loop keeps it up to date; any thread may ask whether it holds.
 */
final class Lease {
  /** By how much of a second per second, in percent, a clock may be wrong, to either side. */
  private static final int DRIFT = 20;

  /** Rounds that nobody has confirmed; older ones hardly will be. */
  private static final int MOST_ROUNDS = 64;

  private record Sent(long round, long at) {}

  private record Held(long until) {}

  private final Environment environment;
  private final long nanos;
  private final Deque<Sent> rounds = new ArrayDeque<>();
  private volatile Held held;

  Lease(Environment environment, RaftOptions options, long tickNanos) {
    this.environment = environment;
    nanos = nanos(options, tickNanos);
  }

  static long nanos(RaftOptions options, long tickNanos) {
    long ticks = options.electionTicks() - options.heartbeatTicks() - 1;
    return ticks * tickNanos * (100 - DRIFT) / (100 + DRIFT);
  }

  /** To be called after each step of the algorithm, before its messages leave. */
  void update(Raft raft) {
    long round = raft.round();
    if (round == 0) {
      end();
      return;
    }
    if (rounds.isEmpty() || rounds.peekLast().round < round) {
      rounds.addLast(new Sent(round, environment.nanoTime()));
    }
    if (rounds.size() > MOST_ROUNDS) {
      rounds.removeFirst();
    }
    long confirmed = raft.leaseRound();
    if (confirmed == 0) {
      held = null;
      return;
    }
    Sent latest = null;
    while (!rounds.isEmpty() && rounds.peekFirst().round <= confirmed) {
      latest = rounds.removeFirst();
    }
    if (latest != null) {
      rounds.addFirst(latest); // also for rounds between it and the next that it knows
      held = new Held(latest.at + nanos);
    }
  }

  void end() {
    held = null;
    rounds.clear();
  }

  boolean holds() {
    Held h = held;
    return h != null && environment.nanoTime() - h.until < 0;
  }
}
