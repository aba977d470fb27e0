package io.balsa.raft;

import java.io.IOException;
import java.io.InputStream;

/**
 * What is replicated: a deterministic function of the commands applied to it. On every node the
 * same commands arrive in the same order, so all copies go through the same states, as long as
 * nothing but the command and the state decides: no clock, no randomness, no iteration over a hash
 * set.
 *
 * <p>One thread at a time calls it, with everything earlier calls wrote visible; it needs no locks
 * unless the application itself reads it from other threads.
 */
public interface StateMachine {

  /**
   * Applies a committed command. May block; heartbeats and replication go on meanwhile, but later
   * commands and reads of this node wait.
   *
   * @param index the index of the command in the log: rising, with gaps where the log holds
   *     something else
   * @param command the command as proposed; must not be changed
   * @return the answer for whoever proposed it; null stands for an empty one. Must not be changed
   *     afterwards. One that is larger than {@link RaftNode#maxCommandBytes()} reaches only who has
   *     proposed on the leader itself; others get an {@link AnswerLostException}.
   * @throws RuntimeException stops the group on this node, since its state is not known any more. A
   *     command that makes no sense must be answered, not thrown at.
   */
  byte[] apply(long index, byte[] command);

  /** What {@link #appliedIndex()} says of a state in memory. */
  long IN_MEMORY = -1;

  /**
   * Answers a query of a client that is no member, which can't read the state itself. Called
   * between two commands, which wait for it.
   *
   * @param query what the client asks; must not be changed
   * @return the answer; null stands for an empty one. Must not be changed afterwards.
   * @throws RuntimeException tells the client that the query can't be answered, and why
   */
  default byte[] query(byte[] query) {
    throw new UnsupportedOperationException("this state machine answers no queries of clients");
  }

  /**
   * Up to where the state is on disk already. For state machines that keep their state there
   * themselves, each command together with its index: they are not given again what they have, not
   * restored when the node starts, and written as a snapshot only when another node needs the
   * state.
   *
   * <p>Called before everything else, and between two commands before the log of what was applied
   * is given up. Who writes lazily writes then what is not on the disk yet; as long as a command is
   * missing the log stays, and it is asked again later.
   *
   * @return the index of the last command that the state has for good, whatever crash comes, 0 if
   *     it has none yet; {@link #IN_MEMORY} unless overridden
   */
  default long appliedIndex() {
    return IN_MEMORY;
  }

  /**
   * Captures the state, so that it can be written while further commands are applied. Called
   * between two commands and must be quick, since they wait: take a copy, or share what does not
   * change.
   *
   * @return writes the state as it is now
   * @throws RuntimeException gives this snapshot up; the log stays as it is, and it is tried again
   *     later
   */
  SnapshotWriter snapshot();

  /**
   * Replaces the state by one that {@link #snapshot()} has captured here or on another node.
   *
   * @param image the bytes that were written; need not be closed. Read it to the end before the
   *     state is touched, if a state that is half the old and half the new one could be seen by
   *     somebody.
   * @throws IOException if {@code image} throws it, or holds something else. Stops the group on
   *     this node, since its state is not known any more.
   */
  void restore(InputStream image) throws IOException;
}
