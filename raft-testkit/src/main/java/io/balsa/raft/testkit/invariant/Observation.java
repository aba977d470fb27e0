package io.balsa.raft.testkit.invariant;

import io.balsa.raft.core.Decision;
import io.balsa.raft.core.Entry;
import io.balsa.raft.core.HardState;
import io.balsa.raft.core.LogPosition;
import io.balsa.raft.core.NodeId;
import io.balsa.raft.core.RaftView;
import io.balsa.raft.core.Snapshot;
import java.util.List;

/**
 * Something that happened in a cluster, as seen by somebody who sees all nodes and all disks. Must
 * be told in the order in which it happened.
 */
public sealed interface Observation {

  /**
   * Where it happened.
   *
   * @return the node
   */
  NodeId node();

  /**
   * A node, or only its storage again, was opened.
   *
   * @param node the node
   * @param hardState the hard state that its disk gave back
   * @param snapshot the latest snapshot that its disk gave back, or null
   * @param start the position right before the first entry of the log
   * @param log the whole log that its disk gave back, from there on
   * @param commitIndex the commit hint that its disk gave back
   */
  record Started(
      NodeId node,
      HardState hardState,
      Snapshot snapshot,
      LogPosition start,
      List<Entry> log,
      long commitIndex)
      implements Observation {

    /**
     * A node whose log was never compacted.
     *
     * @param node the node
     * @param hardState the hard state that its disk gave back
     * @param log the whole log that its disk gave back, from entry 1 on
     * @param commitIndex the commit hint that its disk gave back
     */
    public Started(NodeId node, HardState hardState, List<Entry> log, long commitIndex) {
      this(node, hardState, null, LogPosition.ZERO, log, commitIndex);
    }

    long lastIndex() {
      return start.index() + log.size();
    }
  }

  /**
   * A snapshot of a node's own state machine is durable.
   *
   * @param node the node
   * @param snapshot the snapshot
   */
  record SnapshotSaved(NodeId node, Snapshot snapshot) implements Observation {}

  /**
   * The log of a node is about to be given up for a snapshot that it has received. From now on its
   * disk may have either.
   *
   * @param node the node
   * @param snapshot the snapshot
   */
  record Restarting(NodeId node, Snapshot snapshot) implements Observation {}

  /**
   * The log of a node goes on behind a snapshot, durably.
   *
   * @param node the node
   * @param snapshot the snapshot
   */
  record Restarted(NodeId node, Snapshot snapshot) implements Observation {}

  /**
   * The state machine has the state of a snapshot.
   *
   * @param node the node
   * @param index the index of the last command of which the state knows
   * @param stateHash the hash of the state
   */
  record Restored(NodeId node, long index, long stateHash) implements Observation {}

  /**
   * The storage of a node is closed, or dead: nothing reaches the disk before the next {@link
   * Started}.
   *
   * @param node the node
   */
  record Stopped(NodeId node) implements Observation {}

  /**
   * The process of a node has ended, and with it its state machine and whatever it had been asked
   * and not answered.
   *
   * @param node the node
   */
  record Killed(NodeId node) implements Observation {}

  /**
   * A node has lost its disk. Whatever has its name from now on is another one.
   *
   * @param node the node
   */
  record Wiped(NodeId node) implements Observation {}

  /**
   * The algorithm has decided something; see {@link io.balsa.raft.core.RaftObserver}.
   *
   * @param node the node
   * @param decision what was decided
   * @param after the state after the step in which it was decided, looked at during the call only
   */
  record Decided(NodeId node, Decision decision, RaftView after) implements Observation {}

  /**
   * Entries are handed to the log store. They are not durable before the next {@link Synced}, and
   * what they replace must be taken for lost from now on.
   *
   * @param node the node
   * @param entries the entries; one at or below the end of the log replaces everything from its
   *     index on
   */
  record Written(NodeId node, List<Entry> entries) implements Observation {}

  /**
   * A hard state is durable.
   *
   * @param node the node
   * @param hardState the hard state
   */
  record HardStateSaved(NodeId node, HardState hardState) implements Observation {}

  /**
   * All that was {@link Written} before is durable.
   *
   * @param node the node
   */
  record Synced(NodeId node) implements Observation {}

  /**
   * The state machine has applied a command.
   *
   * @param node the node
   * @param index the index of the command
   * @param command the command
   * @param stateHash the hash of the state afterwards; 0 if there is none
   */
  record Applied(NodeId node, long index, byte[] command, long stateHash) implements Observation {}

  /**
   * A client has asked a node for something.
   *
   * @param node the node
   * @param request a number that no other request to this node has
   */
  record Asked(NodeId node, long request) implements Observation {}

  /**
   * A client has got its answer, or the news that there will be none.
   *
   * @param node the node that was asked
   * @param request the number of the request
   */
  record Answered(NodeId node, long request) implements Observation {}

  /**
   * How full a queue is.
   *
   * @param node the node
   * @param queue the name of the queue
   * @param amount how much is in it
   * @param limit how much may be in it
   */
  record Filled(NodeId node, String queue, long amount, long limit) implements Observation {}
}
