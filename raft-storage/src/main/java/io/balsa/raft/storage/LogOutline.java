package io.balsa.raft.storage;

import io.balsa.raft.RecoveredLog;
import io.balsa.raft.core.Entry;
import io.balsa.raft.core.HardState;
import io.balsa.raft.core.LogPosition;
import java.util.ArrayList;
import java.util.List;

/**
 * What recovery learns about the log from its records in the order of the files.
 *
 * <ul>
 *   <li>Describes the log as it was after the last record that was added: what a later record
 *       replaces is forgotten.
 *   <li>{@code start <= commitIndex <= lastIndex}, and no record replaces an entry at or below
 *       {@code commitIndex}.
 * </ul>
 */
final class LogOutline {
  private final LogPosition start;
  private final List<LogPosition> termStarts = new ArrayList<>();
  private final List<Entry> configurations = new ArrayList<>();
  private long lastIndex;
  private long commitIndex;

  /** A log without entries that begins after a position. */
  LogOutline(LogPosition start) {
    this.start = start;
    this.lastIndex = start.index();
    this.commitIndex = start.index();
  }

  /** Why an entry can't be the next record, null if it can. */
  String fault(long index) {
    if (index > lastIndex + 1) {
      return "a record of index " + index + " follows a log that ends at " + lastIndex;
    }
    if (index <= commitIndex) {
      return "a record replaces index " + index + ", but the log is committed up to " + commitIndex;
    }
    return null;
  }

  void add(long index, long term) {
    if (index <= lastIndex) {
      termStarts.removeIf(run -> run.index() >= index);
      configurations.removeIf(entry -> entry.index() >= index);
    }
    lastIndex = index;
    if (termStarts.isEmpty() || lastTerm() != term) {
      termStarts.add(new LogPosition(term, index));
    }
  }

  void addConfiguration(Entry entry) {
    configurations.add(entry);
  }

  void commit(long hint) {
    commitIndex = Math.max(commitIndex, hint);
  }

  /** The index of the first entry that is left. */
  long firstIndex() {
    return start.index() + 1;
  }

  long lastIndex() {
    return lastIndex;
  }

  long lastTerm() {
    return termStarts.isEmpty() ? start.term() : termStarts.get(termStarts.size() - 1).term();
  }

  LogPosition last() {
    return new LogPosition(lastTerm(), lastIndex);
  }

  /** Whether the log has this entry, or begins right after it. */
  boolean contains(LogPosition position) {
    long index = position.index();
    if (index < start.index() || index > lastIndex) {
      return false;
    }
    long term = start.term();
    for (LogPosition run : termStarts) {
      if (run.index() <= index) {
        term = run.term();
      }
    }
    return term == position.term();
  }

  long commitIndex() {
    return commitIndex;
  }

  /** The latest configuration in it, null if there is none. */
  Entry lastConfiguration() {
    return configurations.isEmpty() ? null : configurations.get(configurations.size() - 1);
  }

  RecoveredLog toRecoveredLog(HardState hardState) {
    return new RecoveredLog(
        hardState,
        start,
        List.copyOf(termStarts),
        lastIndex,
        List.copyOf(configurations),
        commitIndex);
  }
}
