package io.balsa.raft;

import io.balsa.raft.core.Configuration;
import io.balsa.raft.core.Member;
import io.balsa.raft.core.NodeId;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * With whom this node is connected: the other members of the configuration in force, and for a
 * while those who were, since they have to hear that they are not any more.
 */
final class Peers {
  private final NodeId self;
  private final Transport.Link link;
  private final long patience;
  private final Map<NodeId, Member> current = new TreeMap<>();
  private final Map<NodeId, Member> former = new TreeMap<>();
  private final Map<NodeId, Long> formerUntil = new HashMap<>();
  private Configuration configuration;

  /** Former members are kept for so many ticks. */
  Peers(NodeId self, Transport.Link link, long patience) {
    this.self = self;
    this.link = link;
    this.patience = patience;
  }

  /** The configuration in force, perhaps a new one. */
  void follow(Configuration inForce, long now) {
    boolean changed = inForce != configuration;
    if (changed) {
      configuration = inForce;
      replaceCurrent(inForce, now);
    }
    if (forget(now) || changed) {
      List<Member> all = new ArrayList<>(current.values());
      all.addAll(former.values());
      link.setPeers(all);
    }
  }

  private void replaceCurrent(Configuration inForce, long now) {
    current.forEach(
        (id, member) -> {
          former.put(id, member);
          formerUntil.put(id, now + patience);
        });
    current.clear();
    for (Member member : inForce.members()) {
      former.remove(member.id());
      if (!member.id().equals(self)) {
        current.put(member.id(), member);
      }
    }
  }

  private boolean forget(long now) {
    boolean forgot = false;
    for (Iterator<NodeId> i = former.keySet().iterator(); i.hasNext(); ) {
      if (formerUntil.get(i.next()) <= now) {
        i.remove();
        forgot = true;
      }
    }
    return forgot;
  }
}
