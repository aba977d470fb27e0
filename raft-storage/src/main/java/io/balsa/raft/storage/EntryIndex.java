package io.balsa.raft.storage;

import java.util.Arrays;

/**
 * Where in the segments the entries are: a point at the start of each run of consecutive records.
 *
 * <ul>
 *   <li>The entries from a point up to the index of the next one follow each other in one segment,
 *       with nothing between them but marks. An override and a new segment therefore always begin a
 *       point.
 *   <li>Points are ascending by index: an override drops the points it replaces, and with them
 *       every way to the entries that are no longer part of the log.
 *   <li>Of a log that was compacted, the points before its first entry are dropped.
 *   <li>Staged points are the writer's alone; readers see whole batches only.
 *   <li>There is a point every {@link #SPACING} bytes at most: 24 bytes of memory for 16 KiB of
 *       log.
 * </ul>
 *
 * <pre>
 *   file    1@1 2@1 3@1 4@1 | 3@2 4@2       points  (1 → first record) (3 → fifth record)
 *   log     1@1 2@1           3@2 4@2       the run of point 1 ends before index 3
 * </pre>
 */
final class EntryIndex {
  static final long SPACING = 16 << 10;

  private final Points points = new Points();
  private final Points staged = new Points();

  /** The index right before the first entry. */
  private long start;

  private long lastIndex;
  private long endSegment;
  private long endOffset;
  private long overrides;

  /**
   * Where a run is.
   *
   * @param segment the segment
   * @param offset where the record of the first entry begins
   * @param firstIndex the index of that entry
   * @param endIndex the index after the last entry of the run
   * @param endOffset no record of the run is at this offset or after it
   * @param overrides how many overrides there had been
   */
  record Run(
      long segment, long offset, long firstIndex, long endIndex, long endOffset, long overrides) {}

  /** Remembers a point until {@link #publish}. */
  void stage(long index, long segment, long offset) {
    staged.add(index, segment, offset);
  }

  /** Shows what was staged to readers, up to the given end. */
  synchronized void publish(long newLastIndex, long segment, long offset) {
    for (int i = 0; i < staged.size; i++) {
      long index = staged.indexes[i];
      if (points.dropFrom(index) || index <= lastIndex) {
        overrides++;
      }
      points.add(index, staged.segments[i], staged.offsets[i]);
      lastIndex = index;
    }
    staged.size = 0;
    lastIndex = newLastIndex;
    endSegment = segment;
    endOffset = offset;
  }

  /** Begins after an index with nothing in it, as the log does. */
  synchronized void restart(long newStart, long segment, long offset) {
    points.dropFrom(0);
    overrides++;
    start = newStart;
    lastIndex = newStart;
    endSegment = segment;
    endOffset = offset;
  }

  /** Forgets the entries up to an index after which a segment begins. */
  synchronized void discard(long newStart) {
    points.dropUpTo(newStart);
    start = newStart;
  }

  synchronized long firstIndex() {
    return start + 1;
  }

  synchronized long lastIndex() {
    return lastIndex;
  }

  /** The run that holds an entry, null if the log doesn't. */
  synchronized Run find(long index) {
    if (index <= start || index > lastIndex) {
      return null;
    }
    int at = Arrays.binarySearch(points.indexes, 0, points.size, index);
    int i = at >= 0 ? at : -at - 2;
    boolean last = i == points.size - 1;
    long segment = points.segments[i];
    long endIndex = last ? lastIndex + 1 : points.indexes[i + 1];
    long runEnd = Long.MAX_VALUE;
    if (!last && points.segments[i + 1] == segment) {
      runEnd = points.offsets[i + 1];
    } else if (segment == endSegment) {
      runEnd = endOffset;
    }
    return new Run(segment, points.offsets[i], points.indexes[i], endIndex, runEnd, overrides);
  }

  /** Three columns, ascending by index. */
  private static final class Points {
    private long[] indexes = new long[64];
    private long[] segments = new long[64];
    private long[] offsets = new long[64];
    private int size;

    void add(long index, long segment, long offset) {
      if (size == indexes.length) {
        indexes = Arrays.copyOf(indexes, size * 2);
        segments = Arrays.copyOf(segments, size * 2);
        offsets = Arrays.copyOf(offsets, size * 2);
      }
      indexes[size] = index;
      segments[size] = segment;
      offsets[size] = offset;
      size++;
    }

    void dropUpTo(long index) {
      int dropped = 0;
      while (dropped < size && indexes[dropped] <= index) {
        dropped++;
      }
      size -= dropped;
      int capacity = Math.max(64, size + size / 2);
      indexes = Arrays.copyOf(Arrays.copyOfRange(indexes, dropped, dropped + size), capacity);
      segments = Arrays.copyOf(Arrays.copyOfRange(segments, dropped, dropped + size), capacity);
      offsets = Arrays.copyOf(Arrays.copyOfRange(offsets, dropped, dropped + size), capacity);
    }

    boolean dropFrom(long index) {
      int before = size;
      while (size > 0 && indexes[size - 1] >= index) {
        size--;
      }
      return size < before;
    }
  }
}
