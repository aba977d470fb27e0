package io.balsa.raft.core;

/**
 * A leader that makes way for a certain voter (section 3.10).
 *
 * <ul>
 *   <li>Meanwhile nothing new gets into the log, so the target catches up with its end.
 *   <li>Only then it is told to campaign, and again with each heartbeat, in case that gets lost.
 *   <li>After an election timeout the leader goes on as if nothing had been asked for.
 *   <li>Every request gets one answer.
 * </ul>
 */
final class LeadershipTransfer {
  private final Raft raft;
  private final Leader leader;
  private final long term;
  private Event.TransferLeadership request;
  private NodeId target;
  private long since;
  private boolean told;

  LeadershipTransfer(Raft raft, Leader leader) {
    this.raft = raft;
    this.leader = leader;
    term = raft.term();
  }

  boolean isUnderWay() {
    return request != null;
  }

  void request(Event.TransferLeadership e) {
    NodeId chosen = e.target() == null ? leader.bestVoter() : e.target();
    String objection = objection(chosen);
    if (objection != null) {
      raft.output.refuse(e.id(), objection, raft.self());
      return;
    }
    giveUp("another transfer, to " + chosen + ", takes its place");
    request = e;
    target = chosen;
    since = leader.now();
    told = false;
    onProgress();
  }

  private String objection(NodeId chosen) {
    Configuration current = raft.configuration();
    if (current.voters().stream().allMatch(m -> m.id().equals(raft.self()))) {
      return "there is no other voter";
    } else if (chosen == null) {
      return "no other voter answers";
    } else if (chosen.equals(raft.self())) {
      return chosen + " leads already";
    }
    return isVoter(chosen) ? null : chosen + " is not a voter";
  }

  private boolean isVoter(NodeId id) {
    return raft.configuration().voters().stream().anyMatch(m -> m.id().equals(id));
  }

  /** Somebody has acknowledged something. */
  void onProgress() {
    if (request != null && !told && leader.matchOf(target) == raft.log.lastIndex()) {
      told = true;
      leader.endLease(); // however late, the message may make another one lead
      raft.output.send(target, new Message.TimeoutNow(term));
    }
  }

  void onTick() {
    if (request == null) {
      return;
    }
    if (!isVoter(target)) {
      giveUp(target + " is not a voter any more");
    } else if (leader.now() - since >= raft.options.electionTicks()) {
      giveUp(target + " did not take over within an election timeout");
    } else if (told && leader.now() % raft.options.heartbeatTicks() == 0) {
      raft.output.send(target, new Message.TimeoutNow(term));
    }
  }

  private void giveUp(String reason) {
    if (request != null) {
      raft.output.refuse(request.id(), reason, raft.self());
      request = null;
    }
  }

  /** This node stops leading; if somebody else has begun a term, that is what was wanted. */
  void onEnd() {
    if (request != null && told && raft.term() > term) {
      raft.output.transferred(request.id());
    } else {
      giveUp("this node stopped leading for another reason");
    }
    request = null;
  }
}
