package io.balsa.raft.core;

/**
 * How a node answers those who want to lead (sections 3.4, 3.6.1 and 9.6).
 *
 * <ul>
 *   <li>Who acknowledges a round that asks for a lease has promised to help nobody else to lead for
 *       an election timeout. Nothing but time ends that: no broken connection, no other role, no
 *       later term.
 *   <li>A node that starts may have promised it just before it stopped, so it waits as long, unless
 *       there was never anybody it could have promised something to.
 *   <li>An election that the leader has asked for breaks no promise: who asks has no lease any
 *       more.
 * </ul>
 */
final class Voter {
  private final Raft raft;
  private long boundFor;

  Voter(Raft raft) {
    this.raft = raft;
  }

  void onStart() {
    boundFor = wasAlwaysAlone() ? 0 : raft.options.electionTicks();
  }

  /** Whether there never was anybody else who could lead. */
  private boolean wasAlwaysAlone() {
    boolean neverChanged = raft.configurations.currentIndex() <= 1;
    return raft.term() == 0 || neverChanged && raft.configuration().members().size() <= 1;
  }

  void onTick() {
    boundFor = Math.max(0, boundFor - 1);
  }

  void promise() {
    boundFor = raft.options.electionTicks();
  }

  /** For how many ticks the node still helps nobody to lead, itself neither. */
  long boundFor() {
    return boundFor;
  }

  /** Why nobody is helped to lead now, or null. */
  private String loyalty() {
    if (raft.hearsLeader()) {
      return "hears a leader";
    }
    return boundFor > 0 ? "may be bound by a promise to a leader" : null;
  }

  /** Section 4.2.3: if so not even the term counts. */
  boolean ignores(NodeId from, Message.RequestVote m) {
    String loyalty = m.transfer() ? null : loyalty();
    if (loyalty != null) {
      report(from, loyalty);
    }
    return loyalty != null;
  }

  /**
   * Costs nothing and promises nothing, so the vote that was given in this term does not matter.
   */
  void onPreVote(NodeId from, Message.PreVote m) {
    String objection = loyalty();
    if (m.term() <= raft.term()) {
      objection = "is in a later term";
    } else if (objection == null && m.last().compareTo(raft.last()) < 0) {
      objection = "has a more up-to-date log";
    }
    report(from, objection);
    raft.output.send(from, new Message.PreVoteReply(raft.term(), m.round(), objection == null));
  }

  void onRequestVote(NodeId from, Message.RequestVote m) {
    NodeId votedFor = raft.votedFor();
    String objection = null;
    if (votedFor != null && !votedFor.equals(from)) {
      objection = "has voted for " + votedFor;
    } else if (m.last().compareTo(raft.last()) < 0) {
      objection = "has a more up-to-date log";
    }
    report(from, objection);
    if (objection != null) {
      raft.output.send(from, new Message.RequestVoteReply(raft.term(), false));
      return;
    }
    raft.voteFor(from);
    raft.output.sendWhenPersisted(from, new Message.RequestVoteReply(raft.term(), true));
  }

  /** Denies if there is an objection. */
  void report(NodeId candidate, String objection) {
    if (raft.reporter.isOn()) {
      String reason = objection == null ? "its log is up to date" : "this node " + objection;
      raft.reporter.report(new Decision.Voted(candidate, objection == null, reason));
    }
  }
}
