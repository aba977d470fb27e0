package io.balsa.raft.testkit.invariant;

import io.balsa.raft.core.Decision;
import io.balsa.raft.core.Entry;
import io.balsa.raft.core.NodeId;
import io.balsa.raft.core.Role;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * "A leader never overwrites or deletes entries in its log; it only appends new entries."
 * (dissertation figure 3.2, section 3.5)
 *
 * <p>The disk may still be busy with what the node did before it led, so there only the entries of
 * the leader's own term are looked at.
 */
final class LeaderAppendOnly implements Invariant {
  private static final String NAME = "Leader Append-Only";

  private final Evidence evidence;
  private final Map<NodeId, long[]> ends = new HashMap<>();

  LeaderAppendOnly(Evidence evidence) {
    this.evidence = evidence;
  }

  @Override
  public void observe(Observation observation) {
    if (observation instanceof Observation.Decided o) {
      if (o.decision() instanceof Decision.Truncated d) {
        NodeEvidence node = evidence.node(o.node());
        if (node.role == Role.LEADER) {
          throw new Violated(
              NAME,
              node.id + " leads in term " + node.term + " and removes its log from " + d.first());
        }
      }
    } else if (observation instanceof Observation.Written o) {
      onWritten(evidence.node(o.node()), o.entries());
    } else if (observation instanceof Observation.Wiped o) {
      ends.remove(o.node());
    } else if (observation instanceof Observation.Started o) {
      end(o.node())[0] = o.lastIndex();
    } else if (observation instanceof Observation.Restarted o) {
      end(o.node())[0] = o.snapshot().index();
    }
  }

  private void onWritten(NodeEvidence node, List<Entry> entries) {
    long[] end = end(node.id);
    for (int i = 0; i < entries.size(); i++) {
      Entry entry = entries.get(i);
      boolean own = node.role == Role.LEADER && entry.term() == node.term;
      if (own && entry.index() <= end[0]) {
        throw new Violated(
            NAME, node.id + " leads and writes " + entry + " into a log that ends at " + end[0]);
      }
      end[0] = entry.index();
    }
  }

  private long[] end(NodeId id) {
    return ends.computeIfAbsent(id, node -> new long[1]);
  }
}
