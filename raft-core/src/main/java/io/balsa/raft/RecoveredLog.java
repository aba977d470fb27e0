package io.balsa.raft;

import io.balsa.raft.core.Entry;
import io.balsa.raft.core.HardState;
import io.balsa.raft.core.LogPosition;
import java.util.List;

/**
 * What a {@link LogStore} found when it was opened: an outline of the log, without its commands.
 *
 * @param hardState the last hard state saved, or {@link HardState#INITIAL}
 * @param termStarts the first position of each run of entries with one term, in order; empty for an
 *     empty log
 * @param lastIndex the last index of the log, 0 if it is empty
 * @param configurations the entries of type CONFIGURATION that are in the log, in order
 * @param commitIndex the last commit hint that was stored, at most {@code lastIndex}
 */
public record RecoveredLog(
    HardState hardState,
    List<LogPosition> termStarts,
    long lastIndex,
    List<Entry> configurations,
    long commitIndex) {}
