package io.balsa.raft.testkit;

import io.balsa.raft.core.Entry;
import io.balsa.raft.core.EntryType;
import io.balsa.raft.core.LogPosition;
import java.util.ArrayList;
import java.util.List;

/** The entries of a log in memory after the position with which it begins. */
final class MemoryEntries {
  private LogPosition start;
  private final List<Entry> entries;

  private MemoryEntries(LogPosition start, List<Entry> entries) {
    this.start = start;
    this.entries = new ArrayList<>(entries);
  }

  static MemoryEntries after(LogPosition start) {
    return new MemoryEntries(start, List.of());
  }

  MemoryEntries copy() {
    return new MemoryEntries(start, entries);
  }

  LogPosition start() {
    return start;
  }

  long lastIndex() {
    return start.index() + entries.size();
  }

  void put(List<Entry> batch) {
    for (Entry entry : batch) {
      entries.subList(offset(entry.index()), entries.size()).clear();
      entries.add(entry);
    }
  }

  private int offset(long index) {
    return (int) (index - start.index() - 1);
  }

  /** The position at an index, null if the log does not know it. */
  LogPosition position(long index) {
    if (index == start.index()) {
      return start;
    }
    return index > start.index() && index <= lastIndex()
        ? entries.get(offset(index)).position()
        : null;
  }

  /** Gives up everything up to a position, if the log has it. */
  void discard(LogPosition last) {
    if (last.index() > start.index() && last.equals(position(last.index()))) {
      entries.subList(0, offset(last.index()) + 1).clear();
      start = last;
    }
  }

  List<Entry> read(long firstIndex, long lastIndex, long maxBytes) {
    if (firstIndex <= start.index() || firstIndex > lastIndex || lastIndex > lastIndex()) {
      throw new IndexOutOfBoundsException(
          firstIndex
              + " to "
              + lastIndex
              + (" of a log that begins after " + start.index() + " and ends at " + lastIndex()));
    }
    List<Entry> found = new ArrayList<>();
    long bytes = 0;
    for (Entry entry : entries.subList(offset(firstIndex), offset(lastIndex) + 1)) {
      bytes += entry.size();
      if (bytes > maxBytes && !found.isEmpty()) {
        break;
      }
      found.add(entry);
    }
    return found;
  }

  /** The first position of each run of entries with one term. */
  List<LogPosition> termStarts() {
    List<LogPosition> starts = new ArrayList<>();
    long term = 0;
    for (Entry entry : entries) {
      if (entry.term() != term) {
        starts.add(entry.position());
        term = entry.term();
      }
    }
    return List.copyOf(starts);
  }

  List<Entry> configurations() {
    return entries.stream().filter(e -> e.type() == EntryType.CONFIGURATION).toList();
  }
}
