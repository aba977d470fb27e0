package io.balsa.raft.testkit.simulation;

import java.util.Map;

/**
 * What came of one seed.
 *
 * @param seed the seed
 * @param weather what it drew
 * @param nanos how much virtual time passed
 * @param events how many things happened
 * @param deliveries how many messages arrived
 * @param requests how many requests the clients made
 * @param answers how many of them were answered with a result
 * @param faults how many faults of each kind there were
 * @param traceHash the same for the same seed, always
 * @param lastDecisions of each node
 * @param failure what went wrong, or null
 */
record Outcome(
    long seed,
    Weather weather,
    long nanos,
    long events,
    long deliveries,
    int requests,
    int answers,
    Map<Fault, Integer> faults,
    long traceHash,
    String lastDecisions,
    Throwable failure) {

  /** For whoever must find out why it failed. */
  String report() {
    return "seed "
        + seed
        + " failed: "
        + (failure instanceof AssertionError ? failure.getMessage() : failure)
        + "\nReplay it with all decisions by adding -D"
        + Simulation.SEED
        + "="
        + seed
        + " to the command that ran this test.\n"
        + weather
        + "\nFaults: "
        + faults
        + "\nThe last decisions of each node:\n"
        + lastDecisions;
  }
}
