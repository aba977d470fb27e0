package io.balsa.raft.testkit.invariant;

import io.balsa.raft.core.Decision;
import io.balsa.raft.core.HardState;
import io.balsa.raft.core.Message;
import io.balsa.raft.core.NodeId;
import java.util.HashMap;
import java.util.Map;

/**
 * "Each server will vote for at most one candidate in a given term" (dissertation section 3.4),
 * whatever happens to it meanwhile.
 *
 * <p>A vote is what was said to a candidate, and what was saved. On disk it is never erased within
 * its term.
 */
final class VoteOnceATerm implements Invariant {
  private static final String NAME = "Vote Once A Term";

  private static final class Ballots {
    final Map<Long, NodeId> all = new HashMap<>();
    HardState saved = HardState.INITIAL;
    long recentTerm;
    NodeId recentVote;
  }

  private final Map<NodeId, Ballots> voters = new HashMap<>();

  @Override
  public void observe(Observation observation) {
    if (observation instanceof Observation.Decided o) {
      if (o.decision() instanceof Decision.Sent d) {
        onSent(o.node(), d);
      }
    } else if (observation instanceof Observation.HardStateSaved o) {
      onSaved(o.node(), o.hardState());
    } else if (observation instanceof Observation.Wiped o) {
      voters.remove(o.node());
    } else if (observation instanceof Observation.Started o) {
      onSaved(o.node(), o.hardState());
    }
  }

  private void onSent(NodeId node, Decision.Sent d) {
    if (d.message() instanceof Message.RequestVote m) {
      vote(node, m.term(), node);
    } else if (d.message() instanceof Message.RequestVoteReply m && m.granted()) {
      vote(node, m.term(), d.to());
    }
  }

  private void onSaved(NodeId node, HardState hardState) {
    if (hardState.votedFor() != null) {
      vote(node, hardState.term(), hardState.votedFor());
    }
    Ballots ballots = ballots(node);
    boolean erased =
        hardState.votedFor() == null
            && hardState.term() == ballots.saved.term()
            && ballots.saved.votedFor() != null;
    if (erased) {
      throw new Violated(
          NAME,
          "the disk of "
              + node
              + " has no vote in term "
              + hardState.term()
              + " after it had one for "
              + ballots.saved.votedFor());
    }
    ballots.saved = hardState;
  }

  private void vote(NodeId voter, long term, NodeId candidate) {
    Ballots ballots = ballots(voter);
    if (term == ballots.recentTerm && candidate.equals(ballots.recentVote)) {
      return;
    }
    NodeId before = ballots.all.putIfAbsent(term, candidate);
    if (before != null && !before.equals(candidate)) {
      throw new Violated(
          NAME,
          voter + " votes for " + candidate + " in term " + term + " and has voted for " + before);
    }
    ballots.recentTerm = term;
    ballots.recentVote = candidate;
  }

  private Ballots ballots(NodeId id) {
    return voters.computeIfAbsent(id, node -> new Ballots());
  }
}
