package io.balsa.raft.testkit.simulation;

import io.balsa.raft.testkit.invariant.Observation;

/**
 * How much of its own log a node can prove to have been durable.
 *
 * <p>What is written after a sync says that there was one. So what was there before some later
 * batches, each written and synced since the log was opened, can't be taken for the unfinished end
 * of the log.
 */
final class LogProof {
  private static final int ENOUGH = 3;

  private long openings;
  private long batches;
  private boolean written;

  /** A moment that later batches may prove. */
  record Moment(long openings, long batches) {}

  void observe(Observation observation) {
    if (observation instanceof Observation.Started) {
      openings++;
      written = false;
    } else if (observation instanceof Observation.Written) {
      written = true;
    } else if (observation instanceof Observation.Synced && written) {
      written = false;
      batches++;
    }
  }

  Moment now() {
    return new Moment(openings, batches);
  }

  boolean covers(Moment moment) {
    return openings == moment.openings && batches >= moment.batches + ENOUGH;
  }
}
