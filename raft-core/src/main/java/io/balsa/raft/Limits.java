package io.balsa.raft;

/**
 * How much a node uses for what is on its way, in bytes. The parts that are memory add up to less
 * than a quarter of the heap, or to what more of would not make it faster. An entry counts with its
 * {@link io.balsa.raft.core.Entry#size}.
 *
 * @param proposedBytes commands that have not been answered
 * @param cacheBytes recent entries of the log
 * @param applyBytes committed entries on their way to the state machine
 * @param batchBytes entries in one message, one read from disk, or one hand-over to the state
 *     machine; at least one entry goes, however large
 * @param messagesInFlight entries are sent to a follower in so many unacknowledged messages
 * @param commandBytes one command, and one answer that is passed on to another node
 * @param snapshotBytes a snapshot is taken when the log has so many bytes that the last one does
 *     not stand for, and as many as that one has
 * @param syncBytes entries that share a sync of the disk, written in far less than an election
 *     timeout, and so many that a sync in between is cheap; at least those saved together go
 * @param segmentBytes one file of the log, on disk
 */
public record Limits(
    long proposedBytes,
    long cacheBytes,
    long applyBytes,
    long batchBytes,
    int messagesInFlight,
    int commandBytes,
    long snapshotBytes,
    long syncBytes,
    long segmentBytes) {
  private static final long MIB = 1 << 20;

  static Limits forHeap(long heapBytes) {
    return new Limits(
        Math.min(64 * MIB, heapBytes / 16),
        Math.min(64 * MIB, heapBytes / 16),
        Math.min(8 * MIB, heapBytes / 32),
        Math.min(MIB, heapBytes / 64),
        64,
        (int) Math.min(4 * MIB, heapBytes / 64),
        256 * MIB,
        8 * MIB,
        64 * MIB);
  }
}
