package io.balsa.raft;

import io.balsa.raft.core.Configuration;
import io.balsa.raft.core.Entry;
import io.balsa.raft.core.Event;
import io.balsa.raft.core.Member;
import io.balsa.raft.core.NodeId;
import io.balsa.raft.core.Raft;
import io.balsa.raft.core.Snapshot;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * To which cluster this node belongs, and with whom it is connected.
 *
 * <ul>
 *   <li>The log says both. Before there is one, the node takes part in forming a cluster, or waits
 *       to be let into one.
 *   <li>It belongs to a cluster from the first configuration on that names it. One that is let in
 *       sees the earlier ones, too, and they may be another cluster's: that of which a majority was
 *       lost, before one of its members went on alone.
 *   <li>A member that has another incarnation than this node knows of may have been let in again:
 *       if it has a log it may call, for who leads knows better. The algorithm does not count it.
 *   <li>It is connected with the other members of the configuration in force, and for a while with
 *       those who were, since they have to hear that they are not any more.
 * </ul>
 */
final class Membership {
  private static final Logger LOG = LoggerFactory.getLogger(RaftNode.class);

  /** So many nodes are remembered that are not members; anybody can call under any name. */
  private static final int MAX_STRANGERS = 64;

  private final Transport.Link link;
  private final String address;
  private final long patience;
  private final Map<NodeId, Member> current = new TreeMap<>();
  private final Map<NodeId, Member> former = new TreeMap<>();
  private final Map<NodeId, Long> formerUntil = new HashMap<>();
  private final Map<NodeId, UUID> met = new TreeMap<>();
  private final Map<NodeId, UUID> metWithLog = new HashMap<>();
  private Identity self;
  private boolean formed;

  /** Null until the node belongs to one. */
  private volatile UUID cluster;

  private boolean peersDue;
  private Configuration followed;
  private Formation formation;
  private String said = "";

  /**
   * Takes a node for a member of the cluster in its log, if it has one.
   *
   * @param setting what the user has said
   * @param store the log
   * @param link to the others
   * @param patience for how many ticks former members are kept
   */
  Membership(NodeLoop.Setting setting, LogStore store, Transport.Link link, long patience) {
    this.link = link;
    this.address = setting.address();
    this.patience = patience;
    boolean joins = setting.members() == null;
    self = identity(store, joins, setting.clusterId());
    formed = isFormed(store, joins);
    cluster = formed ? self.clusterId() : null;
    if (!formed && !joins) {
      formation = new Formation(self, setting.members());
      follow(setting.members(), 0);
    }
  }

  /** Whether it has the log of the cluster it belongs to; one that joins may not know that yet. */
  static boolean isFormed(LogStore store, boolean joins) {
    return store.recovered().lastIndex() > 0 && !(joins && isOnlyJoining(store));
  }

  /** Whether no configuration that is left in the log names the node. */
  private static boolean isOnlyJoining(LogStore store) {
    Snapshot snapshot = store.snapshots().latest();
    boolean named = snapshot != null && names(snapshot.configuration(), store.identity());
    for (Entry entry : store.recovered().configurations()) {
      named = named || names(Configuration.fromBytes(entry.data()), store.identity());
    }
    return !named;
  }

  private static boolean names(Configuration configuration, Identity node) {
    Member member = configuration.member(node.nodeId());
    return member != null
        && (member.incarnation() == null || member.incarnation().equals(node.incarnation()));
  }

  /** With the cluster that the log says, or another one before there is a log. */
  static Identity identity(LogStore store, boolean joins, UUID before) {
    Identity owner = store.identity();
    UUID cluster = isFormed(store, joins) ? latestCluster(store) : null;
    return new Identity(cluster == null ? before : cluster, owner.nodeId(), owner.incarnation());
  }

  private static UUID latestCluster(LogStore store) {
    List<Entry> configurations = store.recovered().configurations();
    Snapshot snapshot = store.snapshots().latest();
    if (!configurations.isEmpty()) {
      Entry last = configurations.get(configurations.size() - 1);
      return Configuration.fromBytes(last.data()).clusterId();
    }
    return snapshot == null ? null : snapshot.configuration().clusterId();
  }

  /** The cluster that this node belongs to, or null if to none yet; for any thread. */
  UUID clusterId() {
    return cluster;
  }

  UUID incarnation() {
    return self.incarnation();
  }

  // ---- before there is a log

  /** Returns whether it is worth remembering. */
  boolean met(NodeId node, UUID incarnation, boolean hasLog) {
    boolean isKnown = current.containsKey(node) || met.containsKey(node);
    if (!isKnown && met.size() >= current.size() + MAX_STRANGERS) {
      return false;
    }
    met.put(node, incarnation);
    if (hasLog && !incarnation.equals(metWithLog.put(node, incarnation))) {
      peersDue = true;
    }
    if (formation != null) {
      formation.met(node, incarnation, hasLog);
    }
    return true;
  }

  void disconnected(NodeId node) {
    if (formation != null) {
      formation.lost(node);
    }
  }

  /** What begins the cluster, if it is time; else null. */
  Event.Form due() {
    return formation != null && formation.isReady()
        ? new Event.Form(formation.configuration())
        : null;
  }

  /** What the node waits for before it can take part, in words; empty if it does. */
  String waitsFor() {
    if (formed) {
      return "";
    }
    return formation == null
        ? "it waits until a leader calls it: changeConfiguration(...) on a member lets it in"
        : formation.waitsFor();
  }

  private void say() {
    String waits = waitsFor();
    if (!waits.isEmpty() && !waits.equals(said)) {
      LOG.info("{}: {}", self.nodeId(), waits);
    }
    said = waits;
  }

  // ---- the configuration in force

  /** Looks at the configuration in force; the first one counts when it is on disk. */
  void update(Raft raft, long now) {
    say();
    Configuration inForce = raft.configuration();
    if (inForce == Configuration.NONE || !formed && raft.persistedIndex() == 0) {
      return;
    }
    if (!formed) {
      formation = null;
      if (!names(inForce, self)) {
        return;
      }
      formed = true;
      cluster = inForce.clusterId() == null ? self.clusterId() : inForce.clusterId();
      self = new Identity(cluster, self.nodeId(), self.incarnation());
      link.introduce(self, address, true);
      LOG.info("{} belongs to cluster {}", self.nodeId(), cluster);
    }
    follow(inForce, now);
  }

  private void follow(Configuration inForce, long now) {
    boolean changed = inForce != followed;
    if (changed) {
      followed = inForce;
      replaceCurrent(inForce, now);
    }
    if (forget(now) || changed || peersDue) {
      peersDue = false;
      List<Member> all = new ArrayList<>(current.values());
      all.addAll(former.values());
      all.replaceAll(this::asMet);
      link.setPeers(all);
    }
  }

  private Member asMet(Member member) {
    UUID with = metWithLog.get(member.id());
    boolean letIn = with != null && !with.equals(member.incarnation());
    return letIn ? member.withIncarnation(null) : member;
  }

  /** Whom this node has met, for an algorithm that begins anew. */
  Map<NodeId, UUID> met() {
    return met;
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
      if (!member.id().equals(self.nodeId())) {
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
