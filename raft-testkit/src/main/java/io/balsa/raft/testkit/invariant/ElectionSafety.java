package io.balsa.raft.testkit.invariant;

import io.balsa.raft.core.Decision;
import io.balsa.raft.core.Message;
import io.balsa.raft.core.NodeId;
import io.balsa.raft.core.Role;
import java.util.HashMap;
import java.util.Map;

/**
 * "At most one leader can be elected in a given term." (dissertation figure 3.2, section 3.4)
 *
 * <p>A leader is who says that it leads, and who sends AppendEntries.
 */
final class ElectionSafety implements Invariant {
  private final Map<Long, NodeId> leaders = new HashMap<>();
  private long recentTerm;
  private NodeId recentLeader;

  @Override
  public void observe(Observation observation) {
    if (observation instanceof Observation.Decided o) {
      if (o.decision() instanceof Decision.RoleChanged d && d.to() == Role.LEADER) {
        leads(d.term(), o.node());
      } else if (o.decision() instanceof Decision.Sent d
          && d.message() instanceof Message.AppendEntries m) {
        leads(m.term(), o.node());
      }
    }
  }

  private void leads(long term, NodeId node) {
    if (term == recentTerm && node.equals(recentLeader)) {
      return;
    }
    NodeId before = leaders.putIfAbsent(term, node);
    if (before != null && !before.equals(node)) {
      throw new Violated(
          "Election Safety", "two leaders in term " + term + ": " + before + " and " + node);
    }
    recentTerm = term;
    recentLeader = node;
  }
}
