package io.balsa.raft.testkit.simulation;

/** It can't be told whether what the clients saw is linearizable; all else is as it should be. */
final class Undecided extends AssertionError {
  private static final long serialVersionUID = 1L;

  Undecided(Object key) {
    super(
        "there are too many ways in which it may have happened to judge it (key "
            + key
            + "): let the workload have more keys, fewer different inputs, or answers that tell"
            + " more, and say which inputs are read-only");
  }
}
