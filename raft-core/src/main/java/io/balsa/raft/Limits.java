package io.balsa.raft;

/**
 * How much memory a node uses for what is on its way, in bytes. The parts add up to less than a
 * quarter of the heap, or to what more of would not make it faster.
 *
 * @param proposedBytes commands that have not been answered
 * @param cacheBytes recent entries of the log
 * @param batchBytes entries in one message, one read from disk, or one hand-over to the state
 *     machine
 * @param commandBytes one command
 */
record Limits(long proposedBytes, long cacheBytes, long batchBytes, int commandBytes) {
  private static final long MIB = 1 << 20;

  static Limits forHeap(long heapBytes) {
    return new Limits(
        Math.min(64 * MIB, heapBytes / 16),
        Math.min(64 * MIB, heapBytes / 16),
        Math.min(MIB, heapBytes / 64),
        (int) Math.min(4 * MIB, heapBytes / 64));
  }
}
