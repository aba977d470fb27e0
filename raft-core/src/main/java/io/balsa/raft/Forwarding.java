package io.balsa.raft;

import io.balsa.raft.core.NodeId;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import java.util.random.RandomGenerator;

/**
 * Proposals that were passed on to the leader, until it says what became of them, its connection
 * breaks, or the time is up.
 *
 * <ul>
 *   <li>A leader may still answer what this node passed on before it was restarted. Numbers begin
 *       at random, so that such an answer is never taken for one to a question of this life.
 * </ul>
 */
final class Forwarding {
  private static final long FIRST_IDS = 1L << 48;

  private record Sent(Proposal.Local proposal, NodeId leader, long deadline) {}

  private final Transport.Link link;
  private final Answers answers;
  private final long batchBytes;
  private final Map<Long, Sent> sent = new LinkedHashMap<>();
  private long lastId;

  Forwarding(Transport.Link link, Answers answers, long batchBytes, RandomGenerator random) {
    this.link = link;
    this.answers = answers;
    this.batchBytes = batchBytes;
    lastId = random.nextLong(FIRST_IDS);
  }

  /**
   * Passes proposals on, in packets of one batch; returns those that could not go, in order. The
   * rest may find room when the transport has carried away what is before it.
   */
  List<Proposal.Local> send(NodeId leader, List<Proposal.Local> proposals, long deadline) {
    int gone = 0;
    while (gone < proposals.size()) {
      int end = endOfBatch(proposals, gone);
      List<Proposal.Local> batch = proposals.subList(gone, end);
      if (!sendBatch(leader, batch, deadline)) {
        break;
      }
      gone = end;
    }
    return proposals.subList(gone, proposals.size());
  }

  /** At least one goes, however large. */
  private int endOfBatch(List<Proposal.Local> proposals, int start) {
    long bytes = 0;
    int end = start;
    do {
      bytes += Packet.Proposal.size(proposals.get(end++).command);
    } while (end < proposals.size()
        && bytes + Packet.Proposal.size(proposals.get(end).command) <= batchBytes);
    return end;
  }

  private boolean sendBatch(NodeId leader, List<Proposal.Local> batch, long deadline) {
    List<Packet.Proposal> packets = new ArrayList<>(batch.size());
    long id = lastId;
    for (Proposal.Local proposal : batch) {
      packets.add(new Packet.Proposal(++id, proposal.type, proposal.command));
    }
    if (!link.send(leader, new Packet.Proposals(packets))) {
      return false;
    }
    for (Proposal.Local proposal : batch) {
      sent.put(++lastId, new Sent(proposal, leader, deadline));
    }
    return true;
  }

  /**
   * Takes the leader's word; returns the proposals that were not executed and may be tried
   * elsewhere.
   */
  List<Proposal.Local> settle(List<Packet.Outcome> outcomes) {
    List<Proposal.Local> again = new ArrayList<>();
    for (Packet.Outcome outcome : outcomes) {
      Sent of = sent.remove(outcome.id());
      if (of == null) {
        continue; // given up already
      }
      switch (outcome.result()) {
        case EXECUTED -> answers.executed(of.proposal, outcome.index(), outcome.response());
        case ANSWER_LOST ->
            answers.failed(
                of.proposal,
                new AnswerLostException(new String(outcome.response(), StandardCharsets.UTF_8)));
        case NOT_LEADER -> again.add(of.proposal);
        case BUSY ->
            answers.failed(
                of.proposal,
                new NotExecutedException("leader " + of.leader + " has too much to do"));
        case REFUSED ->
            answers.failed(
                of.proposal,
                new NotExecutedException(new String(outcome.response(), StandardCharsets.UTF_8)));
        case UNKNOWN ->
            answers.failed(
                of.proposal,
                new OutcomeUnknownException(
                    "leader " + of.leader + " stopped leading before it was committed"));
      }
    }
    return again;
  }

  void onDisconnected(NodeId peer) {
    giveUp(s -> s.leader.equals(peer), "the connection to the leader broke");
  }

  void expire(long now) {
    giveUp(s -> s.deadline <= now, "the leader did not answer in time");
  }

  void close(String reason) {
    giveUp(s -> true, reason);
  }

  private void giveUp(Predicate<Sent> which, String reason) {
    for (Iterator<Sent> i = sent.values().iterator(); i.hasNext(); ) {
      Sent s = i.next();
      if (which.test(s)) {
        i.remove();
        answers.failed(
            s.proposal,
            new OutcomeUnknownException("passed on to leader " + s.leader + ", then " + reason));
      }
    }
  }
}
