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

  private final Map<NodeId, Heard> leaders = new HashMap<>();

  @Override
  public void observe(Observation observation) {
    if (observation instanceof Observation.Wiped) {
      leaders.values().forEach(heard -> heard.matches.remove(observation.node()));
    } else if (observation instanceof Observation.Decided o) {
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
      require(node, heard, d.index(), after);
    }
  }

  private static void require(NodeId leader, Heard heard, long index, RaftView after) {
    heard.matches.put(leader, after.persistedIndex());
    boolean isAcknowledged =
        Quorums.isQuorum(after.configuration(), id -> heard.matches.getOrDefault(id, 0L) >= index);
    if (!isAcknowledged) {
      throw new Violated(
          "Committed By Acknowledgements",
          leader
              + " commits "
              + index
              + " in term "
              + heard.term
              + ", in which it has heard no more than "
              + heard.matches
              + " of\n"
              + after.configuration());
    }
  }
}
