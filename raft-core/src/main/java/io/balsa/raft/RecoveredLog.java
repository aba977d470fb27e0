package io.balsa.raft;

import io.balsa.raft.core.Entry;
import io.balsa.raft.core.HardState;
import io.balsa.raft.core.LogPosition;
import java.util.List;

/**
 * What a {@link LogStore} found when it was opened: an outline of the log, without its commands.
 *
 * @param hardState the last hard state saved, or {@link HardState#INITIAL}
 * @param start the position right before the first entry, {@link LogPosition#ZERO} unless the log
 *     was compacted; never above the latest snapshot
 * @param termStarts the first position of each run of entries with one term, in order; empty for an
 *     empty log
 * @param lastIndex the last index of the log, that of {@code start} if it has no entries
 * @param configurations the entries of type CONFIGURATION that are in the log, in order
 * @param commitIndex the last commit hint that was stored, at most {@code lastIndex}; at least the
 *     index of the latest snapshot
 */
public record RecoveredLog(
    HardState hardState,
    LogPosition start,
    List<LogPosition> termStarts,
    long lastIndex,
    List<Entry> configurations,
    long commitIndex) {}
