package io.balsa.raft.testkit.invariant;

import io.balsa.raft.core.Decision;
import io.balsa.raft.core.Entry;
import io.balsa.raft.core.NodeId;
import io.balsa.raft.core.Role;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * "If a log entry is committed in a given term, then that entry will be present in the logs of the
 * leaders for all higher-numbered terms." (dissertation figure 3.2, section 3.6)
 *
 * <p>A node's log in memory is ahead of its disk. So at an election only the length of its log is
 * judged, and its content when the first entry of its term is written, which comes behind all that
 * it had. It follows that in a term nobody ever removes what was committed in that term or before;
 * what is committed in a later one may well be removed by who has not heard of that term.
 */
final class LeaderCompleteness implements Invariant {
  private static final String NAME = "Leader Completeness";

  /** What a new leader must have; nothing if {@code term} is 0. */
  private static final class Duty {
    long term;
    long index;
  }

  private final Evidence evidence;
  private final Map<NodeId, Duty> duties = new HashMap<>();

  LeaderCompleteness(Evidence evidence) {
    this.evidence = evidence;
  }

  @Override
  public void observe(Observation observation) {
    if (observation instanceof Observation.Decided o) {
      onDecided(evidence.node(o.node()), o.decision());
    } else if (observation instanceof Observation.Written o) {
      onWritten(evidence.node(o.node()), o.entries());
    } else if (observation instanceof Observation.Wiped o) {
      duties.remove(o.node());
    } else if (observation instanceof Observation.Started o) {
      duty(o.node()).term = 0;
    }
  }

  private void onDecided(NodeEvidence node, Decision decision) {
    if (decision instanceof Decision.RoleChanged d && d.to() == Role.LEADER) {
      Duty duty = duty(node.id);
      duty.term = d.term();
      duty.index = evidence.committed().committedUpToTerm(d.term() - 1);
    } else if (decision instanceof Decision.Appended d && node.role == Role.LEADER) {
      Duty duty = duty(node.id);
      if (duty.term == node.term && d.first().index() <= duty.index) {
        throw missing(node, duty, "its log ended at " + (d.first().index() - 1));
      }
    } else if (decision instanceof Decision.Truncated d) {
      long committed = evidence.committed().committedUpToTerm(node.term);
      boolean isCommitted =
          d.first().index() <= committed
              && evidence.committed().log().termAt(d.first().index()) == d.first().term();
      if (isCommitted) {
        throw new Violated(
            NAME,
            node.id
                + " in term "
                + node.term
                + " removes "
                + d.first()
                + ", but everything up to "
                + committed
                + " was committed by then");
      }
    }
  }

  private void onWritten(NodeEvidence node, List<Entry> entries) {
    Duty duty = duty(node.id);
    if (duty.term == 0 || entries.isEmpty() || entries.get(entries.size() - 1).term() < duty.term) {
      return;
    }
    if (!node.log.equalsUpTo(duty.index, evidence.committed().log())) {
      throw missing(node, duty, "its log is another there");
    }
    duty.term = 0;
  }

  private static Violated missing(NodeEvidence node, Duty duty, String what) {
    return new Violated(
        NAME,
        node.id
            + " leads in term "
            + duty.term
            + " without what was committed before, up to "
            + duty.index
            + ": "
            + what);
  }

  private Duty duty(NodeId id) {
    return duties.computeIfAbsent(id, node -> new Duty());
  }
}
