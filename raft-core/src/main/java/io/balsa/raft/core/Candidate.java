package io.balsa.raft.core;

import java.util.HashSet;
import java.util.Set;
import java.util.function.Predicate;

/**
 * A node that wants to lead: first it asks whether it could win (section 9.6), then, in a new term,
 * for the votes (section 3.4).
 *
 * <ul>
 *   <li>Only answers to this very campaign are counted, each voter once, by the configuration in
 *       force.
 *   <li>The candidate's own vote is an answer like the others: it counts once it is on disk.
 * </ul>
 */
final class Candidate extends RoleState {
  private final boolean pre;
  private final boolean transfer;
  private final long round;
  private final Set<NodeId> granted = new HashSet<>();
  private final Set<NodeId> denied = new HashSet<>();
  private long ticksLeft;

  private Candidate(Raft raft, boolean pre, boolean transfer, long round) {
    super(raft);
    this.pre = pre;
    this.transfer = transfer;
    this.round = round;
  }

  /** A pre-candidate has spent nothing yet, so it asks again sooner. */
  static Candidate preCandidate(Raft raft) {
    Candidate candidate = new Candidate(raft, true, false, raft.nextRound());
    candidate.ticksLeft = raft.electionTimeout() / 2;
    return candidate;
  }

  /** The leader may have asked for the election; then nobody shields it (section 3.10). */
  static Candidate candidate(Raft raft, boolean transfer) {
    Candidate candidate = new Candidate(raft, false, transfer, 0);
    candidate.ticksLeft = raft.electionTimeout();
    return candidate;
  }

  /** Asks everybody; the node itself answers too. */
  void campaign() {
    for (Member member : raft.configuration().members()) {
      NodeId id = member.id();
      if (!id.equals(raft.self()) && raft.configuration().isVoter(id)) {
        ask(id);
      }
    }
    if (pre) {
      onPreVoteReply(raft.self(), new Message.PreVoteReply(raft.term(), round, true));
    } else {
      raft.output.sendWhenPersisted(raft.self(), new Message.RequestVoteReply(raft.term(), true));
    }
  }

  private void ask(NodeId id) {
    LogPosition last = raft.last();
    if (pre) {
      raft.output.send(id, new Message.PreVote(raft.term() + 1, last, round));
    } else {
      raft.output.sendWhenPersisted(id, new Message.RequestVote(raft.term(), last, transfer));
    }
  }

  @Override
  Role role() {
    return pre ? Role.PRE_CANDIDATE : Role.CANDIDATE;
  }

  @Override
  NodeId leader() {
    return null;
  }

  @Override
  boolean hearsLeader() {
    return false;
  }

  @Override
  void onTick() {
    if (--ticksLeft > 0) {
      return;
    }
    if (raft.mayCampaign()) {
      raft.becomePreCandidate("the election was not decided in time");
    } else {
      raft.becomeFollower(raft.term(), null, "no voter any more");
    }
  }

  @Override
  void onPreVoteReply(NodeId from, Message.PreVoteReply m) {
    if (pre && m.round() == round) {
      count(from, m.granted());
    }
  }

  @Override
  void onRequestVoteReply(NodeId from, Message.RequestVoteReply m) {
    if (!pre) {
      count(from, m.granted());
    }
  }

  private void count(NodeId from, boolean grants) {
    (grants ? granted : denied).add(from);
    if (isEnough(granted::contains)) {
      if (pre) {
        raft.becomeCandidate("a quorum would vote for it", false);
      } else {
        raft.becomeLeader("a quorum voted for it");
      }
    } else if (!isEnough(id -> !denied.contains(id))) {
      raft.becomeFollower(raft.term(), null, "a quorum is out of reach");
    }
  }

  /**
   * A quorum; but the first leader of a cluster needs everybody. Whoever has voted never forms the
   * cluster anew, so once there is a leader nobody can form another one with the same nodes.
   */
  private boolean isEnough(Predicate<NodeId> holds) {
    Configuration configuration = raft.configuration();
    boolean justFormed = raft.log.lastIndex() == 1 && raft.configurations.currentIndex() == 1;
    return justFormed
        ? configuration.voters().stream().allMatch(m -> holds.test(m.id()))
        : configuration.hasQuorum(holds);
  }

  @Override
  void onTimeoutNow(NodeId from) {
    if (pre && raft.mayCampaign()) {
      raft.becomeCandidate(from + " makes way for it", true);
    }
  }

  @Override
  void onAppendEntries(NodeId from, Message.AppendEntries m) {
    raft.becomeFollower(raft.term(), from, from + " leads");
    raft.dispatch(from, m);
  }

  @Override
  void onInstallSnapshot(NodeId from, Message.InstallSnapshot m) {
    raft.becomeFollower(raft.term(), from, from + " leads");
    raft.dispatch(from, m);
  }

  @Override
  boolean invariantsHold() {
    return pre || raft.self().equals(raft.votedFor());
  }
}
