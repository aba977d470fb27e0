package io.balsa.raft;

/**
 * Calls a poll method whenever it is woken, never twice at the same time. Who owns the thread is
 * not the callee's business.
 */
public interface Runner {

  /**
   * Begins. The first call comes soon.
   *
   * @param poll what to call; does not block for long
   */
  void start(Runnable poll);

  /** Makes sure that a call begins after now. Cheap if one is due already. Any thread may do it. */
  void wake();

  /**
   * Makes one more call, which begins after now, and then none. Returns when that one has ended or
   * five seconds have passed; within a call, at once, and the last one follows the one under way.
   * Does nothing if it has not been started.
   */
  void stop();
}
