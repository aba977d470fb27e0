package io.balsa.raft.core;

/**
 * The numbers of the algorithm. Times are in ticks.
 *
 * @param electionTicks the shortest election timeout; each is drawn at random from here to just
 *     below twice as many
 * @param heartbeatTicks how often a leader sends heartbeats; at most a third of {@code
 *     electionTicks}
 * @param maxBatchBytes how many bytes of entries one AppendEntries has at most, unless a single
 *     entry is larger
 * @param maxInFlightMessages how many AppendEntries may be unacknowledged by one follower
 * @param maxInFlightBytes how many bytes of entries may be unacknowledged by one follower
 */
public record RaftOptions(
    int electionTicks,
    int heartbeatTicks,
    long maxBatchBytes,
    int maxInFlightMessages,
    long maxInFlightBytes) {

  /**
   * Checks the numbers.
   *
   * @throws IllegalArgumentException if they can't work
   */
  public RaftOptions {
    if (heartbeatTicks < 1 || electionTicks < 3 * heartbeatTicks) {
      throw new IllegalArgumentException(
          "an election timeout of "
              + electionTicks
              + " ticks can't work with heartbeats every "
              + heartbeatTicks
              + " ticks: it must be at least three times as long");
    }
    if (maxBatchBytes < 1 || maxInFlightMessages < 1 || maxInFlightBytes < 1) {
      throw new IllegalArgumentException("limits must be at least 1");
    }
  }

  /**
   * Numbers that suit most clusters.
   *
   * @return the defaults
   */
  public static RaftOptions defaults() {
    return new RaftOptions(50, 5, 1 << 20, 64, 8L << 20);
  }
}
