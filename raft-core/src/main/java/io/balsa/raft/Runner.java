package io.balsa.raft;

/**
 * Calls a poll method whenever it is woken, never twice at the same time. Who owns the thread is
 * not the callee's business.
 */
interface Runner {

  /** Begins; the first call comes at once. */
  void start(Runnable poll);

  /** Makes sure that a call begins after now. Cheap if one is due already. */
  void wake();

  /** No call begins any more; returns when none is running, except when called from within one. */
  void stop();

  /** Where runners and the time come from. */
  interface Source {

    /**
     * A new runner.
     *
     * @param name of its thread
     * @param periodNanos poll at least this often; 0 for only when woken
     */
    Runner create(String name, long periodNanos);

    /** A clock that never goes back and has no relation to the time of day. */
    long nanoTime();
  }
}
