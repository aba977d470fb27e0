package io.balsa.raft.testkit.invariant;

import io.balsa.raft.core.Decision;
import io.balsa.raft.core.NodeId;
import io.balsa.raft.core.RaftView;
import java.util.HashMap;
import java.util.Map;

/**
 * "If a server has applied a log entry at a given index to its state machine, no other server will
 * ever apply a different log entry for the same index." (dissertation figure 3.2, section 3.6.3)
 *
 * <ul>
 *   <li>What nodes hold to be committed is the same on all of them.
 *   <li>What is applied is that, each command once and in order, without a gap.
 *   <li>A state machine starts anew with its process; it goes on when only the storage was opened
 *       again.
 * </ul>
 */
final class StateMachineSafety implements Invariant {
  private static final String NAME = "State Machine Safety";

  private static final class Progress {
    long compared;
    long applied;
    boolean mayStartAnew;
  }

  private final Evidence evidence;
  private final Map<NodeId, Progress> progress = new HashMap<>();

  StateMachineSafety(Evidence evidence) {
    this.evidence = evidence;
  }

  @Override
  public void observe(Observation observation) {
    if (evidence.contradiction() != null) {
      throw new Violated(NAME, evidence.contradiction());
    }
    if (observation instanceof Observation.Decided o) {
      if (o.decision() instanceof Decision.Committed
          || o.decision() instanceof Decision.Persisted) {
        compare(evidence.node(o.node()), o.after());
      }
    } else if (observation instanceof Observation.Applied o) {
      onApplied(evidence.node(o.node()), o);
    } else if (observation instanceof Observation.Restored o) {
      onRestored(o);
    } else if (observation instanceof Observation.Wiped o) {
      progress.remove(o.node());
    } else if (observation instanceof Observation.Started o) {
      Progress p = progress(o.node());
      p.mayStartAnew = true;
      p.compared = 0;
      compare(evidence.node(o.node()), p, Math.min(o.commitIndex(), o.lastIndex()));
    } else if (observation instanceof Observation.Killed o) {
      progress(o.node()).applied = 0;
    }
  }

  /** The log in memory is known as far as it is on disk. */
  private void compare(NodeEvidence node, RaftView view) {
    compare(node, progress(node.id), Math.min(view.commitIndex(), view.persistedIndex()));
  }

  private void compare(NodeEvidence node, Progress p, long wanted) {
    LogImage committed = evidence.committed().log();
    long index = Math.min(wanted, committed.last());
    if (index <= p.compared) {
      return;
    }
    if (!node.log.equalsUpTo(index, committed)) {
      throw new Violated(
          NAME,
          node.id
              + " holds its log to be committed up to "
              + index
              + ", but has not there what the leaders have committed");
    }
    p.compared = index;
  }

  private void onApplied(NodeEvidence node, Observation.Applied o) {
    Progress p = progress(node.id);
    LogImage committed = evidence.committed().log();
    long index = o.index();
    if (index > node.highestCommit || index > committed.last()) {
      throw wrong(o, "but it is not committed");
    }
    if (!committed.holdsCommand(index, o.command())) {
      throw wrong(o, "but another entry is committed there");
    }
    if (p.mayStartAnew && index <= p.applied) {
      p.applied = 0;
    }
    p.mayStartAnew = false;
    if (index <= p.applied) {
      throw wrong(o, "after it had applied " + p.applied);
    }
    for (long i = p.applied + 1; i < index; i++) {
      if (committed.isCommand(i)) {
        throw wrong(o, "but did not apply the command at " + i + " before");
      }
    }
    p.applied = index;
  }

  private void onRestored(Observation.Restored o) {
    Progress p = progress(o.node());
    if (o.index() > evidence.committed().last()) {
      throw new Violated(
          NAME, o.node() + " restores a state of " + o.index() + ", which is not committed");
    }
    if (!p.mayStartAnew && o.index() < p.applied) {
      throw new Violated(
          NAME, o.node() + " goes back to a state of " + o.index() + " from " + p.applied);
    }
    p.mayStartAnew = false;
    p.applied = o.index();
  }

  private static Violated wrong(Observation.Applied o, String what) {
    return new Violated(NAME, o.node() + " applies a command at " + o.index() + ", " + what);
  }

  private Progress progress(NodeId id) {
    return progress.computeIfAbsent(id, node -> new Progress());
  }
}
