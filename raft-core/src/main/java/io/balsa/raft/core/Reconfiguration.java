package io.balsa.raft.core;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * The changes of the configuration while this node leads (sections 4.2 and 4.3).
 *
 * <ul>
 *   <li>One at a time, and none before an entry of this term is committed. A change with new voters
 *       goes through a prepared configuration, a joint one and {@code C_new}; one without them
 *       begins with the joint one. The next is appended only when the one before is committed.
 *   <li>What comes next is read off the last configuration of the log. So whoever leads finishes
 *       what it finds there, once, whoever began it.
 *   <li>New voters count only after they have caught up with what was committed when the prepared
 *       configuration was. If one of them never will, C is appended again and the change has
 *       failed.
 *   <li>Whoever asked for a change gets one answer: when {@code C_new}, or C again, is committed,
 *       or when this node stops leading before it knows.
 *   <li>A member that turns up with another incarnation has lost its disk. It becomes a learner
 *       under its new incarnation, and once that has caught up a voter again; the role of the
 *       learner says so to every leader.
 * </ul>
 */
final class Reconfiguration {
  /** For how many election timeouts a new voter may stand still. */
  private static final int PATIENCE = 10;

  /** A new voter that is catching up. */
  private static final class Newcomer {
    long matchIndex;
    long since;

    Newcomer(long matchIndex, long now) {
      this.matchIndex = matchIndex;
      since = now;
    }
  }

  private final Raft raft;
  private final Leader leader;
  private final Map<NodeId, Newcomer> newcomers = new TreeMap<>();

  /** The last configuration that this leader has seen committed. */
  private long committedIndex = -1;

  /** What was committed by then. */
  private long requiredIndex;

  private long nextLiveAt;
  private Event.ChangeConfiguration request;
  private String failure;

  Reconfiguration(Raft raft, Leader leader) {
    this.raft = raft;
    this.leader = leader;
  }

  // ---- changes that somebody asks for

  void request(Event.ChangeConfiguration e) {
    Configuration current = raft.configuration();
    Configuration target = current.complete(e.target());
    String objection = objection(e, target);
    if (objection != null) {
      raft.output.refuse(e.id(), objection, raft.self());
    } else if (target.equals(current)) {
      raft.output.changed(e.id(), raft.configurations.currentIndex(), current);
    } else {
      request = e;
      begin(target);
    }
  }

  private String objection(Event.ChangeConfiguration e, Configuration target) {
    long index = raft.configurations.currentIndex();
    if (!e.target().isSimple()) {
      return "the target is a " + (e.target().isJoint() ? "joint" : "prepared") + " configuration";
    } else if (!leader.hasCommittedInTerm()) {
      return "the leader has not committed an entry of its term";
    } else if (!isIdle()) {
      return "another change is under way";
    } else if (leader.isMakingWay()) {
      return "the leader is making way for another one";
    } else if (e.expectedIndex() != Event.ChangeConfiguration.ANY && e.expectedIndex() != index) {
      return "the configuration is that of " + index + " by now, not of " + e.expectedIndex();
    }
    return lackOfQuorum(target);
  }

  /** A change to a configuration that could commit nothing would never end. */
  private String lackOfQuorum(Configuration target) {
    Configuration current = raft.configuration();
    if (!firstStep(target).hasQuorum(id -> true)) {
      return "too few of the present voters are left to decide it";
    }
    List<NodeId> silent = new ArrayList<>();
    for (Member m : target.voters()) {
      if (!current.isNewVoter(m) && !leader.isPresumedActive(m.id())) {
        silent.add(m.id());
      }
    }
    return target.hasQuorum(id -> !silent.contains(id))
        ? null
        : "it would have no quorum, since " + silent + " do not answer";
  }

  private boolean isIdle() {
    return committedIndex == raft.configurations.currentIndex() && raft.configuration().isSimple();
  }

  private Configuration firstStep(Configuration target) {
    Configuration current = raft.configuration();
    return current.hasNewVoters(target) ? current.preparing(target) : current.jointWith(target);
  }

  private void begin(Configuration target) {
    leader.appendConfiguration(firstStep(target.pinned(raft.acquaintances.all())));
  }

  // ---- from step to step

  /** More is committed. */
  void onCommit() {
    long index = raft.configurations.currentIndex();
    if (index > raft.log.commitIndex() || index == committedIndex) {
      return;
    }
    committedIndex = index;
    requiredIndex = raft.log.commitIndex();
    Configuration current = raft.configuration();
    if (current.isJoint()) {
      leader.appendConfiguration(current.simple());
    } else if (current.isPrepared()) {
      startCatchUp(current);
    } else {
      settle(index, current);
    }
  }

  private void settle(long index, Configuration current) {
    if (request != null && failure == null) {
      raft.output.changed(request.id(), index, current);
    } else if (request != null) {
      raft.output.refuse(request.id(), failure, raft.self());
    }
    request = null;
    failure = null;
    leader.onSettled(index);
    heal();
  }

  private void startCatchUp(Configuration prepared) {
    nextLiveAt = leader.now();
    for (Member m : prepared.next().voters()) {
      if (prepared.isNewVoter(m)) {
        newcomers.put(m.id(), new Newcomer(leader.matchOf(m.id()), leader.now()));
      }
    }
    finishCatchUp();
  }

  /** Somebody has acknowledged something. */
  void onProgress() {
    if (isCatchingUp()) {
      finishCatchUp();
    }
  }

  private boolean isCatchingUp() {
    return committedIndex == raft.configurations.currentIndex()
        && raft.configuration().isPrepared();
  }

  private void finishCatchUp() {
    Configuration next = raft.configuration().next();
    if (newcomers.keySet().stream().allMatch(this::hasCaughtUp)
        && next.hasQuorum(leader::isActive)) {
      newcomers.clear();
      leader.appendConfiguration(
          raft.configuration().jointWith(next.pinned(raft.acquaintances.all())));
    }
  }

  /** Whether it would be of use as a voter (section 4.2.1). */
  private boolean hasCaughtUp(NodeId id) {
    return leader.isActive(id) && leader.matchOf(id) >= requiredIndex;
  }

  // ---- time

  void onTick() {
    if (!isCatchingUp()) {
      heal();
      return;
    }
    String reason =
        newcomers.keySet().stream().allMatch(this::isOnItsWay) ? null : whoStandsStill();
    if (raft.configuration().next().hasQuorum(leader::isActive)) {
      nextLiveAt = leader.now();
    } else if (reason == null && isOverdue(nextLiveAt)) {
      reason = "no quorum of the next configuration answers";
    }
    if (reason == null) {
      finishCatchUp();
    } else {
      giveUp(reason);
    }
  }

  private boolean isOnItsWay(NodeId id) {
    Newcomer newcomer = newcomers.get(id);
    long match = leader.matchOf(id);
    boolean isGettingSnapshot = leader.needsSnapshot(id) && leader.isActive(id);
    if (match > newcomer.matchIndex || hasCaughtUp(id) || isGettingSnapshot) {
      newcomer.since = leader.now();
      newcomer.matchIndex = match;
    }
    return !isOverdue(newcomer.since);
  }

  private boolean isOverdue(long since) {
    return leader.now() - since >= (long) PATIENCE * raft.options.electionTicks();
  }

  private String whoStandsStill() {
    List<NodeId> all = new ArrayList<>(newcomers.keySet());
    all.removeIf(id -> !isOverdue(newcomers.get(id).since));
    return "new voter " + all.get(0) + " made no progress for " + PATIENCE + " election timeouts";
  }

  private void giveUp(String reason) {
    failure = reason;
    newcomers.clear();
    raft.output.note(new Decision.Noted("the change of the configuration is given up: " + reason));
    leader.appendConfiguration(raft.configuration().simple());
  }

  // ---- members that have lost their disks

  void onPeerMet() {
    heal();
    Configuration current = raft.configuration();
    for (Member m : current.members()) {
      if (isIdle() && hasLostItsDisk(m)) {
        raft.output.note(
            new Decision.Noted(
                m.id() + " has lost its disk and waits for a change to let it in again"));
      }
    }
  }

  private boolean hasLostItsDisk(Member m) {
    return raft.acquaintances.isImpostor(m.id()) && !m.id().equals(raft.self());
  }

  /**
   * Starts the change that a lost disk makes necessary, if there is one and it can be committed.
   */
  private void heal() {
    if (!isIdle() || leader.isMakingWay()) {
      return;
    }
    Configuration current = raft.configuration();
    for (Member m : current.members()) {
      if (hasLostItsDisk(m)) {
        Configuration target = current.rejoining(m.id(), raft.acquaintances.all().get(m.id()));
        if (current.jointWith(target).hasQuorum(leader::isPresumedActive)) {
          begin(target);
          return;
        }
      } else if (current.isRejoining(m.id()) && hasCaughtUp(m.id())) {
        begin(current.withVoter(m));
        return;
      }
    }
  }

  /** This node stops leading. */
  void onEnd() {
    if (request != null) {
      raft.output.undecided(request.id());
    }
  }

  boolean invariantsHold() {
    return committedIndex <= raft.configurations.currentIndex()
        && (newcomers.isEmpty() || raft.configuration().isPrepared())
        && (failure == null || !isIdle())
        && (request == null || !isIdle());
  }
}
