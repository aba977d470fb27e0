package io.balsa.raft;

import io.balsa.raft.core.Configuration;
import io.balsa.raft.core.Member;
import io.balsa.raft.core.NodeId;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;

/**
 * Forms a cluster, once: when all its members are there at the same time and none of them has a
 * log.
 *
 * <ul>
 *   <li>What is formed names the incarnation of every member, so that a directory which is lost
 *       later is never taken for the one that was there.
 *   <li>What a node knows of the others may be old when it forms. So the first leader needs the
 *       votes of all of them, and who has voted forms nothing any more: of two clusters that were
 *       formed from the same command lines, one at most ever has a leader.
 *   <li>All members compute the same configuration and the same cluster id, or they refuse each
 *       other.
 *   <li>A member that has a log already ends it: the cluster exists, and lets this node in again if
 *       it may.
 * </ul>
 */
final class Formation {
  private final Identity self;
  private final Configuration members;
  private final Map<NodeId, UUID> present = new TreeMap<>();
  private NodeId formed;

  /** The identity has the id of a cluster that is not formed yet. */
  Formation(Identity self, Configuration members) {
    this.self = self;
    this.members = members;
    present.put(self.nodeId(), self.incarnation());
  }

  /** The same for all nodes that were given the same group and members. */
  static UUID clusterId(String group, Configuration members) {
    return named("balsa cluster\n" + group + "\n" + members);
  }

  private static UUID named(String text) {
    return UUID.nameUUIDFromBytes(text.getBytes(StandardCharsets.UTF_8));
  }

  void met(NodeId node, UUID incarnation, boolean hasLog) {
    if (members.member(node) == null || node.equals(self.nodeId())) {
      return;
    }
    if (hasLog) {
      formed = node;
    } else {
      present.put(node, incarnation);
    }
  }

  /** Who is not there any more may come back as another one. */
  void lost(NodeId node) {
    if (!node.equals(self.nodeId())) {
      present.remove(node);
    }
  }

  boolean isReady() {
    return formed == null && present.size() == members.members().size();
  }

  /** The first configuration of the cluster. */
  Configuration configuration() {
    List<Member> pinned = new ArrayList<>();
    for (Member member : members.voters()) {
      pinned.add(member.withIncarnation(present.get(member.id())));
    }
    Configuration first = Configuration.of(pinned);
    return first.withClusterId(named(self.clusterId() + "\n" + first));
  }

  /** What has to happen, in words. */
  String waitsFor() {
    if (formed != null) {
      return formed
          + " has the log of a cluster already, and this node has none: it waits until it is let in"
          + " again, as the others do by themselves if they have a majority. If this directory was"
          + " put in the place of another one, put that back";
    }
    List<NodeId> missing = new ArrayList<>();
    members.members().forEach(m -> missing.add(m.id()));
    missing.removeAll(present.keySet());
    if (missing.isEmpty()) {
      return "all members are there, it forms the cluster";
    }
    return "it waits for " + missing + " to form the cluster: all members must be there once";
  }
}
