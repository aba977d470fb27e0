package io.balsa.raft;

import io.balsa.raft.core.Entry;
import java.util.ArrayList;
import java.util.List;

/**
 * The youngest entries of the log, so that followers and the state machine get them without a look
 * at the disk.
 *
 * <ul>
 *   <li>Holds the entries {@code firstIndex} to {@code lastIndex} without a gap, in {@code
 *       ring[index & mask]}.
 *   <li>What is not on disk yet is always here; beyond that, at most so many bytes.
 * </ul>
 */
final class EntryCache {
  private final long maxBytes;
  private Entry[] ring = new Entry[1 << 10];
  private long firstIndex;
  private long lastIndex;
  private long bytes;

  EntryCache(long maxBytes, long logLastIndex) {
    this.maxBytes = maxBytes;
    firstIndex = logLastIndex + 1;
    lastIndex = logLastIndex;
  }

  void add(List<Entry> entries) {
    for (int i = 0; i < entries.size(); i++) {
      add(entries.get(i));
    }
  }

  /** The log goes on behind a snapshot. */
  void restartAfter(long index) {
    while (lastIndex >= firstIndex) {
      remove(lastIndex--);
    }
    firstIndex = index + 1;
    lastIndex = index;
  }

  private void add(Entry entry) {
    while (lastIndex >= entry.index() && lastIndex >= firstIndex) {
      remove(lastIndex--);
    }
    if (lastIndex != entry.index() - 1) { // it replaces something that had left the cache
      firstIndex = entry.index();
    }
    lastIndex = entry.index();
    if (lastIndex - firstIndex >= ring.length) {
      grow();
    }
    ring[slot(lastIndex)] = entry;
    bytes += entry.size();
  }

  private void grow() {
    Entry[] bigger = new Entry[2 * ring.length];
    for (long i = firstIndex; i < lastIndex; i++) {
      bigger[(int) (i & bigger.length - 1)] = ring[slot(i)];
    }
    ring = bigger;
  }

  /** Drops the oldest entries beyond the bound, but none that is not on disk. */
  void trim(long persistedIndex) {
    while (bytes > maxBytes && firstIndex <= persistedIndex && firstIndex <= lastIndex) {
      remove(firstIndex++);
    }
  }

  private void remove(long index) {
    int slot = slot(index);
    bytes -= ring[slot].size();
    ring[slot] = null;
  }

  boolean has(long index) {
    return index >= firstIndex && index <= lastIndex;
  }

  /**
   * The entries from one to another index, all in the cache; stops before the bytes are exceeded,
   * but gives one.
   */
  List<Entry> get(long first, long last, long maxBytes) {
    int most = (int) Math.min(last - first + 1, 1 + maxBytes / Entry.OVERHEAD);
    List<Entry> entries = new ArrayList<>(most);
    long size = 0;
    for (long i = first; i <= last; i++) {
      Entry entry = ring[slot(i)];
      size += entry.size();
      if (size > maxBytes && i > first) {
        break;
      }
      entries.add(entry);
    }
    return entries;
  }

  private int slot(long index) {
    return (int) (index & ring.length - 1);
  }
}
