package io.balsa.raft.core;

/**
 * Is told everything that the algorithm decides, in order, on the thread that steps it. Must not
 * call back into it. Nothing is made for it while none is set.
 */
@FunctionalInterface
public interface RaftObserver {

  /**
   * A decision was taken.
   *
   * @param decision what was decided
   * @param after the state at the end of the step in which it was decided
   */
  void decided(Decision decision, RaftView after);
}
