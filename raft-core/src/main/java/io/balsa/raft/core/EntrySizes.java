package io.balsa.raft.core;

/**
 * How many bytes the youngest entries have, so that messages can be cut to size without reading
 * them. A window of running totals; about older entries nothing is known.
 *
 * <ul>
 *   <li>{@code totals[i & mask]} is the sum of the sizes up to entry i, for {@code base <= i <=
 *       last}.
 *   <li>The sizes of entries {@code base + 1} to {@code last} are known, at most {@link
 *       #MAX_WINDOW} of them.
 * </ul>
 */
final class EntrySizes {
  private static final int MAX_WINDOW = 1 << 16;

  private long[] totals = new long[1 << 8];
  private long base;
  private long last;

  EntrySizes(long lastIndex) {
    base = lastIndex;
    last = lastIndex;
  }

  void add(long size) {
    if (last - base == totals.length - 1) {
      makeRoom();
    }
    long total = total(last);
    last++;
    totals[slot(last)] = total + size;
  }

  private void makeRoom() {
    if (totals.length == MAX_WINDOW) {
      base++;
      return;
    }
    long[] bigger = new long[2 * totals.length];
    for (long i = base; i <= last; i++) {
      bigger[(int) (i & bigger.length - 1)] = totals[slot(i)];
    }
    totals = bigger;
  }

  void truncate(long index) {
    last = Math.min(last, index - 1);
    if (last < base) {
      base = last;
      totals[slot(base)] = 0;
    }
  }

  /** Whether the size of an entry that is in the log is known. */
  boolean knows(long index) {
    return index > base;
  }

  /** The bytes of the entries {@code first} to {@code lastIndex}, all known. */
  long bytes(long first, long lastIndex) {
    return total(lastIndex) - total(first - 1);
  }

  /**
   * The last of the entries from {@code first} on that together have at most so many bytes; at
   * least one.
   */
  long lastWithin(long first, long lastIndex, long maxBytes) {
    if (bytes(first, lastIndex) <= maxBytes) {
      return lastIndex;
    }
    long fits = first;
    long tooFar = lastIndex;
    while (tooFar - fits > 1) {
      long middle = fits + (tooFar - fits) / 2;
      if (bytes(first, middle) <= maxBytes) {
        fits = middle;
      } else {
        tooFar = middle;
      }
    }
    return fits;
  }

  private long total(long index) {
    return totals[slot(index)];
  }

  private int slot(long index) {
    return (int) (index & totals.length - 1);
  }
}
