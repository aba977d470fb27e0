package io.balsa.raft;

import io.balsa.raft.core.Effects;
import io.balsa.raft.core.Entry;
import io.balsa.raft.core.NodeId;
import io.balsa.raft.core.Snapshot;
import java.util.List;
import java.util.UUID;

/** What other threads tell the event loop. */
sealed interface Mail permits Proposal.Local, ReadRequest, SnapshotOrder, Order.Local, Mail.Event {

  /** Everything but requests. */
  sealed interface Event extends Mail {}

  /** A packet from a peer. */
  record Arrived(NodeId from, Packet packet) implements Event {}

  /** A node has said who it is. */
  record Met(NodeId node, UUID incarnation, boolean formed) implements Event {}

  /** A connection broke. */
  record Disconnected(NodeId peer) implements Event {}

  /**
   * Saves are on disk. The opening tells completions of an earlier opening of the storage apart.
   */
  record Persisted(int opening, long token) implements Event {}

  /** Entries that a follower lacks were read from disk. */
  record ReadForPeer(int opening, Effects.Replication replication, List<Entry> entries)
      implements Event {}

  /** Entries that the state machine lacks were read from disk. */
  record ReadForApply(int opening, List<Entry> entries) implements Event {}

  /** Entries that the state machine lacks, from an index on, are not in the log. */
  record NotInLog(int opening, long first, Throwable cause) implements Event {}

  /** A piece of a snapshot was read for a peer. */
  record PieceRead(NodeId to, Packet.SnapshotPiece piece) implements Event {}

  /** About snapshots. */
  sealed interface OfSnapshot extends Event {
    /** Which opening of the storage it belongs to. */
    int opening();
  }

  /** The state machine was captured when it had applied an index, or could not be. */
  record Captured(int opening, long index, SnapshotWriter image, Throwable failure)
      implements OfSnapshot {}

  /** A snapshot of the own state machine is on disk. */
  record SnapshotTaken(int opening, Snapshot snapshot) implements OfSnapshot {}

  /** A snapshot of the own state machine could not be written. */
  record SnapshotFailed(int opening, Throwable cause) implements OfSnapshot {}

  /** The latest snapshot on this node's disk is not what was written. */
  record SnapshotDamaged(int opening, Snapshot snapshot, DamagedLogException cause)
      implements OfSnapshot {}

  /** A snapshot has been received up to an offset. */
  record PieceWanted(int opening, Snapshot snapshot, long offset) implements OfSnapshot {}

  /** A snapshot has been received as a whole. */
  record SnapshotReceived(int opening, Snapshot snapshot) implements OfSnapshot {}

  /** A snapshot could not be received. */
  record ReceiptFailed(int opening, Throwable cause) implements OfSnapshot {}

  /** The state machine could not be given the state of a snapshot. */
  record RestoreFailed(Snapshot snapshot, Throwable cause) implements Event {}

  /** The storage failed. */
  record StorageFailed(int opening, Throwable cause) implements Event {}

  /** The storage is open again. */
  record StorageOpened(LogStore store) implements Event {}

  /** The storage could not be opened again. */
  record StorageStillFailed(Throwable cause) implements Event {}

  /** The state machine threw. */
  record ApplyFailed(long index, Throwable cause) implements Event {}

  /** A part of the node threw what it should have handled. */
  record PartFailed(Throwable cause) implements Event {}

  /** The user wants an end. */
  record Close() implements Event {}
}
