package io.balsa.raft.testkit.invariant;

import io.balsa.raft.core.HardState;

/**
 * "Raft servers must persist enough information to stable storage to survive server restarts
 * safely" (dissertation section 3.8): once a quorum has an entry on disk it is never lost, because
 * no disk ever loses what was synced.
 *
 * <ul>
 *   <li>What a disk gives back has everything, unchanged, that was synced and that nothing was
 *       written over since.
 *   <li>What it gives back beyond that had been written by somebody.
 *   <li>Its latest snapshot is not older than the last that was saved, and the log has no gap
 *       behind it.
 *   <li>Its hard state is not older than the last that was saved.
 * </ul>
 */
final class CommittedNeverLost implements Invariant {
  private static final String NAME = "Committed Never Lost";

  private final Evidence evidence;

  CommittedNeverLost(Evidence evidence) {
    this.evidence = evidence;
  }

  @Override
  public void observe(Observation observation) {
    if (observation instanceof Observation.Started o) {
      checkLog(evidence.node(o.node()));
      checkSnapshot(evidence.node(o.node()), o.start().index());
      checkHardState(evidence.node(o.node()));
    }
  }

  private static void checkLog(NodeEvidence node) {
    if (node.log.last() < node.owedIndex) {
      throw new Violated(
          NAME,
          "the log of "
              + node.id
              + " ends at "
              + node.log.last()
              + ", but was synced up to "
              + node.owedIndex);
    }
    if (node.log.prefixAt(node.owedIndex) != node.owedPrefix) {
      throw new Violated(
          NAME, "the log of " + node.id + " up to " + node.owedIndex + " is not what was synced");
    }
    if (node.inventedIndex > 0) {
      throw new Violated(
          NAME, "nobody had written what the log of " + node.id + " has at " + node.inventedIndex);
    }
  }

  private static void checkSnapshot(NodeEvidence node, long start) {
    long owed = node.owedSnapshot == null ? 0 : node.owedSnapshot.index();
    long found = node.snapshot == null ? 0 : node.snapshot.index();
    if (found < Math.max(owed, start)) {
      throw new Violated(
          NAME,
          ("the disk of " + node.id + " has a snapshot up to " + found)
              + (", but had one up to " + owed + ", and the log begins behind " + start));
    }
  }

  private static void checkHardState(NodeEvidence node) {
    HardState owed = node.owedHardState;
    HardState found = node.hardState;
    boolean voteLost =
        found.term() == owed.term()
            && owed.votedFor() != null
            && !owed.votedFor().equals(found.votedFor());
    if (found.term() < owed.term() || voteLost) {
      throw new Violated(
          NAME, "the disk of " + node.id + " has " + found + ", but " + owed + " was saved");
    }
  }
}
