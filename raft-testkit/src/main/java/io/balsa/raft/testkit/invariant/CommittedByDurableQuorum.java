package io.balsa.raft.testkit.invariant;

import io.balsa.raft.core.Decision;
import io.balsa.raft.core.NodeId;
import io.balsa.raft.core.Role;
import java.util.function.Predicate;

/**
 * "A log entry is committed once the leader that created the entry has replicated it on a majority
 * of the servers" (dissertation section 3.5); of both halves of a joint configuration (section
 * 4.3); and a server has an entry when it is on its disk (section 3.8).
 *
 * <ul>
 *   <li>Whoever raises the commit index of the cluster leads, and has its entry of the current term
 *       at that index (section 3.6.2) on the disks of a quorum of its configuration.
 *   <li>No disk knows of commits that its node did not know of.
 * </ul>
 */
final class CommittedByDurableQuorum implements Invariant {
  private static final String NAME = "Committed By Durable Quorum";

  private final Evidence evidence;
  private final Predicate<NodeId> isDurable = this::isDurable;
  private long highest;
  private long index;
  private long term;

  CommittedByDurableQuorum(Evidence evidence) {
    this.evidence = evidence;
  }

  private boolean isDurable(NodeId id) {
    return evidence.isDurable(id, index, term);
  }

  @Override
  public void observe(Observation observation) {
    if (observation instanceof Observation.Decided o) {
      if (o.decision() instanceof Decision.Committed d && d.index() > highest) {
        onRaised(evidence.node(o.node()), d.index());
      }
    } else if (observation instanceof Observation.Started o) {
      onStarted(evidence.node(o.node()), o.commitIndex());
    }
  }

  private void onRaised(NodeEvidence node, long newIndex) {
    if (node.role != Role.LEADER) {
      throw new Violated(
          NAME, node.id + " does not lead and commits " + newIndex + ", which no leader has");
    }
    index = newIndex;
    term = node.term;
    if (!Quorums.isQuorum(node.configuration, isDurable)) {
      throw new Violated(
          NAME,
          node.id
              + " commits "
              + index
              + "@"
              + term
              + ", which is not on the disks of a quorum of\n"
              + node.configuration);
    }
    highest = newIndex;
  }

  private void onStarted(NodeEvidence node, long hint) {
    if (hint > node.highestCommit) {
      throw new Violated(
          NAME,
          "the disk of "
              + node.id
              + " says that "
              + hint
              + " is committed, the node had committed up to "
              + node.highestCommit);
    }
    highest = Math.max(highest, hint);
  }
}
