package io.balsa.raft.core;

import java.util.List;
import java.util.UUID;

/**
 * The Raft algorithm for one node, as in the dissertation: feed it events, then take the effects.
 * It does no I/O, reads no clock and owns no thread; the same events give the same effects.
 *
 * <ul>
 *   <li>The term never falls; within a term the vote goes from nobody to one node and stays.
 *   <li>There is always exactly one {@link RoleState}; a transition makes the next one whole.
 *   <li>Terms are compared in {@link #receive} and nowhere else: past it, a message is of this
 *       term. Only the pre-vote, which belongs to no term, is told apart before.
 *   <li>What promises something leaves only when the promise is on disk; see {@link Output}.
 * </ul>
 *
 * <p>Not thread-safe: one thread at a time steps it and reads its state.
 */
public final class Raft implements RaftView {
  final RaftOptions options;
  final RaftLog log;
  final ConfigurationHistory configurations;
  final Output output;
  final Reporter reporter;

  final Acquaintances acquaintances = new Acquaintances();
  final Voter voter = new Voter(this);

  private final NodeId self;
  private final UUID incarnation;
  private final RandomSource random;
  private long term;
  private NodeId votedFor;
  private NodeId leaderOfTerm;
  private RoleState role;
  private long lastRound;
  private Snapshot snapshot;
  private String failure;

  /**
   * A node that starts, as a follower, and takes itself for every member with its id.
   *
   * @param self who it is
   * @param options the numbers of the algorithm
   * @param restored what it knows from before
   * @param random where its randomness comes from
   * @param observer is told every decision, or null
   */
  public Raft(
      NodeId self,
      RaftOptions options,
      RestoredState restored,
      RandomSource random,
      RaftObserver observer) {
    this(self, null, options, restored, random, observer);
  }

  /**
   * A node that starts, as a follower.
   *
   * @param self who it is
   * @param incarnation which of those that ever had this id, or null if that is not known
   * @param options the numbers of the algorithm
   * @param restored what it knows from before
   * @param random where its randomness comes from
   * @param observer is told every decision, or null
   */
  public Raft(
      NodeId self,
      UUID incarnation,
      RaftOptions options,
      RestoredState restored,
      RandomSource random,
      RaftObserver observer) {
    this.self = self;
    this.incarnation = incarnation;
    this.options = options;
    this.random = random;
    reporter = new Reporter(observer);
    output = new Output(reporter);
    log = new RaftLog(restored);
    configurations = new ConfigurationHistory(restored);
    snapshot = restored.snapshot();
    term = restored.hardState().term();
    votedFor = restored.hardState().votedFor();
    if (term < last().term()) {
      throw new IllegalArgumentException(
          "term " + term + " with a log that ends at " + last() + ": the hard state is too old");
    }
    // No answer to a question of an earlier life may be taken for one to a question of this life.
    lastRound = (long) random.nextInt(Integer.MAX_VALUE) << 32;
    voter.onStart();
    role = Follower.atStart(this);
  }

  /**
   * Feeds one event. Never blocks, and nothing a peer sends makes it throw.
   *
   * @param event what happened
   */
  public void step(Event event) {
    try {
      if (event instanceof Event.Tick) {
        voter.onTick();
        role.onTick();
      } else if (event instanceof Event.Received e) {
        receive(e.from(), e.message());
      } else if (event instanceof Event.Propose e) {
        role.onPropose(e);
      } else if (event instanceof Event.Read e) {
        role.onRead(e);
      } else if (event instanceof Event.LeaseChecked e) {
        role.onLeaseChecked(e.holds());
      } else if (event instanceof Event.Persisted e) {
        onPersisted(e.token());
      } else if (event instanceof Event.Disconnected e) {
        role.onDisconnected(e.peer());
      } else if (event instanceof Event.Form e) {
        form(e.configuration());
      } else if (event instanceof Event.SnapshotTaken e) {
        onSnapshotTaken(e.snapshot());
      } else if (event instanceof Event.SnapshotReceived e) {
        role.onSnapshotReceived(e.snapshot());
      } else {
        stepMembership(event);
      }
      assert invariantsHold() : "after " + event;
    } catch (BrokenInvariantException e) {
      failure = e.getMessage();
      become(new Stopped(this), failure);
    }
    reporter.endStep(this);
  }

  private void stepMembership(Event event) {
    if (event instanceof Event.ChangeConfiguration e) {
      role.onChangeConfiguration(e);
    } else if (event instanceof Event.TransferLeadership e) {
      role.onTransferLeadership(e);
    } else if (event instanceof Event.PeerMet e) {
      boolean again = acquaintances.meet(e.peer(), e.incarnation(), configuration());
      role.onPeerMet(e.peer(), again);
    } else {
      throw new AssertionError("unhandled " + event);
    }
  }

  /**
   * What has to be done about the events since the last call.
   *
   * @return the effects, to be performed by the caller
   */
  public Effects takeEffects() {
    return failure == null ? output.take(this) : output.takeFailure(log.commitIndex(), failure);
  }

  // ---- messages

  /**
   * Section 3.3: a message of a later term moves the node there, one of an earlier term is turned
   * away.
   */
  private void receive(NodeId from, Message message) {
    if (failure != null) {
      return;
    }
    if (reporter.isOn()) {
      reporter.report(new Decision.Heard(from, message));
    }
    String problem = from.equals(self) ? "speaks in this node's name" : Nonsense.in(message, term);
    if (problem != null) {
      refuse(from, problem);
      return;
    }
    if (message.isCounted() && acquaintances.isImpostor(from)) {
      refuse(from, "is another incarnation than the member, so it does not count");
      return;
    }
    if (message instanceof Message.PreVote m) {
      voter.onPreVote(from, m);
      return;
    }
    boolean isPreVoteReply = message instanceof Message.PreVoteReply;
    if (message.term() < term && !isPreVoteReply) {
      turnAway(from, message);
      return;
    }
    if (message instanceof Message.RequestVote m && voter.ignores(from, m)) {
      return;
    }
    if (message.term() > term) {
      becomeFollower(message.term(), null, from + " is in a later term");
    }
    dispatch(from, message);
  }

  void dispatch(NodeId from, Message message) {
    if (message instanceof Message.AppendEntries m) {
      recogniseLeader(from);
      role.onAppendEntries(from, m);
    } else if (message instanceof Message.InstallSnapshot m) {
      recogniseLeader(from);
      role.onInstallSnapshot(from, m);
    } else if (message instanceof Message.AppendEntriesAccepted m) {
      role.onAccepted(from, m);
    } else if (message instanceof Message.AppendEntriesRejected m) {
      role.onRejected(from, m);
    } else if (message instanceof Message.RequestVote m) {
      voter.onRequestVote(from, m);
    } else if (message instanceof Message.RequestVoteReply m) {
      role.onRequestVoteReply(from, m);
    } else if (message instanceof Message.PreVoteReply m) {
      role.onPreVoteReply(from, m);
    } else if (message instanceof Message.TimeoutNow) {
      onTimeoutNow(from);
    } else if (message instanceof Message.ReadIndex m) {
      role.onReadIndex(from, m);
    } else if (message instanceof Message.ReadIndexReply m) {
      role.onReadIndexReply(from, m);
    } else {
      throw new AssertionError("unhandled " + message);
    }
  }

  /** Election Safety: at most one leader in a term (section 3.4). */
  private void recogniseLeader(NodeId leader) {
    if (leaderOfTerm != null && !leaderOfTerm.equals(leader)) {
      throw new BrokenInvariantException(
          "two leaders in term " + term + ": " + leaderOfTerm + " and " + leader);
    }
    leaderOfTerm = leader;
  }

  /** The sender learns that its term is over; its round is no round of the term in the answer. */
  private void turnAway(NodeId from, Message message) {
    if (message instanceof Message.AppendEntries m) {
      long previous = m.previous().index();
      output.send(from, new Message.AppendEntriesRejected(term, 0, previous, LogPosition.ZERO));
    } else if (message instanceof Message.InstallSnapshot) {
      output.send(from, new Message.AppendEntriesAccepted(term, 0, 0));
    } else if (message instanceof Message.RequestVote) {
      voter.report(from, "is in a later term");
      output.send(from, new Message.RequestVoteReply(term, false));
    }
  }

  private void onTimeoutNow(NodeId from) {
    if (leaderOfTerm != null && !leaderOfTerm.equals(from)) {
      refuse(from, "does not lead and can't make way");
    } else {
      role.onTimeoutNow(from);
    }
  }

  private void onPersisted(long token) {
    long index = output.persisted(token);
    if (index < 0) {
      return;
    }
    log.persisted(index);
    if (reporter.isOn()) {
      reporter.report(new Decision.Persisted(token, log.persistedIndex()));
    }
    role.onPersisted();
    Message toSelf;
    while ((toSelf = output.releaseKept(self)) != null) {
      dispatch(self, toSelf);
    }
  }

  // ---- transitions

  void becomeFollower(long newTerm, NodeId leader, String reason) {
    if (newTerm > term) {
      enterTerm(newTerm, null);
    }
    become(new Follower(this, leader), reason);
  }

  void becomePreCandidate(String reason) {
    Candidate candidate = Candidate.preCandidate(this);
    become(candidate, reason);
    candidate.campaign();
  }

  /**
   * The one place where a node raises the term by itself; it votes for itself in the same breath.
   *
   * @param transfer whether the leader has asked for it
   */
  void becomeCandidate(String reason, boolean transfer) {
    enterTerm(term + 1, self);
    Candidate candidate = Candidate.candidate(this, transfer);
    become(candidate, reason);
    candidate.campaign();
  }

  void voteFor(NodeId candidate) {
    if (votedFor == null) {
      votedFor = candidate;
      output.hardStateChanged(false);
    }
    role.onVoteGranted();
  }

  private void enterTerm(long newTerm, NodeId vote) {
    term = newTerm;
    votedFor = vote;
    leaderOfTerm = null;
    output.hardStateChanged(true);
  }

  void becomeLeader(String reason) {
    recogniseLeader(self);
    Leader leader = new Leader(this);
    become(leader, reason);
    leader.start();
  }

  private void become(RoleState next, String reason) {
    RoleState before = role;
    before.onEnd();
    role = next;
    output.note(new Decision.RoleChanged(before.role(), next.role(), term, reason));
  }

  // ---- the log

  void append(List<Entry> entries) {
    for (int i = 0; i < entries.size(); i++) {
      appendOne(entries.get(i));
    }
    reportAppended(entries.get(0).position());
  }

  void appendCommands(EntryType type, List<byte[]> commands) {
    LogPosition first = new LogPosition(term, log.lastIndex() + 1);
    for (int i = 0; i < commands.size(); i++) {
      appendOne(new Entry(term, log.lastIndex() + 1, type, commands.get(i)));
    }
    reportAppended(first);
  }

  private void appendOne(Entry entry) {
    log.append(entry);
    output.save(entry);
    if (entry.type() == EntryType.CONFIGURATION) {
      configurations.add(entry.index(), Configuration.fromBytes(entry.data()));
      reconfigured();
    }
  }

  private void reportAppended(LogPosition first) {
    if (reporter.isOn() && first.index() <= log.lastIndex()) {
      reporter.report(new Decision.Appended(first, last()));
    }
  }

  void truncate(long index) {
    if (index <= log.commitIndex()) {
      throw new BrokenInvariantException(
          "the leader of term "
              + term
              + " replaces entry "
              + log.positionAt(index)
              + ", but everything up to "
              + log.commitIndex()
              + " is committed");
    }
    if (reporter.isOn()) {
      reporter.report(new Decision.Truncated(log.positionAt(index)));
    }
    log.truncate(index);
    output.truncated(index);
    if (configurations.truncate(index)) {
      reconfigured();
    }
  }

  /**
   * The first entry of a cluster, the same on all its members and written by nobody else: it is in
   * force at once, and committed with what the first leader appends behind it. It has term 1, in
   * which nobody votes; a crash may have left a node there without the entry.
   */
  private void form(Configuration configuration) {
    if (term > 1 || votedFor != null || log.lastIndex() > 0) {
      return; // the cluster exists; term 1 alone is what a crash has left of this event
    }
    if (term == 0) {
      enterTerm(1, null);
    }
    append(List.of(Entry.of(configuration, 1, 1)));
  }

  /**
   * Section 5.1. The log keeps reaching back to the snapshot before this one, so that a follower
   * that is a little behind needs no snapshot.
   */
  private void onSnapshotTaken(Snapshot taken) {
    long before = snapshot == null ? 0 : snapshot.index();
    if (taken.index() < before) {
      return; // a later one was installed meanwhile
    }
    snapshot = taken;
    configurations.compact(taken.index());
    if (before > log.start().index() && before < taken.index()) {
      log.compact(before);
      output.discardable(before);
      if (reporter.isOn()) {
        reporter.report(new Decision.Compacted(log.start()));
      }
    }
  }

  /**
   * What a snapshot of the state at an index stands for; its size is not known yet.
   *
   * @param id its id
   * @param index an index that was applied, in the log and not below the latest snapshot
   * @return position and configuration at that index
   */
  public Snapshot planSnapshot(UUID id, long index) {
    return new Snapshot(
        id, log.positionAt(index), configurations.indexAt(index), configurations.at(index), 0);
  }

  /** The log ends before what a snapshot stands for, or has something else there (figure 5.3). */
  void install(Snapshot received) {
    snapshot = received;
    log.restartAfter(received.last());
    configurations.restartFrom(received);
    output.installed(received);
    if (reporter.isOn()) {
      reporter.report(new Decision.Installed(received));
    }
    reconfigured();
  }

  private void reconfigured() {
    acquaintances.compareWith(configuration());
    if (reporter.isOn()) {
      reporter.report(new Decision.Reconfigured(configuration()));
    }
    role.onReconfigured();
  }

  void commit(long index) {
    log.commit(index);
    if (reporter.isOn()) {
      reporter.report(new Decision.Committed(index));
    }
  }

  // ---- for the roles

  /** Learners and removed nodes never campaign (section 4.2.1). */
  boolean mayCampaign() {
    return configurations.mayNeed(self, incarnation, log.commitIndex());
  }

  boolean hearsLeader() {
    return role.hearsLeader();
  }

  /** Drawn anew each time, from one to just below two election timeouts (section 3.4). */
  int electionTimeout() {
    return options.electionTicks() + random.nextInt(options.electionTicks());
  }

  /** For a node that has reason to believe that nobody leads. */
  int shortTimeout() {
    return 1 + random.nextInt(Math.max(1, options.electionTicks() / 4));
  }

  /** A number that no message of this node has had. */
  long nextRound() {
    return ++lastRound;
  }

  void refuse(NodeId from, String reason) {
    output.note(new Decision.Refused(from, reason));
  }

  // ---- the view

  /**
   * The shortest election timeout.
   *
   * @return a number of ticks
   */
  public int electionTicks() {
    return options.electionTicks();
  }

  /**
   * The last round that this node has started as the leader. Its messages leave after this is
   * known.
   *
   * @return a number that rises
   */
  public long round() {
    return role.round();
  }

  /**
   * The highest round for which a quorum has promised to help nobody else to lead, for an election
   * timeout of each of theirs from when it got the round.
   *
   * @return the round, or 0 if this node has no lease, whatever any clock says
   */
  public long leaseRound() {
    return role.leaseRound();
  }

  /**
   * Whether reads wait to hear if the lease holds.
   *
   * @return true if an {@link Event.LeaseChecked} is due
   */
  public boolean asksForLease() {
    return role.asksForLease();
  }

  @Override
  public NodeId self() {
    return self;
  }

  @Override
  public long term() {
    return term;
  }

  @Override
  public NodeId votedFor() {
    return votedFor;
  }

  @Override
  public Role role() {
    return role.role();
  }

  @Override
  public NodeId leader() {
    return role.leader();
  }

  @Override
  public LogPosition start() {
    return log.start();
  }

  @Override
  public Snapshot snapshot() {
    return snapshot;
  }

  @Override
  public LogPosition last() {
    return log.last();
  }

  @Override
  public long persistedIndex() {
    return log.persistedIndex();
  }

  @Override
  public long commitIndex() {
    return log.commitIndex();
  }

  @Override
  public long configurationIndex() {
    return configurations.currentIndex();
  }

  @Override
  public Configuration configuration() {
    return configurations.current();
  }

  /**
   * Whether the state is one that the algorithm can be in.
   *
   * @return true unless the algorithm has a bug
   */
  public boolean invariantsHold() {
    return term >= last().term()
        && log.invariantsHold()
        && output.invariantsHold()
        && role.invariantsHold()
        && configurations.invariantsHold()
        && configurations.currentIndex() <= log.lastIndex();
  }
}
