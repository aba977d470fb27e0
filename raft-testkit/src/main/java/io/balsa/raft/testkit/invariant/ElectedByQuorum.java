package io.balsa.raft.testkit.invariant;

import io.balsa.raft.core.Decision;
import io.balsa.raft.core.Message;
import io.balsa.raft.core.NodeId;
import io.balsa.raft.core.Role;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * "A candidate wins an election if it receives votes from a majority of the servers in the full
 * cluster for the same term." (dissertation section 3.4)
 *
 * <p>What counts is what the voters have said, not what the candidate believes to have heard.
 */
final class ElectedByQuorum implements Invariant {
  /** Older elections are over. */
  private static final int TERMS_KEPT = 100;

  private final TreeMap<Long, Map<NodeId, Set<NodeId>>> votes = new TreeMap<>();

  @Override
  public void observe(Observation observation) {
    if (observation instanceof Observation.Decided o) {
      if (o.decision() instanceof Decision.Sent d
          && d.message() instanceof Message.RequestVoteReply m
          && m.granted()) {
        votes(m.term(), d.to()).add(o.node());
      } else if (o.decision() instanceof Decision.RoleChanged d && d.to() == Role.LEADER) {
        check(o, d.term());
      }
    }
  }

  private Set<NodeId> votes(long term, NodeId candidate) {
    Set<NodeId> voters =
        votes
            .computeIfAbsent(term, t -> new HashMap<>())
            .computeIfAbsent(candidate, c -> new HashSet<>());
    if (votes.size() > TERMS_KEPT) {
      votes.pollFirstEntry();
    }
    return voters;
  }

  private void check(Observation.Decided o, long term) {
    Set<NodeId> voters = votes(term, o.node());
    voters.add(o.node());
    if (!Quorums.isQuorum(o.after().configuration(), voters::contains)) {
      throw new Violated(
          "Elected By Quorum",
          o.node() + " leads in term " + term + " with the votes of " + voters + " alone");
    }
  }
}
