package io.balsa.raft.core;

import java.util.List;

/**
 * What a node knows when it starts: what was on its disk, and the configuration it was formed with.
 *
 * @param hardState the term and the vote
 * @param snapshot the latest snapshot, or null
 * @param start the position right before the first entry of the log, at most that of the snapshot;
 *     {@link LogPosition#ZERO} without one
 * @param termStarts the first position of each run of entries with one term, in order
 * @param lastIndex the last index of the log
 * @param commitIndex up to here the log is known to be committed; at most {@code lastIndex}
 * @param initial the configuration before any that is in the snapshot or in the log
 * @param configurations the entries of type CONFIGURATION in the log, in order
 */
public record RestoredState(
    HardState hardState,
    Snapshot snapshot,
    LogPosition start,
    List<LogPosition> termStarts,
    long lastIndex,
    long commitIndex,
    Configuration initial,
    List<Entry> configurations) {

  /**
   * The state of a node that has seen nothing.
   *
   * @param initial the configuration of the new cluster
   * @return an empty log in term 0
   */
  public static RestoredState empty(Configuration initial) {
    return new RestoredState(
        HardState.INITIAL, null, LogPosition.ZERO, List.of(), 0, 0, initial, List.of());
  }
}
