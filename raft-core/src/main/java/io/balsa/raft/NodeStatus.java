package io.balsa.raft;

import io.balsa.raft.core.Configuration;
import io.balsa.raft.core.NodeId;
import io.balsa.raft.core.Role;
import java.util.Optional;

/**
 * What a node is doing, as of shortly before it was asked.
 *
 * @param id the node
 * @param health whether it works, and why not
 * @param role what it is in its term
 * @param term the latest term it has seen
 * @param leader who leads, as far as it knows
 * @param lastIndex the last index of its log
 * @param commitIndex up to where its log is known to be committed
 * @param appliedIndex up to where its state machine has come
 * @param snapshotIndex up to where its latest snapshot stands for the log, 0 without one
 * @param receiving the snapshot that it is getting from the leader, if it is
 * @param waitingBytes how much memory the requests take that were made here, or passed on to here,
 *     and are not answered
 * @param applyingBytes how many bytes of committed entries the state machine has been given and has
 *     not applied; it is given more when there is room
 * @param configurationIndex the index of the entry that holds {@code configuration}, 0 if that is
 *     the one the cluster was formed with
 * @param configuration the members, as its log has them
 */
public record NodeStatus(
    NodeId id,
    Health health,
    Role role,
    long term,
    Optional<NodeId> leader,
    long lastIndex,
    long commitIndex,
    long appliedIndex,
    long snapshotIndex,
    Optional<Receiving> receiving,
    long waitingBytes,
    long applyingBytes,
    long configurationIndex,
    Configuration configuration) {

  /**
   * A snapshot on its way here.
   *
   * @param from who sends it
   * @param index up to where it stands for the log
   * @param received how many bytes are here
   * @param bytes how many it has
   */
  public record Receiving(NodeId from, long index, long received, long bytes) {}

  /**
   * Whether a node works.
   *
   * @param state the short answer
   * @param problem what is wrong and since when it is being worked on, empty if nothing is
   */
  public record Health(State state, String problem) {
    static final Health OK = new Health(State.OK, "");
  }

  /** The short answer to whether a node works. */
  public enum State {
    /** It takes part in its group. */
    OK,
    /** It has no log yet, and waits for others to form a cluster or to be let into one. */
    WAITING,
    /**
     * Its storage failed. It neither votes nor acknowledges, and tries to open the storage again.
     */
    STORAGE_FAILED,
    /**
     * Its group has stopped on this node and will not go on: the state machine threw, or an
     * invariant is broken.
     */
    FAILED,
    /** It was closed. */
    CLOSED
  }
}
