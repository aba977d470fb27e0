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
  private final Map<Long, Sent> sent = new LinkedHashMap<>();
  private long lastId;

  Forwarding(Transport.Link link, Answers answers, RandomGenerator random) {
    this.link = link;
    this.answers = answers;
    lastId = random.nextLong(FIRST_IDS);
  }

  /** Passes proposals on; returns false if that is not possible, and nothing was. */
  boolean send(NodeId leader, List<Proposal.Local> proposals, long deadline) {
    List<Packet.Proposal> packets = new ArrayList<>(proposals.size());
    long id = lastId;
    for (Proposal.Local proposal : proposals) {
      packets.add(new Packet.Proposal(++id, proposal.type, proposal.command));
    }
    if (!link.send(leader, new Packet.Proposals(packets))) {
      return false;
    }
    for (Proposal.Local proposal : proposals) {
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
