package io.balsa.raft;

import io.balsa.raft.core.Configuration;
import io.balsa.raft.core.NodeId;

/** What an administrator wants of the leader. */
sealed interface Demand {

  /**
   * Other members (section 4.3).
   *
   * @param expectedIndex the index of the configuration that the change is made to
   * @param target the configuration to get to
   */
  record Change(long expectedIndex, Configuration target) implements Demand {}

  /**
   * Another leader (section 3.10).
   *
   * @param target who should lead, or null for whoever suits best
   */
  record Transfer(NodeId target) implements Demand {}
}
