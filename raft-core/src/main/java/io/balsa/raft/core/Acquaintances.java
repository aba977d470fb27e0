package io.balsa.raft.core;

import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.UUID;

/**
 * Under which incarnation each node was met last.
 *
 * <ul>
 *   <li>An impostor is a member that was met under another incarnation than the configuration says.
 *       It has lost its disk, or this node does not know yet that it was let in again. It may lead
 *       and be followed, as whoever made it leader knows better; but in this node's own counting it
 *       has no say.
 * </ul>
 */
final class Acquaintances {
  private final Map<NodeId, UUID> met = new TreeMap<>();
  private final Set<NodeId> impostors = new TreeSet<>();

  /** Returns whether the node, or another one with its id, was met before. */
  boolean meet(NodeId peer, UUID incarnation, Configuration configuration) {
    boolean again = met.put(peer, incarnation) != null;
    compareWith(configuration);
    return again;
  }

  void compareWith(Configuration configuration) {
    impostors.clear();
    for (Member member : configuration.members()) {
      UUID incarnation = met.get(member.id());
      if (incarnation != null && member.withIncarnation(incarnation).isOtherThan(member)) {
        impostors.add(member.id());
      }
    }
  }

  boolean isImpostor(NodeId id) {
    return impostors.contains(id);
  }

  /** Everybody who was met. */
  Map<NodeId, UUID> all() {
    return met;
  }
}
