package io.balsa.raft;

/**
 * What is replicated: a deterministic function of the commands applied to it. On every node the
 * same commands arrive in the same order, so all copies go through the same states, as long as
 * nothing but the command and the state decides: no clock, no randomness, no iteration over a hash
 * set.
 *
 * <p>One thread at a time calls it, with everything earlier calls wrote visible; it needs no locks
 * unless the application itself reads it from other threads.
 */
@FunctionalInterface
public interface StateMachine {

  /**
   * Applies a committed command. May block; heartbeats and replication go on meanwhile, but later
   * commands and reads of this node wait.
   *
   * @param index the index of the command in the log: rising, with gaps where the log holds
   *     something else
   * @param command the command as proposed; must not be changed
   * @return the answer for whoever proposed it; null stands for an empty one. Must not be changed
   *     afterwards.
   * @throws RuntimeException stops the group on this node, since its state is not known any more. A
   *     command that makes no sense must be answered, not thrown at.
   */
  byte[] apply(long index, byte[] command);
}
