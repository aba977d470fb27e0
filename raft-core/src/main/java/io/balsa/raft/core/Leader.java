package io.balsa.raft.core;

import io.balsa.raft.core.Message.AppendEntries;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;

/**
 * The node that decides what is in the log during its term (section 3.5).
 *
 * <ul>
 *   <li>It never removes or changes an entry of its own log (Leader Append-Only).
 *   <li>A node that is not in the configuration any more leads until that is committed and a quorum
 *       of those who stay know it, then makes way for one of them (section 4.2.2).
 *   <li>It counts itself like everybody else: by what is on its disk, and only if it is a voter.
 *   <li>Only an entry of its own term is committed by counting; the ones before follow (section
 *       3.6.2).
 *   <li>It has a lease only by {@link LeaseRounds}, and leaves the time to those who have a clock.
 *   <li>It stops leading when, for an election timeout, no quorum has acknowledged what it sent
 *       meanwhile (section 6.2).
 * </ul>
 */
final class Leader extends RoleState {
  /** How long a save may take before the leader makes way for one with a better disk. */
  private static final int STALL = 3;

  private final Map<NodeId, Progress> progress = new TreeMap<>();

  /** For those whose incarnation has changed: answers to earlier rounds are the former one's. */
  private final Map<NodeId, Long> firstRounds = new TreeMap<>();

  private final ReadQueue reads;
  private final LeaseRounds lease;
  private final Reconfiguration reconfiguration;
  private final LeadershipTransfer transfer;

  /** Of the last configuration that was committed, or null if nobody has to be told any more. */
  private Announcement announcement;

  private final long firstIndexOfTerm;
  private final long firstRoundOfTerm;
  private long round;
  private long now;
  private long checkedAt;
  private long roundAtCheck;
  private long watchedSave;
  private long watchedSince;

  Leader(Raft raft) {
    super(raft);
    reads = new ReadQueue(raft);
    lease = new LeaseRounds(raft.options);
    reconfiguration = new Reconfiguration(raft, this);
    transfer = new LeadershipTransfer(raft, this);
    firstIndexOfTerm = raft.log.lastIndex() + 1;
    firstRoundOfTerm = raft.nextRound();
    round = firstRoundOfTerm;
    roundAtCheck = round;
    // Also those who may leave, but don't know it yet.
    for (NodeId id : raft.configurations.everybody(raft.log.commitIndex())) {
      follow(id, firstIndexOfTerm);
    }
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

  /** Gives another node a progress, if it has none, from an entry on. */
  private void follow(NodeId id, long nextIndex) {
    if (!id.equals(raft.self())) {
      progress.computeIfAbsent(id, unknown -> new Progress(raft.options, nextIndex));
    }
  }

  /** Of a member, or of a node that is leaving; else null. */
  private Progress progressOf(NodeId id) {
    Progress p = progress.get(id);
    return p == null && announcement != null ? announcement.leaving().get(id) : p;
  }

  /** Whether a node has answered something new within an election timeout. */
  boolean isActive(NodeId id) {
    Progress p = progress.get(id);
    return id.equals(raft.self()) || p != null && p.isActive(now, raft.options.electionTicks());
  }

  /** As {@link #isActive}, but a leader that is new itself has no reason to doubt anybody. */
  boolean isPresumedActive(NodeId id) {
    Progress p = progress.get(id);
    boolean tooEarly = now < raft.options.electionTicks();
    return isActive(id) || p != null && !p.hasAnswered() && tooEarly;
  }

  // ---- time

  @Override
  void onTick() {
    now++;
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
      transfer.toThePreferred();
    }
    if (now % raft.options.heartbeatTicks() == 0) {
      startRound();
    }
    transfer.onTick();
    reconfiguration.onTick();
    checkAnnouncement();
  }

  long now() {
    return now;
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
    lease.roundStarts(round, now);
    progress.forEach(this::sendHeartbeat);
    if (announcement != null) {
      announcement.roundStarts(round, progress);
      announcement.leaving().forEach(this::sendHeartbeat);
    }
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

  boolean needsSnapshot(NodeId id) {
    Progress p = progress.get(id);
    return p != null && needsSnapshot(p);
  }

  /** Whether the log does not have the entries any more that a follower lacks. */
  private boolean needsSnapshot(Progress p) {
    return p.nextIndex() <= raft.log.start().index();
  }

  private void offerSnapshot(NodeId id) {
    raft.output.send(
        id, new Message.InstallSnapshot(raft.term(), round, raft.snapshot(), lease.asked()));
  }

  private AppendEntries header(long previousIndex) {
    return new AppendEntries(
        raft.term(),
        round,
        raft.log.positionAt(previousIndex),
        raft.log.commitIndex(),
        List.of(),
        lease.asked());
  }

  // ---- replication

  @Override
  void onPropose(Event.Propose e) {
    if (transfer.isUnderWay()) {
      raft.output.refuse(e.id(), "leadership is being transferred", raft.self());
      return;
    }
    LogPosition first = new LogPosition(raft.term(), raft.log.lastIndex() + 1);
    raft.appendCommands(e.type(), e.commands());
    raft.output.accept(e.id(), first);
    replicateToAll();
  }

  private void replicateToAll() {
    progress.forEach(this::replicate);
    if (announcement != null) {
      announcement.leaving().forEach(this::replicate);
    }
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
    Progress p = progressOf(from);
    if (p == null || !isAsked(from, m.round())) {
      return; // not a member any more, or the answer is to somebody else
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
    Progress p = progressOf(from);
    if (p == null || !isAsked(from, m.round())) {
      return; // not a member any more, or the answer is to somebody else
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

  /** Whether the node was asked in that round, by this leader in this term. */
  private boolean isAsked(NodeId from, long ackedRound) {
    return ackedRound >= firstRounds.getOrDefault(from, firstRoundOfTerm) && ackedRound <= round;
  }

  /** Any answer shows that the follower is there, so what is overdue is lost. */
  private void heardFrom(NodeId from, Progress p, long ackedRound) {
    p.acked(ackedRound, now);
    if (p.isStuck(now, 2L * raft.options.heartbeatTicks(), raft.options.electionTicks())) {
      p.lost();
    }
    replicate(from, p);
    confirmReads();
    reconfiguration.onProgress();
    transfer.onProgress();
    checkAnnouncement();
  }

  @Override
  void onDisconnected(NodeId peer) {
    Progress p = progressOf(peer);
    if (p != null) {
      p.lost();
    }
  }

  // ---- commit

  @Override
  void onPersisted() {
    advanceCommitIndex();
  }

  long matchOf(NodeId id) {
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
    reconfiguration.onCommit();
  }

  boolean hasCommittedInTerm() {
    return raft.log.commitIndex() >= firstIndexOfTerm;
  }

  // ---- reads

  @Override
  void onRead(Event.Read e) {
    addRead(null, e.id(), e.byLease());
  }

  @Override
  void onReadIndex(NodeId from, Message.ReadIndex m) {
    addRead(from, m.round(), m.byLease());
  }

  private void addRead(NodeId from, long id, boolean byLease) {
    if (byLease) {
      lease.want(now);
      reads.addByLease(from, id);
    } else {
      reads.add(from, id);
      startReads();
    }
  }

  @Override
  long round() {
    return round;
  }

  @Override
  long leaseRound() {
    return lease.asked() && hasCommittedInTerm() ? lease.confirmed(confirmedRound()) : 0;
  }

  @Override
  boolean asksForLease() {
    return reads.asksForLease();
  }

  @Override
  void onLeaseChecked(boolean holds) {
    if (holds && leaseRound() > 0) {
      tell(reads.leaseHolds());
    } else {
      reads.leaseIsOver();
      startReads();
    }
  }

  void endLease() {
    lease.end();
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
    tell(reads.confirmed(confirmedRound()));
    startReads();
  }

  /** Who was told an index will have to apply up to our commit index. */
  private void tell(List<NodeId> askers) {
    for (NodeId asker : askers) {
      Progress p = progress.get(asker);
      if (p != null) {
        sendHeartbeat(asker, p);
      }
    }
  }

  // ---- membership (section 4.3)

  @Override
  void onChangeConfiguration(Event.ChangeConfiguration e) {
    reconfiguration.request(e);
  }

  /**
   * As long as the configuration does not say which incarnation a member is of, each time that it
   * is met it may be another one, which has nothing of what the former has acknowledged.
   */
  @Override
  void onPeerMet(NodeId peer, boolean again) {
    Member member = raft.configuration().member(peer);
    if (again && member != null && member.incarnation() == null) {
      forget(peer);
      follow(peer, raft.log.lastIndex()); // an idle log must be asked about, too
    }
    reconfiguration.onPeerMet();
  }

  void appendConfiguration(Configuration configuration) {
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
    Configuration before = raft.configurations.previous();
    for (Member m : raft.configuration().members()) {
      Member former = before.member(m.id());
      // Also if it was not known: those who were met and those who answered may have been two.
      boolean isOther = former != null && !Objects.equals(m.incarnation(), former.incarnation());
      if (isOther || announcement != null && announcement.leaving().containsKey(m.id())) {
        forget(m.id());
      }
      follow(m.id(), raft.configurations.currentIndex()); // the newcomer's first entry is this one
    }
    checkQuorumLater(); // it can't have answered yet
    lease.beginAgain();
  }

  /** Nothing that was known of the node's log holds any more. */
  private void forget(NodeId id) {
    progress.remove(id);
    if (announcement != null) {
      announcement.leaving().remove(id);
    }
    round = raft.nextRound();
    firstRounds.put(id, round);
  }

  /** A simple configuration is committed; who is not in it any more is followed for a while. */
  void onSettled(long index) {
    Configuration current = raft.configuration();
    announcement = new Announcement(index, now, current, progress);
    progress.keySet().removeAll(announcement.leaving().keySet());
    if (announcement.leaving().isEmpty() && current.isVoter(raft.self())) {
      announcement = null;
    } else {
      startRound(); // those who leave hear that they may, and whoever leads next that it is done
    }
  }

  private void checkAnnouncement() {
    if (announcement == null) {
      return;
    }
    announcement.letGo();
    Configuration current = raft.configuration();
    boolean overdue = announcement.isOverdue(now, raft.options);
    if (current.isVoter(raft.self()) || announcement.index() < raft.configurations.currentIndex()) {
      if (overdue || announcement.leaving().isEmpty()) {
        announcement = null;
      }
    } else if (overdue || current.hasQuorum(id -> announcement.isKnownTo(id, progress.get(id)))) {
      makeWay();
    }
  }

  // ---- leaving (sections 3.10 and 4.2.2)

  @Override
  void onTransferLeadership(Event.TransferLeadership e) {
    transfer.request(e);
  }

  /** Whether nothing should be begun any more. */
  boolean isMakingWay() {
    return transfer.isUnderWay() || !raft.configuration().isVoter(raft.self());
  }

  /** Of those who have answered lately the one with the longest log, or null. */
  NodeId bestVoter() {
    NodeId best = null;
    for (Member m : raft.configuration().voters()) {
      NodeId id = m.id();
      if (!id.equals(raft.self())
          && isActive(id)
          && (best == null || matchOf(id) > matchOf(best))) {
        best = id;
      }
    }
    return best;
  }

  private void makeWay() {
    NodeId best = bestVoter();
    if (best != null) {
      raft.output.send(best, new Message.TimeoutNow(raft.term()));
    }
    raft.becomeFollower(raft.term(), null, "not a voter any more");
  }

  @Override
  void onEnd() {
    reads.fail();
    reconfiguration.onEnd();
    transfer.onEnd();
    raft.output.dropReplications();
  }

  @Override
  boolean invariantsHold() {
    long lastIndex = raft.log.lastIndex();
    return reconfiguration.invariantsHold()
        && progress.values().stream().allMatch(p -> p.invariantsHold(lastIndex))
        && !progress.containsKey(raft.self())
        && raft.configuration().members().stream()
            .allMatch(m -> m.id().equals(raft.self()) || progress.containsKey(m.id()));
  }
}
