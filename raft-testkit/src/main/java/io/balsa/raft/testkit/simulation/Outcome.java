package io.balsa.raft.testkit.simulation;

/**
 * What came of one seed.
 *
 * @param seed the seed
 * @param weather what it drew
 * @param nanos how much virtual time passed
 * @param events how many things happened
 * @param counts how much of what happened
 * @param requests how many requests the clients made
 * @param answers how many of them were answered with a result
 * @param traceHash the same for the same seed, always
 * @param lastDecisions of each node
 * @param failure what went wrong, or null
 */
record Outcome(
    long seed,
    Weather weather,
    long nanos,
    long events,
    Counts counts,
    int requests,
    int answers,
    long traceHash,
    String lastDecisions,
    Throwable failure) {

  /** Whether all was well, as far as anybody can tell. */
  boolean isUndecided() {
    return failure instanceof Undecided;
  }

  /**
   * Passes on what went wrong.
   *
   * @throws AssertionError if anything did
   */
  void check() {
    if (failure != null) {
      throw new AssertionError(report(), failure);
    }
  }

  /** For whoever must find out why it failed. */
  String report() {
    return "seed "
        + seed
        + " failed: "
        + (failure instanceof AssertionError ? failure.getMessage() : failure)
        + "\nReplay it by adding -D"
        + Simulation.SEED
        + "="
        + seed
        + " to the command that ran this test: all decisions of its nodes are then in balsa-seed-"
        + seed
        + ".txt\n"
        + weather
        + "\nFaults: "
        + counts.faults()
        + "\nThe last decisions of each node:\n"
        + lastDecisions;
  }
}
