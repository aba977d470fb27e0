package io.balsa.raft.core;

import io.balsa.raft.core.Cluster.Packet;
import java.util.List;

/**
 * Says what is wrong with a state, seen from outside, all nodes and disks at once. {@link Moves}
 * has looked at the one node that acted.
 *
 * <ul>
 *   <li>Election Safety, Log Matching, State Machine Safety, and one vote a term.
 *   <li>Leader Completeness for whoever could be elected, not only for who is: a log that is as up
 *       to date as the last committed entry holds everything that is committed.
 *   <li>Only a leader commits what nobody has committed, and a quorum has it on disk.
 *   <li>A read sees what was committed anywhere before it was asked.
 * </ul>
 */
final class Judge {
  private Judge() {}

  /** The history after an action of one node; throws an AssertionError if it must not be. */
  static History after(History before, TestNode[] nodes, TestNode actor, Moves.Outcome outcome) {
    History history = before;
    if (actor.leads()) {
      history = judgeLeader(history, actor);
    }
    history = judgeCommit(history, nodes, actor);
    for (TestNode node : nodes) {
      if (node != actor) {
        judgeMatch(actor.log(), node.log());
        judgeMatch(actor.log(), node.disk.entries());
        judgeMatch(actor.disk.entries(), node.log());
      }
      judgeCompleteness(history, node);
    }
    for (Effects.Readable readable : outcome.readable()) {
      Integer atLeast = history.reads().get(readable.id());
      if (!(atLeast != null)) {
        throw new AssertionError("read " + readable.id() + " is answered twice");
      }
      if (!(readable.index() >= atLeast && readable.index() <= history.committed().size())) {
        throw new AssertionError(
            "stale read: "
                + actor
                + " sees "
                + readable.index()
                + ", but "
                + atLeast
                + " were committed when it was asked");
      }
      history = history.answer(readable.id());
    }
    for (long id : outcome.unreadable()) {
      history = history.answer(id);
    }
    return history;
  }

  private static History judgeLeader(History history, TestNode leader) {
    int term = (int) leader.raft().term();
    NodeId known = history.leaders().get(term);
    if (!(known == null || known.equals(leader.id))) {
      throw new AssertionError(
          "Election Safety: " + known + " and " + leader.id + " lead in term " + term);
    }
    if (known != null) {
      return history;
    }
    if (term <= history.lastCommitted().term()) {
      return history.lead(term, leader.id); // late: it owes nothing to terms after its own
    }
    for (Entry entry : history.committed()) {
      if (!(leader.holds(entry.position()))) {
        throw new AssertionError(
            "Leader Completeness: " + leader + " lacks the committed " + entry);
      }
    }
    return history.lead(term, leader.id);
  }

  private static History judgeCommit(History before, TestNode[] nodes, TestNode actor) {
    History history = before;
    for (int i = 0; i < actor.raft().commitIndex(); i++) {
      Entry entry = actor.log().get(i);
      if (i < history.committed().size()) {
        Entry committed = history.committed().get(i);
        if (!(committed.equals(entry))) {
          throw new AssertionError(
              "State Machine Safety: " + actor + " commits " + entry + ", not " + committed);
        }
        continue;
      }
      if (!(actor.leads())) {
        throw new AssertionError(actor + " commits " + entry + ", which no leader has committed");
      }
      if (!(actor
          .raft()
          .configuration()
          .hasQuorum(id -> nodes[Action.place(id)].disk.holds(entry.position())))) {
        throw new AssertionError(actor + " commits " + entry + ", but no quorum has it on disk");
      }
      history = history.commit(entry);
    }
    return history;
  }

  private static void judgeMatch(List<Entry> one, List<Entry> other) {
    boolean same = true;
    for (int i = 0; i < Math.min(one.size(), other.size()); i++) {
      if (one.get(i).equals(other.get(i))) {
        if (!(same)) {
          throw new AssertionError("Log Matching: " + one + " and " + other);
        }
      } else {
        if (!(one.get(i).term() != other.get(i).term())) {
          throw new AssertionError(
              "Log Matching: " + one.get(i) + " and " + other.get(i) + " are different");
        }
        same = false;
      }
    }
  }

  private static void judgeCompleteness(History history, TestNode node) {
    if (node.raft().last().compareTo(history.lastCommitted()) < 0) {
      return;
    }
    for (Entry entry : history.committed()) {
      if (!(node.holds(entry.position()))) {
        throw new AssertionError(
            "Leader Completeness: "
                + node
                + " could be elected by those who have committed "
                + entry
                + ", and lacks it");
      }
    }
  }

  /** Two votes of one node in one term. */
  static void judgeVote(Packet one, Packet other) {
    NodeId first = vote(one);
    NodeId second = vote(other);
    if (!(first == null
        || second == null
        || !one.from().equals(other.from())
        || one.message().term() != other.message().term()
        || first.equals(second))) {
      throw new AssertionError("two votes of one node in one term: " + one + " and " + other);
    }
  }

  /** For whom a message is a vote, or null. */
  static NodeId vote(Packet packet) {
    if (packet.message() instanceof Message.RequestVote) {
      return packet.from();
    }
    boolean granted = packet.message() instanceof Message.RequestVoteReply m && m.granted();
    return granted ? packet.to() : null;
  }
}
