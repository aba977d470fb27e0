package io.balsa.raft;

import io.balsa.raft.core.Effects;
import io.balsa.raft.core.Entry;
import io.balsa.raft.core.NodeId;
import java.util.List;

/** What other threads tell the event loop. */
sealed interface Mail permits Proposal.Local, ReadRequest, Mail.Event {

  /** Everything but requests. */
  sealed interface Event extends Mail {}

  /** A packet from a peer. */
  record Arrived(NodeId from, Packet packet) implements Event {}

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

  /** The storage failed. */
  record StorageFailed(int opening, Throwable cause) implements Event {}

  /** The storage is open again. */
  record StorageOpened(LogStore store) implements Event {}

  /** The storage could not be opened again. */
  record StorageStillFailed(Throwable cause) implements Event {}

  /** The state machine threw. */
  record ApplyFailed(long index, Throwable cause) implements Event {}

  /** The user wants an end. */
  record Close() implements Event {}
}
