package io.balsa.raft.testkit.history;

/**
 * An operation and its place among the events of its history. These numbers decide what came before
 * what; times are for display.
 */
record Call<I, O>(Operation<I, O> operation, long invoked, long returned) {
  /** Later than everything. */
  static final long UNDER_WAY = Long.MAX_VALUE;

  I input() {
    return operation.input();
  }

  boolean is(Operation.Outcome outcome) {
    return operation.outcome() == outcome;
  }
}
