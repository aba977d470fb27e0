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
  /** The number of a request that nobody has made. */
  private static final long NOBODYS = 0;

  /** After how many election timeouts a preferred voter is given another chance. */
  private static final int PAUSE = 30;

  private final Raft raft;
  private final Leader leader;
  private final long term;
  private Event.TransferLeadership request;
  private NodeId target;
  private long since;
  private long preferAgainAt;
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

  /** To be called once an election timeout. */
  void toThePreferred() {
    if (request != null || leader.now() < preferAgainAt || !raft.configuration().isSimple()) {
      return;
    }
    Member best = raft.configuration().member(raft.self());
    for (Member m : raft.configuration().voters()) {
      if (best != null && m.priority() > best.priority() && isFit(m.id())) {
        best = m;
      }
    }
    if (best != null && !best.id().equals(raft.self())) {
      preferAgainAt = leader.now() + (long) PAUSE * raft.options.electionTicks();
      request(new Event.TransferLeadership(NOBODYS, best.id()));
    }
  }

  private boolean isFit(NodeId id) {
    return leader.isActive(id) && leader.matchOf(id) >= raft.commitIndex();
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
    if (request != null && request.id() != NOBODYS) {
      raft.output.refuse(request.id(), reason, raft.self());
    }
    request = null;
  }

  /** This node stops leading; if somebody else has begun a term, that is what was wanted. */
  void onEnd() {
    boolean isDone = request != null && told && raft.term() > term;
    if (isDone && request.id() != NOBODYS) {
      raft.output.transferred(request.id());
    } else if (!isDone) {
      giveUp("this node stopped leading for another reason");
    }
    request = null;
  }
}
