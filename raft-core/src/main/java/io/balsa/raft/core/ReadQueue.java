package io.balsa.raft.core;

import java.util.ArrayList;
import java.util.List;

/**
 * Linearizable reads on a leader without a log entry (section 6.4), many for one round of
 * heartbeats.
 *
 * <ul>
 *   <li>A round has a number that no other ever had, and confirms only the reads that arrived
 *       before it was sent.
 *   <li>At most one round is under way for reads; what arrives meanwhile waits for the next.
 *   <li>Those that a lease is enough for wait only until the driver has looked at its clock; if it
 *       is over, they need a round like the others.
 *   <li>No round starts before the leader has committed an entry of its term: it does not know
 *       until then how far the log is committed.
 * </ul>
 */
final class ReadQueue {
  /** Who asked: this node if {@code from} is null, else another one. */
  private record Request(NodeId from, long id) {}

  private final Raft raft;
  private List<Request> arrived = new ArrayList<>();
  private List<Request> byLease = new ArrayList<>();
  private List<Request> confirming = List.of();
  private long round;
  private long readIndex;

  ReadQueue(Raft raft) {
    this.raft = raft;
  }

  void add(NodeId from, long id) {
    arrived.add(new Request(from, id));
  }

  void addByLease(NodeId from, long id) {
    byLease.add(new Request(from, id));
  }

  boolean asksForLease() {
    return !byLease.isEmpty();
  }

  void leaseIsOver() {
    arrived.addAll(byLease);
    byLease = new ArrayList<>();
  }

  /** The lease holds; returns the nodes that have been told an index. */
  List<NodeId> leaseHolds() {
    List<Request> requests = byLease;
    byLease = new ArrayList<>();
    return answer(requests, raft.log.commitIndex(), true);
  }

  boolean wantsRound() {
    return confirming.isEmpty() && !arrived.isEmpty();
  }

  boolean isConfirming() {
    return !confirming.isEmpty();
  }

  void start(long newRound) {
    round = newRound;
    readIndex = raft.log.commitIndex();
    confirming = arrived;
    arrived = new ArrayList<>();
  }

  /** A quorum has acknowledged a round; returns the nodes that have been told an index. */
  List<NodeId> confirmed(long confirmedRound) {
    if (confirmedRound < round) {
      return List.of();
    }
    List<Request> requests = confirming;
    confirming = List.of();
    return answer(requests, readIndex, false);
  }

  private List<NodeId> answer(List<Request> requests, long index, boolean leased) {
    List<NodeId> told = new ArrayList<>();
    for (Request request : requests) {
      if (request.from == null) {
        raft.output.readable(request.id, index, leased);
      } else {
        raft.output.send(request.from, new Message.ReadIndexReply(raft.term(), request.id, index));
        told.add(request.from);
      }
    }
    return told;
  }

  void fail() {
    fail(confirming);
    fail(arrived);
    fail(byLease);
  }

  private void fail(List<Request> requests) {
    for (Request request : requests) {
      if (request.from == null) {
        raft.output.unreadable(request.id);
      }
    }
  }
}
