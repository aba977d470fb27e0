package io.balsa.raft.testkit.invariant;

import io.balsa.raft.core.Decision;
import io.balsa.raft.core.Message;
import io.balsa.raft.core.NodeId;
import io.balsa.raft.core.RaftView;
import io.balsa.raft.core.Role;
import java.util.HashMap;
import java.util.Map;

/**
 * A leader commits what a quorum has acknowledged to it in its term (dissertation figure 3.1), and
 * not what was acknowledged to it when it led before.
 *
 * <ul>
 *   <li>What a node has acknowledged counts although it has lost its disk since: there is no vote
 *       of its that could undo it.
 * </ul>
 */
final class CommittedByAcknowledgements implements Invariant {
  /** What a leader has heard in its term: up to where each other node has its log. */
  private static final class Heard {
    final long term;
    final Map<NodeId, Long> matches = new HashMap<>();

    Heard(long term) {
      this.term = term;
    }
  }

  private final Evidence evidence;
  private final Map<NodeId, Heard> leaders = new HashMap<>();

  CommittedByAcknowledgements(Evidence evidence) {
    this.evidence = evidence;
  }

  @Override
  public void observe(Observation observation) {
    if (observation instanceof Observation.Decided o) {
      onDecided(o.node(), o.decision(), o.after());
    }
  }

  private void onDecided(NodeId node, Decision decision, RaftView after) {
    if (decision instanceof Decision.RoleChanged d) {
      leaders.remove(node);
      if (d.to() == Role.LEADER) {
        leaders.put(node, new Heard(d.term()));
      }
      return;
    }
    Heard heard = leaders.get(node);
    if (heard == null) {
      return;
    }
    if (decision instanceof Decision.Heard d
        && d.message() instanceof Message.AppendEntriesAccepted m
        && m.term() == heard.term) {
      heard.matches.merge(d.from(), m.matchIndex(), Math::max);
    } else if (decision instanceof Decision.Committed d) {
      heard.matches.put(node, after.persistedIndex());
      require(evidence.node(node), heard, d.index());
    }
  }

  private static void require(NodeEvidence leader, Heard heard, long index) {
    boolean isAcknowledged =
        Quorums.isQuorum(leader.configuration, id -> heard.matches.getOrDefault(id, 0L) >= index);
    if (!isAcknowledged) {
      throw new Violated(
          "Committed By Acknowledgements",
          leader.id
              + " commits "
              + index
              + " in term "
              + heard.term
              + ", in which it has heard no more than "
              + heard.matches
              + " of\n"
              + leader.configuration);
    }
  }
}
