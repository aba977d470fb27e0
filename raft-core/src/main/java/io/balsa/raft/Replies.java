package io.balsa.raft;

import io.balsa.raft.core.NodeId;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Gathers the outcomes of forwarded proposals, so that many go back in one packet. Any thread may
 * add and send.
 */
final class Replies {
  private final Transport.Link link;
  private Map<NodeId, List<Packet.Outcome>> byOrigin = new HashMap<>();

  Replies(Transport.Link link) {
    this.link = link;
  }

  synchronized void add(NodeId origin, Packet.Outcome outcome) {
    byOrigin.computeIfAbsent(origin, id -> new ArrayList<>()).add(outcome);
  }

  /**
   * Sends what was added. A reply that gets lost leaves its asker with an unknown outcome, which is
   * the truth.
   */
  void send() {
    Map<NodeId, List<Packet.Outcome>> ready;
    synchronized (this) {
      if (byOrigin.isEmpty()) {
        return;
      }
      ready = byOrigin;
      byOrigin = new HashMap<>();
    }
    ready.forEach((origin, outcomes) -> link.send(origin, new Packet.Outcomes(outcomes)));
  }
}
