package io.balsa.raft.core;

import java.util.List;
import java.util.UUID;

/** What can happen to a node: everything that {@link Raft#step} takes. */
public sealed interface Event {

  /**
   * A new cluster begins, on every one of its members with the same event. Does nothing at a node
   * that has a log, or has taken part in an election.
   *
   * @param configuration all of its members, with their incarnations
   */
  record Form(Configuration configuration) implements Event {}

  /** A unit of time has passed; the only clock of the algorithm. */
  record Tick() implements Event {}

  /**
   * A message arrived.
   *
   * @param from who sent it
   * @param message the message
   */
  record Received(NodeId from, Message message) implements Event {}

  /**
   * The application wants commands in the log.
   *
   * @param id the driver's number for this batch, comes back in {@link Effects#accepted()} or
   *     {@link Effects#refused()}
   * @param type {@link EntryType#COMMAND} or {@link EntryType#SESSION}
   * @param commands the commands, in order
   */
  record Propose(long id, EntryType type, List<byte[]> commands) implements Event {

    /**
     * Commands that belong to no session.
     *
     * @param id the driver's number for this batch
     * @param commands the commands, in order
     */
    public Propose(long id, List<byte[]> commands) {
      this(id, EntryType.COMMAND, commands);
    }
  }

  /**
   * The application wants to read (section 6.4).
   *
   * @param id the driver's number for this batch of reads, comes back in {@link Effects#readable()}
   *     or {@link Effects#unreadable()}
   * @param byLease whether the leader's lease is enough, if it has one (section 6.4.1)
   */
  record Read(long id, boolean byLease) implements Event {
    /**
     * A read that a quorum has to confirm.
     *
     * @param id the driver's number for this batch of reads
     */
    public Read(long id) {
      this(id, false);
    }
  }

  /**
   * The driver has looked at its clock, since {@link Raft#asksForLease()}. Between the look and
   * this event it steps no other one, so the commit index is one that was known before the look.
   *
   * @param holds whether less time has gone by since {@link Raft#leaseRound()} was sent than
   *     everybody's promise lasts, by the slowest clock there may be
   */
  record LeaseChecked(boolean holds) implements Event {}

  /**
   * The application wants another configuration (section 4.3).
   *
   * @param id the driver's number for this request, comes back in {@link Effects#changed()}, {@link
   *     Effects#refused()} or {@link Effects#undecided()}
   * @param expectedIndex the index of the configuration that the change is made to, so that of two
   *     who change the same one only one succeeds; or {@link #ANY}
   * @param target the simple configuration to get to
   */
  record ChangeConfiguration(long id, long expectedIndex, Configuration target) implements Event {
    /** In place of an index: whatever the configuration is. */
    public static final long ANY = -1;
  }

  /**
   * The application wants another node to lead (section 3.10).
   *
   * @param id the driver's number for this request, comes back in {@link Effects#transferred()} or
   *     {@link Effects#refused()}
   * @param target the voter that should lead, or null for the one whose log is longest
   */
  record TransferLeadership(long id, NodeId target) implements Event {}

  /**
   * A connection to a node exists, and it has said which of the nodes that ever had this id it is.
   * Holds until the connection breaks.
   *
   * @param peer the node
   * @param incarnation its incarnation
   */
  record PeerMet(NodeId peer, UUID incarnation) implements Event {}

  /**
   * A save, and every save before it, is on disk.
   *
   * @param token the token of the {@link Effects.Save}
   */
  record Persisted(long token) implements Event {}

  /**
   * The state machine's state at an index is on disk (section 5.1).
   *
   * @param snapshot what stands for the log now; its position was committed and on disk
   */
  record SnapshotTaken(Snapshot snapshot) implements Event {}

  /**
   * A snapshot that {@link Effects#fetch()} has asked for was received as a whole and checked; it
   * is not the node's own yet.
   *
   * @param snapshot the snapshot
   */
  record SnapshotReceived(Snapshot snapshot) implements Event {}

  /**
   * The connection to a node broke: what was sent may be lost, and if it was the leader, it may be
   * dead.
   *
   * @param peer the node
   */
  record Disconnected(NodeId peer) implements Event {}
}
