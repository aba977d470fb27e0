package io.balsa.raft.testkit.invariant;

import io.balsa.raft.core.Decision;
import io.balsa.raft.core.HardState;
import io.balsa.raft.core.LogPosition;
import io.balsa.raft.core.Message;
import io.balsa.raft.core.NodeId;

/**
 * "Persistent state on all servers (updated on stable storage before responding to RPCs)"
 * (dissertation figure 3.1, section 3.8)
 *
 * <ul>
 *   <li>Who speaks in a term has that term on disk; a pre-vote speaks of the term after it.
 *   <li>A vote for another, and the candidate's for itself, is on disk before it is said.
 *   <li>What a node acknowledges, and what it takes for persisted, is on its disk: if that is its
 *       whole log, then not another entry at the end, which is about to be replaced. A snapshot
 *       that is installed is not there yet.
 * </ul>
 *
 * <p>A message leaves the algorithm in the term of which it speaks, so the disk can't be in a later
 * one already.
 */
final class NothingPromisedBeforePersisted implements Invariant {
  private final Evidence evidence;

  NothingPromisedBeforePersisted(Evidence evidence) {
    this.evidence = evidence;
  }

  @Override
  public void observe(Observation observation) {
    if (observation instanceof Observation.Decided o) {
      if (o.decision() instanceof Decision.Sent d) {
        onSent(evidence.node(o.node()), d);
      } else if (o.decision() instanceof Decision.Persisted d) {
        NodeEvidence node = evidence.node(o.node());
        requireDurable(node, d.index(), d);
        requireSameEnd(node, d, o.after().last());
      } else if (o.decision() instanceof Decision.Installed d) {
        requireDurable(evidence.node(o.node()), o.after().persistedIndex(), d);
      }
    }
  }

  private static void onSent(NodeEvidence node, Decision.Sent sent) {
    Message message = sent.message();
    long term = message instanceof Message.PreVote ? message.term() - 1 : message.term();
    HardState disk = node.hardState;
    if (disk.term() < term) {
      throw violated(node, sent, "only term " + disk.term() + " is on its disk");
    }
    if (message instanceof Message.RequestVote) {
      requireVote(node, node.id, sent);
    } else if (message instanceof Message.RequestVoteReply m && m.granted()) {
      requireVote(node, sent.to(), sent);
    } else if (message instanceof Message.AppendEntriesAccepted m) {
      requireDurable(node, m.matchIndex(), sent);
    }
  }

  private static void requireVote(NodeEvidence node, NodeId candidate, Decision.Sent sent) {
    HardState disk = node.hardState;
    if (disk.term() != sent.message().term() || !candidate.equals(disk.votedFor())) {
      throw violated(
          node,
          sent,
          "but its disk has in term " + disk.term() + " the vote for " + disk.votedFor());
    }
  }

  private static void requireDurable(NodeEvidence node, long index, Decision decision) {
    if (index > node.durableIndex) {
      throw violated(
          node, decision, "but only what is up to " + node.durableIndex + " is on its disk");
    }
  }

  private static void requireSameEnd(
      NodeEvidence node, Decision.Persisted persisted, LogPosition last) {
    if (persisted.index() == last.index() && node.log.termAt(last.index()) != last.term()) {
      throw violated(
          node,
          persisted,
          "but its log ends with " + last + ", and the disk has another entry there");
    }
  }

  private static Violated violated(NodeEvidence node, Decision decision, String what) {
    return new Violated(
        "Nothing Promised Before Persisted", node.id + " says " + decision + ", " + what);
  }
}
