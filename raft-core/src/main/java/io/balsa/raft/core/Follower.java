package io.balsa.raft.core;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;

/**
 * A node that takes what the leader of its term sends (section 3.5), or waits for one to appear.
 *
 * <ul>
 *   <li>The election timer is reset by a message of the leader of this term that is newer than
 *       those before, and by giving a vote away; by nothing else.
 *   <li>It does not campaign while it is bound by a promise to a leader, whatever it hears.
 *   <li>Reads that were passed on to the leader are answered in the role that passed them on, or
 *       not at all.
 * </ul>
 */
final class Follower extends RoleState {
  /** In words that mean something to a reader of a log, who knows nothing of ticks. */
  private static final String SILENCE = "heard no leader for an election timeout";

  private record ForwardedRead(long round, long id, long askedAt) {}

  private NodeId leader;
  private long lastRound;
  private long now;
  private long contact;
  private long timeout;

  /** Why there is an election when the timeout ends. */
  private String why = SILENCE;

  private final Deque<ForwardedRead> reads = new ArrayDeque<>();

  Follower(Raft raft, NodeId leader) {
    super(raft);
    this.leader = leader;
    timeout = raft.electionTimeout();
  }

  /** A node that has just started knows of no leader it could disturb and need not wait as long. */
  static Follower atStart(Raft raft) {
    Follower follower = new Follower(raft, null);
    follower.timeout = follower.soon();
    follower.why = "heard no leader since it started";
    return follower;
  }

  private int soon() {
    return (int) raft.voter.boundFor() + raft.shortTimeout();
  }

  @Override
  Role role() {
    return Role.FOLLOWER;
  }

  @Override
  NodeId leader() {
    return leader;
  }

  @Override
  boolean hearsLeader() {
    return leader != null && now - contact < raft.options.electionTicks();
  }

  @Override
  void onTick() {
    now++;
    while (!reads.isEmpty() && now - reads.peekFirst().askedAt >= raft.options.electionTicks()) {
      raft.output.unreadable(reads.removeFirst().id);
    }
    if (now - contact < timeout || raft.voter.boundFor() > 0) {
      return;
    }
    if (raft.mayCampaign()) {
      raft.becomePreCandidate(why);
    } else {
      leader = null;
      contact = now;
    }
  }

  @Override
  void onVoteGranted() {
    leader = null;
    contact = now;
  }

  /**
   * A leader whose connection broke may have died; asking around soon harms nobody if it has not
   * (section 9.6).
   */
  @Override
  void onDisconnected(NodeId peer) {
    if (peer.equals(leader)) {
      leader = null;
      contact = now;
      timeout = soon();
      why = "lost the connection to " + peer + ", which led";
      failReads();
    }
  }

  /** AppendEntries, receiver's side (figure 3.1). */
  @Override
  void onAppendEntries(NodeId from, Message.AppendEntries m) {
    follow(from, m.round(), m.lease());
    if (!raft.log.contains(m.previous())) { // step 2
      LogPosition hint = raft.log.lastAgreeable(m.previous());
      raft.output.send(
          from,
          new Message.AppendEntriesRejected(raft.term(), m.round(), m.previous().index(), hint));
      return;
    }
    takeEntries(m.entries()); // steps 3 and 4
    // Not past what this message vouches for: our tail beyond it may be a deposed leader's (step
    // 5).
    long committed = Math.min(m.commitIndex(), m.lastIndex());
    if (committed > raft.log.commitIndex()) {
      raft.commit(committed);
    }
    Message reply = new Message.AppendEntriesAccepted(raft.term(), m.round(), m.lastIndex());
    if (m.lastIndex() <= raft.log.persistedIndex()) {
      raft.output.send(from, reply);
    } else {
      raft.output.sendWhenPersisted(from, reply);
    }
  }

  private void follow(NodeId from, long round, boolean lease) {
    leader = from;
    if (round > lastRound) { // else it is a repetition, perhaps of a leader long dead
      lastRound = round;
      contact = now;
      if (!why.equals(SILENCE)) {
        timeout = raft.electionTimeout();
        why = SILENCE;
      }
      if (lease) {
        raft.voter.promise();
      }
    }
  }

  /**
   * An entry that is in the log already is left alone; only a real conflict removes what follows
   * it.
   */
  private void takeEntries(List<Entry> entries) {
    int i = 0;
    while (i < entries.size() && raft.log.contains(entries.get(i).position())) {
      i++;
    }
    if (i == entries.size()) {
      return;
    }
    if (entries.get(i).index() <= raft.log.lastIndex()) {
      raft.truncate(entries.get(i).index());
    }
    raft.append(entries.subList(i, entries.size()));
  }

  /** InstallSnapshot, receiver's side (figure 5.3). What it stands for may be here already. */
  @Override
  void onInstallSnapshot(NodeId from, Message.InstallSnapshot m) {
    follow(from, m.round(), m.lease());
    if (m.snapshot().index() > raft.log.commitIndex()) {
      if (raft.log.contains(m.snapshot().last())) {
        raft.commit(m.snapshot().index());
      } else {
        raft.output.fetch(from, m.snapshot());
      }
    }
    long matchIndex = raft.log.commitIndex();
    Message reply = new Message.AppendEntriesAccepted(raft.term(), m.round(), matchIndex);
    if (matchIndex <= raft.log.persistedIndex()) {
      raft.output.send(from, reply);
    } else {
      raft.output.sendWhenPersisted(from, reply);
    }
  }

  @Override
  void onSnapshotReceived(Snapshot snapshot) {
    boolean needed =
        snapshot.index() > raft.log.commitIndex() && !raft.log.contains(snapshot.last());
    if (needed) {
      raft.install(snapshot);
    }
  }

  /**
   * Section 3.10: its log is known to be good enough and nobody is disturbed, so it asks nobody.
   */
  @Override
  void onTimeoutNow(NodeId from) {
    if (raft.mayCampaign()) {
      raft.becomeCandidate(from + " makes way for it", true);
    }
  }

  @Override
  void onRead(Event.Read e) {
    if (leader == null) {
      raft.output.unreadable(e.id());
      return;
    }
    long round = raft.nextRound();
    reads.addLast(new ForwardedRead(round, e.id(), now));
    raft.output.send(leader, new Message.ReadIndex(raft.term(), round, e.byLease()));
  }

  @Override
  void onReadIndexReply(NodeId from, Message.ReadIndexReply m) {
    for (ForwardedRead read : reads) {
      if (read.round == m.round()) {
        reads.remove(read);
        raft.output.readable(read.id, m.index(), false);
        return;
      }
    }
  }

  @Override
  void onEnd() {
    failReads();
  }

  private void failReads() {
    for (ForwardedRead read : reads) {
      raft.output.unreadable(read.id);
    }
    reads.clear();
  }
}
