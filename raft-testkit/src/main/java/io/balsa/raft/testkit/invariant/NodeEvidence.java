package io.balsa.raft.testkit.invariant;

import io.balsa.raft.core.Configuration;
import io.balsa.raft.core.HardState;
import io.balsa.raft.core.NodeId;
import io.balsa.raft.core.Role;
import io.balsa.raft.core.Snapshot;

/**
 * What is known of one node and its disk.
 *
 * <ul>
 *   <li>{@code log} is what was written, {@code durableIndex} up to where that would survive a
 *       power cut. The log of the algorithm may be ahead of it, and may have replaced its end.
 *   <li>Up to the persisted index of the algorithm the two logs are equal.
 *   <li>The disk is known when the node is down, too.
 *   <li>Role, term and configuration are those of the algorithm at the decision just told, not at
 *       the end of its step.
 * </ul>
 */
final class NodeEvidence {
  final NodeId id;
  final LogImage log = new LogImage();
  long durableIndex;
  HardState hardState = HardState.INITIAL;

  Role role = Role.FOLLOWER;
  long term;
  Configuration configuration;

  /** The highest commit index in any of its lives. */
  long highestCommit;

  /** What the disk owed when it was opened last. */
  boolean openedBefore;

  long owedIndex;
  long owedPrefix;
  HardState owedHardState;

  /** The latest snapshot that its disk is known to have, or null. */
  Snapshot snapshot;

  Snapshot owedSnapshot;

  /** The first entry that was found when the disk was opened and that nobody had written, or 0. */
  long inventedIndex;

  NodeEvidence(NodeId id, Configuration initial) {
    this.id = id;
    configuration = initial;
  }
}
