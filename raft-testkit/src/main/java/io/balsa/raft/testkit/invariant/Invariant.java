package io.balsa.raft.testkit.invariant;

/** Something that holds in a cluster at any time, whatever fails. */
@FunctionalInterface
public interface Invariant {

  /**
   * Takes note of what has happened, and judges it.
   *
   * @param observation what has happened
   * @throws Violated if that must not happen
   */
  void observe(Observation observation);
}
