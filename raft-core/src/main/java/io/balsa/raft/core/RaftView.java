package io.balsa.raft.core;

/**
 * The state of a node, for those who look on. Read it on the thread that steps the node, or during
 * a callback.
 */
public interface RaftView {

  /**
   * Who the node is.
   *
   * @return its id
   */
  NodeId self();

  /**
   * The latest term the node has seen.
   *
   * @return the term, 0 at first
   */
  long term();

  /**
   * Whom the node voted for in its term.
   *
   * @return the node, or null
   */
  NodeId votedFor();

  /**
   * What the node is in its term.
   *
   * @return its role
   */
  Role role();

  /**
   * Who leads in the term, as far as the node knows.
   *
   * @return the leader, or null
   */
  NodeId leader();

  /**
   * Where the log starts.
   *
   * @return the position right before its first entry
   */
  LogPosition start();

  /**
   * What stands for the log before its start, and perhaps for more.
   *
   * @return the latest snapshot, or null
   */
  Snapshot snapshot();

  /**
   * Where the log ends.
   *
   * @return the position of its last entry
   */
  LogPosition last();

  /**
   * Up to where the log is on this node's disk.
   *
   * @return an index
   */
  long persistedIndex();

  /**
   * Up to where the log is known to be committed.
   *
   * @return an index
   */
  long commitIndex();

  /**
   * The configuration in force.
   *
   * @return the last one in the log
   */
  Configuration configuration();

  /**
   * Which configuration it is.
   *
   * @return the index of the entry that holds it, 0 for the one the cluster was formed with
   */
  long configurationIndex();
}
