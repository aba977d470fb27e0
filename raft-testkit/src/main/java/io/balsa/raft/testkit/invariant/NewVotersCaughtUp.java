package io.balsa.raft.testkit.invariant;

import io.balsa.raft.core.Configuration;
import io.balsa.raft.core.Decision;
import io.balsa.raft.core.Member;
import io.balsa.raft.core.NodeId;
import io.balsa.raft.core.Role;
import java.util.HashMap;
import java.util.Map;

/**
 * A new server counts as a voter only after it "catches up with the rest of the cluster"
 * (dissertation section 4.2.1)
 *
 * <ul>
 *   <li>When a leader goes from a prepared configuration to a joint one, each voter of the next one
 *       that was none before has had the prepared one on its disk.
 * </ul>
 */
final class NewVotersCaughtUp implements Invariant {
  /** What a node has in force; the index is 0 unless it is prepared and where it is, is known. */
  private record InForce(Configuration configuration, long index) {}

  private final Evidence evidence;
  private final Map<NodeId, InForce> inForce = new HashMap<>();
  private final Map<NodeId, Long> reached = new HashMap<>();

  NewVotersCaughtUp(Evidence evidence) {
    this.evidence = evidence;
  }

  @Override
  public void observe(Observation observation) {
    NodeId id = observation.node();
    if (observation instanceof Observation.Synced || observation instanceof Observation.Restarted) {
      reached.merge(id, evidence.node(id).durableIndex, Math::max);
    } else if (observation instanceof Observation.Started) {
      // What an earlier process has written and not synced is made durable by the opening.
      reached.merge(id, evidence.node(id).durableIndex, Math::max);
      inForce.remove(id);
    } else if (observation instanceof Observation.Wiped) {
      reached.remove(id);
      inForce.remove(id);
    } else if (observation instanceof Observation.Decided o
        && o.decision() instanceof Decision.Reconfigured d) {
      InForce before = inForce.get(id);
      if (before != null && d.configuration().isJoint()) {
        require(evidence.node(id), before, d.configuration());
      }
      boolean isLast = d.configuration().equals(o.after().configuration());
      boolean known = d.configuration().isPrepared() && isLast;
      inForce.put(id, new InForce(d.configuration(), known ? o.after().configurationIndex() : 0));
    }
  }

  private void require(NodeEvidence leader, InForce before, Configuration joint) {
    if (leader.role != Role.LEADER || !before.configuration.isPrepared()) {
      return;
    }
    for (Member voter : joint.voters()) {
      boolean isNew = !before.configuration.isVoter(voter.id());
      if (isNew && reached.getOrDefault(voter.id(), 0L) < before.index) {
        throw new Violated(
            "New Voters Caught Up",
            leader.id
                + (" makes a voter of " + voter.id())
                + (", which has not had the log up to " + before.index)
                + ", where it was prepared for that");
      }
    }
  }
}
