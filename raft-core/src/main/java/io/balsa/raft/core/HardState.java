package io.balsa.raft.core;

/**
 * What a node must remember besides its log, durable before it acts on it (section 3.4, figure 3.1
 * "persistent state"). Within a term the vote only ever goes from nobody to one node.
 *
 * @param term the latest term the node has seen
 * @param votedFor whom the node voted for in that term, or null
 */
public record HardState(long term, NodeId votedFor) {
  /** The state of a node that has seen nothing. */
  public static final HardState INITIAL = new HardState(0, null);
}
