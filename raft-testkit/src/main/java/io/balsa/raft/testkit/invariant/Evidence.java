package io.balsa.raft.testkit.invariant;

import io.balsa.raft.core.Configuration;
import io.balsa.raft.core.Decision;
import io.balsa.raft.core.Entry;
import io.balsa.raft.core.EntryType;
import io.balsa.raft.core.LogPosition;
import io.balsa.raft.core.NodeId;
import io.balsa.raft.core.Role;
import io.balsa.raft.core.Snapshot;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * What all observations up to now say about the cluster; the invariants share it, and look at it
 * when the latest observation has been taken in.
 */
final class Evidence {
  private final Configuration initial;
  private final Map<NodeId, NodeEvidence> byId = new HashMap<>();
  private final List<NodeEvidence> nodes = new ArrayList<>();
  private final Map<NodeId, NodeEvidence> lost = new HashMap<>();
  private final PrefixHashes seen = new PrefixHashes();
  private final CommittedLog committed = new CommittedLog();
  private String mismatch;
  private String contradiction;

  Evidence(Configuration initial) {
    this.initial = initial;
  }

  Configuration initial() {
    return initial;
  }

  NodeEvidence node(NodeId id) {
    NodeEvidence node = byId.get(id);
    if (node == null) {
      node = new NodeEvidence(id, initial);
      byId.put(id, node);
      nodes.add(node);
    }
    return node;
  }

  CommittedLog committed() {
    return committed;
  }

  /** Two logs that differ at or before a position that both have, or null. */
  String mismatch() {
    return mismatch;
  }

  /** Two different entries that were committed at one index, or null. */
  String contradiction() {
    return contradiction;
  }

  /** Whether an entry and all before it would survive on a node, whatever happened. */
  boolean isDurable(NodeId id, long index, long term) {
    return isDurable(byId.get(id), index, term) || isDurable(lost.get(id), index, term);
  }

  /**
   * What a lost disk had was acknowledged all the same; its node has no vote that could undo it.
   */
  private boolean isDurable(NodeEvidence node, long index, long term) {
    return node != null
        && node.durableIndex >= index
        && node.log.termAt(index) == term
        && node.log.prefixAt(index) == seen.get(index, term);
  }

  void take(Observation observation) {
    if (observation instanceof Observation.Decided o) {
      onDecided(node(o.node()), o.decision());
    } else if (observation instanceof Observation.Written o) {
      onWritten(node(o.node()), o.entries());
    } else if (observation instanceof Observation.Synced o) {
      NodeEvidence node = node(o.node());
      node.durableIndex = node.log.last();
    } else if (observation instanceof Observation.HardStateSaved o) {
      node(o.node()).hardState = o.hardState();
    } else if (observation instanceof Observation.Wiped o) {
      NodeEvidence before = byId.remove(o.node());
      nodes.remove(before);
      lost.put(o.node(), before);
    } else if (observation instanceof Observation.SnapshotSaved o) {
      node(o.node()).snapshot = o.snapshot();
    } else if (observation instanceof Observation.Restarting o) {
      onRestarting(node(o.node()), o.snapshot());
    } else if (observation instanceof Observation.Restarted o) {
      onRestarted(node(o.node()), o.snapshot());
    } else if (observation instanceof Observation.Started o) {
      onStarted(node(o.node()), o);
    }
  }

  private void onDecided(NodeEvidence node, Decision decision) {
    if (decision instanceof Decision.RoleChanged d) {
      node.role = d.to();
      node.term = d.term();
    } else if (decision instanceof Decision.Reconfigured d) {
      node.configuration = d.configuration();
    } else if (decision instanceof Decision.Installed d) {
      node.highestCommit = Math.max(node.highestCommit, d.snapshot().index());
    } else if (decision instanceof Decision.Committed d) {
      node.highestCommit = Math.max(node.highestCommit, d.index());
      if (node.role == Role.LEADER && d.index() > committed.last()) {
        onNewlyCommitted(node, d.index());
      }
    }
  }

  /** A leader commits by counting only what is of its term. */
  private void onNewlyCommitted(NodeEvidence leader, long index) {
    for (int i = 0; i < nodes.size(); i++) {
      LogImage log = nodes.get(i).log;
      if (log.last() >= index && log.termAt(index) == leader.term) {
        grow(nodes.get(i), index, leader.term);
        return;
      }
    }
  }

  private void grow(NodeEvidence source, long index, long term) {
    if (!committed.grow(source.log, index, term) && contradiction == null) {
      contradiction =
          "the log of "
              + source.id
              + " is committed up to "
              + index
              + " in term "
              + term
              + ", but does not have what was committed up to "
              + committed.last()
              + " before";
    }
  }

  private void onWritten(NodeEvidence node, List<Entry> entries) {
    for (int i = 0; i < entries.size(); i++) {
      Entry entry = entries.get(i);
      node.durableIndex = Math.min(node.durableIndex, entry.index() - 1);
      put(node, entry);
    }
  }

  private void put(NodeEvidence node, Entry entry) {
    node.log.put(entry);
    long prefix = node.log.prefixAt(entry.index());
    long before = seen.get(entry.index(), entry.term());
    if (before == 0) {
      seen.put(entry.index(), entry.term(), prefix);
      if (node.inventedIndex < 0) {
        node.inventedIndex = entry.index();
      }
    } else if (before != prefix && mismatch == null) {
      mismatch =
          "the log of "
              + node.id
              + " up to "
              + entry.position()
              + " is not what another log, or this one before, has up to there";
    }
  }

  /** Whatever comes next, what the log has in common with the snapshot is on the disk. */
  private void onRestarting(NodeEvidence node, Snapshot snapshot) {
    long common = Math.min(node.durableIndex, Math.min(snapshot.index(), committed.last()));
    while (!node.log.equalsUpTo(common, committed.log())) {
      common--;
    }
    node.durableIndex = common;
  }

  private void onRestarted(NodeEvidence node, Snapshot snapshot) {
    beginBehind(node, snapshot.last());
    node.durableIndex = node.log.last();
    node.snapshot = snapshot;
  }

  /** What is before the start of a log is what was committed. */
  private void beginBehind(NodeEvidence node, LogPosition start) {
    node.log.clear();
    boolean isCommitted =
        start.index() <= committed.last() && committed.log().termAt(start.index()) == start.term();
    if (isCommitted) {
      node.log.extend(committed.log(), start.index());
    } else if (contradiction == null) {
      contradiction =
          "the log of " + node.id + " begins behind " + start + ", which is not committed";
    }
  }

  private void onStarted(NodeEvidence node, Observation.Started o) {
    node.owedIndex = node.durableIndex;
    node.owedPrefix = node.log.prefixAt(node.durableIndex);
    node.owedHardState = node.hardState;
    node.owedSnapshot = node.snapshot;
    node.snapshot = o.snapshot();
    node.inventedIndex = node.openedBefore ? -1 : 0;
    beginBehind(node, o.start());
    node.configuration = o.snapshot() == null ? initial : o.snapshot().configuration();
    long configurationIndex = o.snapshot() == null ? 0 : o.snapshot().configurationIndex();
    for (Entry entry : o.log()) {
      put(node, entry);
      if (entry.type() == EntryType.CONFIGURATION && entry.index() > configurationIndex) {
        node.configuration = Configuration.fromBytes(entry.data());
      }
    }
    node.inventedIndex = Math.max(node.inventedIndex, 0);
    node.durableIndex = node.log.last();
    node.hardState = o.hardState();
    node.role = Role.FOLLOWER;
    node.term = o.hardState().term();
    boolean newToUs = !node.openedBefore && o.commitIndex() <= node.log.last();
    if (newToUs && o.commitIndex() > committed.last()) {
      grow(node, o.commitIndex(), node.term);
    }
    if (newToUs) {
      node.highestCommit = Math.max(node.highestCommit, o.commitIndex());
    }
    node.openedBefore = true;
  }
}
