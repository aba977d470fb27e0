package io.balsa.raft;

import io.balsa.raft.core.NodeId;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Gathers the outcomes of forwarded proposals, so that many go back in one packet, as long as they
 * are no more than one batch. Any thread may add and send.
 *
 * <p>A reply that gets lost leaves its asker with an unknown outcome, which is the truth.
 */
final class Replies {
  private final Transport.Link link;
  private final Limits limits;
  private Map<NodeId, Batch> byOrigin = new HashMap<>();

  Replies(Transport.Link link, Limits limits) {
    this.link = link;
    this.limits = limits;
  }

  /** The answer goes along if a command of its size could have come. */
  void executed(NodeId origin, long id, long index, byte[] response) {
    boolean fits = response.length <= limits.commandBytes();
    add(
        origin,
        fits
            ? Packet.Outcome.executed(id, index, response)
            : Packet.Outcome.answerLost(id, tooLarge(index, response)));
  }

  private String tooLarge(long index, byte[] response) {
    return ("the command was executed, as entry " + index + " of the log; but its answer has ")
        + (response.length + " bytes, and the leader passes on at most " + limits.commandBytes());
  }

  void add(NodeId origin, Packet.Outcome outcome) {
    List<Packet.Outcome> full;
    synchronized (this) {
      Batch batch = byOrigin.computeIfAbsent(origin, id -> new Batch());
      full = batch.hasRoomFor(outcome, limits.batchBytes()) ? List.of() : batch.take();
      batch.add(outcome);
    }
    if (!full.isEmpty()) {
      link.send(origin, new Packet.Outcomes(full));
    }
  }

  /** Sends what was added. */
  void send() {
    Map<NodeId, Batch> ready;
    synchronized (this) {
      if (byOrigin.isEmpty()) {
        return;
      }
      ready = byOrigin;
      byOrigin = new HashMap<>();
    }
    ready.forEach((origin, batch) -> link.send(origin, new Packet.Outcomes(batch.outcomes)));
  }

  /** Never empty, except while it is taken. */
  private static final class Batch {
    private List<Packet.Outcome> outcomes = new ArrayList<>();
    private long bytes;

    boolean hasRoomFor(Packet.Outcome outcome, long limit) {
      return outcomes.isEmpty() || bytes + outcome.size() <= limit;
    }

    void add(Packet.Outcome outcome) {
      outcomes.add(outcome);
      bytes += outcome.size();
    }

    List<Packet.Outcome> take() {
      List<Packet.Outcome> taken = outcomes;
      outcomes = new ArrayList<>();
      bytes = 0;
      return taken;
    }
  }
}
