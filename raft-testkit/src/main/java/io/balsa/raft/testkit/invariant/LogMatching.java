package io.balsa.raft.testkit.invariant;

/**
 * "If two logs contain an entry with the same index and term, then the logs are identical in all
 * entries up through the given index." (dissertation figure 3.2, section 3.5)
 *
 * <p>Over all entries that were ever written or recovered by anybody, replaced or not.
 */
final class LogMatching implements Invariant {
  private final Evidence evidence;

  LogMatching(Evidence evidence) {
    this.evidence = evidence;
  }

  @Override
  public void observe(Observation observation) {
    if (evidence.mismatch() != null) {
      throw new Violated("Log Matching", evidence.mismatch());
    }
  }
}
