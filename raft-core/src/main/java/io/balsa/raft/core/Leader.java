package io.balsa.raft.core;

import io.balsa.raft.core.Message.AppendEntries;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * The node that decides what is in the log during its term (section 3.5).
 *
 * <ul>
 *   <li>It never removes or changes an entry of its own log (Leader Append-Only).
 *   <li>A node that is not in the configuration any more leads until that is committed, then
 *       announces it and stops (section 4.2.2).
 *   <li>It counts itself like everybody else: by what is on its disk, and only if it is a voter.
 *   <li>Only an entry of its own term is committed by counting; the ones before follow (section
 *       3.6.2).
 *   <li>It stops leading when, for an election timeout, no quorum has acknowledged what it sent
 *       meanwhile (section 6.2).
 * </ul>
 */
final class Leader extends RoleState {
  /** How long a save may take before the leader makes way for one with a better disk. */
  private static final int STALL = 3;

  private final Map<NodeId, Progress> progress = new TreeMap<>();
  private final ReadQueue reads;
  private final long firstIndexOfTerm;
  private long round;
  private long now;
  private long checkedAt;
  private long roundAtCheck;
  private long settledConfigurationIndex = -1;
  private long watchedSave;
  private long watchedSince;

  Leader(Raft raft) {
    super(raft);
    reads = new ReadQueue(raft);
    firstIndexOfTerm = raft.log.lastIndex() + 1;
    round = raft.nextRound();
    roundAtCheck = round;
    followMembers(firstIndexOfTerm);
  }

  /**
   * A no-op tells where the term starts; until it is committed the leader does not know what else
   * is (6.4).
   */
  void start() {
    raft.append(List.of(Entry.noOp(raft.term(), firstIndexOfTerm)));
    replicateToAll();
  }

  @Override
  Role role() {
    return Role.LEADER;
  }

  @Override
  NodeId leader() {
    return raft.self();
  }

  @Override
  boolean hearsLeader() {
    return true;
  }

  /** Gives every member of the configuration a progress, new ones from an entry on. */
  private void followMembers(long nextIndex) {
    for (Member member : raft.configuration().members()) {
      if (!member.id().equals(raft.self())) {
        progress.computeIfAbsent(member.id(), id -> new Progress(raft.options, nextIndex));
      }
    }
  }

  // ---- time

  @Override
  void onTick() {
    now++;
    if (isSettled() && !raft.configuration().isVoter(raft.self())) {
      raft.becomeFollower(raft.term(), null, "not a voter any more");
      return;
    }
    if (diskHasStalled()) {
      raft.becomeFollower(
          raft.term(),
          null,
          "its disk has not finished a save for " + STALL + " election timeouts");
      return;
    }
    if (now - checkedAt >= raft.options.electionTicks()) {
      if (confirmedRound() < roundAtCheck) {
        raft.becomeFollower(raft.term(), null, "no quorum answered for an election timeout");
        return;
      }
      checkQuorumLater();
    }
    if (now % raft.options.heartbeatTicks() == 0) {
      startRound();
    }
  }

  /** A disk that neither writes nor fails would hold everybody up, since heartbeats need none. */
  private boolean diskHasStalled() {
    long save = raft.output.oldestSaveUnderWay();
    if (save != watchedSave) {
      watchedSave = save;
      watchedSince = now;
    }
    return save != 0 && now - watchedSince >= (long) STALL * raft.options.electionTicks();
  }

  private void checkQuorumLater() {
    checkedAt = now;
    roundAtCheck = round + 1; // what was sent before says nothing about the time to come
  }

  /** Whether the configuration in force is one that the leader has seen committed and announced. */
  private boolean isSettled() {
    return settledConfigurationIndex == raft.configurations.currentIndex();
  }

  /** The highest round that a quorum has acknowledged. */
  private long confirmedRound() {
    return raft.configuration().quorumIndex(this::roundOf);
  }

  private long roundOf(NodeId id) {
    Progress p = progress.get(id);
    return p == null ? roundOfOther(id) : p.ackedRound();
  }

  private long roundOfOther(NodeId id) {
    return id.equals(raft.self()) ? round : 0;
  }

  private void startRound() {
    round = raft.nextRound();
    progress.forEach(this::sendHeartbeat);
  }

  /** A heartbeat may overtake entries, so it speaks only of what the follower has confirmed. */
  private void sendHeartbeat(NodeId id, Progress p) {
    if (needsSnapshot(p)) {
      offerSnapshot(id);
      return;
    }
    long index = Math.max(p.matchIndex(), raft.log.start().index());
    raft.output.replicate(id, header(index), index);
  }

  /** Whether the log does not have the entries any more that a follower lacks. */
  private boolean needsSnapshot(Progress p) {
    return p.nextIndex() <= raft.log.start().index();
  }

  private void offerSnapshot(NodeId id) {
    raft.output.send(id, new Message.InstallSnapshot(raft.term(), round, raft.snapshot()));
  }

  private AppendEntries header(long previousIndex) {
    return new AppendEntries(
        raft.term(), round, raft.log.positionAt(previousIndex), raft.log.commitIndex(), List.of());
  }

  // ---- replication

  @Override
  void onPropose(Event.Propose e) {
    LogPosition first = new LogPosition(raft.term(), raft.log.lastIndex() + 1);
    raft.appendCommands(e.commands());
    raft.output.accept(e.id(), first);
    replicateToAll();
  }

  private void replicateToAll() {
    progress.forEach(this::replicate);
  }

  private void replicate(NodeId id, Progress p) {
    while (p.hasRoom() && p.nextIndex() <= raft.log.lastIndex()) {
      if (needsSnapshot(p)) {
        p.sentAndWaits(now);
        offerSnapshot(id);
        return;
      }
      long first = p.nextIndex();
      AppendEntries header = header(first - 1);
      if (!raft.log.knowsSizesFrom(first)) {
        p.sentAndWaits(now);
        raft.output.replicate(id, header, raft.log.lastIndex());
        return;
      }
      long last = raft.log.lastWithin(first, raft.options.maxBatchBytes());
      if (p.isStreaming()) {
        p.sent(last, raft.log.bytes(first, last), now);
      } else {
        p.sentAndWaits(now);
      }
      raft.output.replicate(id, header, last);
    }
  }

  @Override
  void onAccepted(NodeId from, Message.AppendEntriesAccepted m) {
    Progress p = progress.get(from);
    if (p == null) {
      return; // not a member any more
    }
    if (m.matchIndex() > raft.log.lastIndex()) {
      raft.refuse(from, "acknowledges " + m.matchIndex() + ", the log ends at " + raft.last());
      return;
    }
    if (p.matched(m.matchIndex(), now)) {
      advanceCommitIndex();
    }
    heardFrom(from, p, m.round());
  }

  @Override
  void onRejected(NodeId from, Message.AppendEntriesRejected m) {
    Progress p = progress.get(from);
    if (p == null) {
      return; // not a member any more
    }
    if (m.hint().index() > m.previousIndex()) {
      raft.refuse(from, "rejects " + m.previousIndex() + " but offers " + m.hint());
      return;
    }
    if (p.isRejectedBy(m.previousIndex())) {
      long agreeable = raft.log.lastAgreeable(m.hint()).index();
      p.probe(Math.min(agreeable, m.previousIndex() - 1) + 1);
    }
    heardFrom(from, p, m.round());
  }

  /** Any answer shows that the follower is there, so what is overdue is lost. */
  private void heardFrom(NodeId from, Progress p, long ackedRound) {
    p.acked(Math.min(ackedRound, round));
    if (p.isStuck(now, 2L * raft.options.heartbeatTicks(), raft.options.electionTicks())) {
      p.lost();
    }
    replicate(from, p);
    confirmReads();
  }

  @Override
  void onDisconnected(NodeId peer) {
    Progress p = progress.get(peer);
    if (p != null) {
      p.lost();
    }
  }

  // ---- commit

  @Override
  void onPersisted() {
    advanceCommitIndex();
  }

  private long matchOf(NodeId id) {
    Progress p = progress.get(id);
    return p == null ? matchOfOther(id) : p.matchIndex();
  }

  private long matchOfOther(NodeId id) {
    return id.equals(raft.self()) ? raft.log.persistedIndex() : 0;
  }

  /** Figure 3.1, rules for leaders, last point. */
  private void advanceCommitIndex() {
    long index = raft.configuration().quorumIndex(this::matchOf);
    if (index <= raft.log.commitIndex() || raft.log.termAt(index) != raft.term()) {
      return;
    }
    raft.commit(index);
    startReads();
    long configurationIndex = raft.configurations.currentIndex();
    if (configurationIndex <= index && configurationIndex > settledConfigurationIndex) {
      onConfigurationCommitted(configurationIndex);
    }
  }

  private boolean hasCommittedInTerm() {
    return raft.log.commitIndex() >= firstIndexOfTerm;
  }

  // ---- reads

  @Override
  void onRead(Event.Read e) {
    reads.add(null, e.id());
    startReads();
  }

  @Override
  void onReadIndex(NodeId from, Message.ReadIndex m) {
    reads.add(from, m.round());
    startReads();
  }

  private void startReads() {
    if (hasCommittedInTerm() && reads.wantsRound()) {
      startRound();
      reads.start(round);
      confirmReads();
    }
  }

  private void confirmReads() {
    if (!reads.isConfirming()) {
      return;
    }
    for (NodeId asker : reads.confirmed(confirmedRound())) {
      Progress p = progress.get(asker);
      if (p != null) {
        sendHeartbeat(asker, p); // it will have to apply up to our commit index
      }
    }
    startReads();
  }

  // ---- membership (section 4.3)

  @Override
  void onChangeConfiguration(Event.ChangeConfiguration e) {
    Configuration current = raft.configuration();
    if (e.target().isJoint()) {
      raft.output.refuse(e.id(), "the target is a joint configuration", raft.self());
    } else if (!hasCommittedInTerm()) {
      raft.output.refuse(e.id(), "the leader has not committed an entry of its term", raft.self());
    } else if (current.isJoint() || raft.configurations.currentIndex() > raft.log.commitIndex()) {
      raft.output.refuse(e.id(), "another change is under way", raft.self());
    } else {
      raft.output.accept(e.id(), new LogPosition(raft.term(), raft.log.lastIndex() + 1));
      appendConfiguration(current.jointWith(e.target()));
    }
  }

  private void appendConfiguration(Configuration configuration) {
    raft.append(List.of(Entry.of(configuration, raft.term(), raft.log.lastIndex() + 1)));
    replicateToAll();
    advanceCommitIndex(); // a smaller quorum may have been reached already
  }

  @Override
  void onAppendEntries(NodeId from, AppendEntries m) {
    throw new AssertionError("another leader is recognised before this");
  }

  @Override
  void onInstallSnapshot(NodeId from, Message.InstallSnapshot m) {
    throw new AssertionError("another leader is recognised before this");
  }

  @Override
  void onReconfigured() {
    followMembers(raft.configurations.currentIndex()); // the newcomer's first entry is this one
    checkQuorumLater(); // it can't have answered yet
  }

  /**
   * Leaves the joint configuration, whoever began it; and once it is left, lets go of who is not in
   * it any more.
   */
  private void onConfigurationCommitted(long index) {
    Configuration current = raft.configuration();
    if (current.isJoint()) {
      appendConfiguration(Configuration.of(current.voters(), current.learners()));
      return;
    }
    settledConfigurationIndex = index;
    Set<NodeId> leaving = new TreeSet<>(progress.keySet());
    current.members().forEach(m -> leaving.remove(m.id()));
    if (!leaving.isEmpty() || !current.isVoter(raft.self())) {
      startRound(); // those who leave hear that they may, and whoever leads next that it is done
      progress.keySet().removeAll(leaving);
    }
  }

  @Override
  void onEnd() {
    reads.fail();
    raft.output.dropReplications();
  }

  @Override
  boolean invariantsHold() {
    return progress.values().stream().allMatch(p -> p.invariantsHold(raft.log.lastIndex()));
  }
}
