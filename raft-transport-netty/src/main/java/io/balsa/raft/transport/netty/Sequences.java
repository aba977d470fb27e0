package io.balsa.raft.transport.netty;

import java.util.TreeSet;

/**
 * The numbers of the commands in a session.
 *
 * <ul>
 *   <li>They rise by one, from 1, and are never used again.
 *   <li>From the lowest that still waits for its answer, no more than {@link #WINDOW} are given
 *       out: the cluster remembers no more of a session than that.
 *   <li>{@code answeredBelow} never falls.
 * </ul>
 */
final class Sequences {
  static final int WINDOW = 256;

  private final TreeSet<Long> open = new TreeSet<>();
  private long next = 1;

  boolean hasRoom() {
    return next < answeredBelow() + WINDOW;
  }

  long take() {
    open.add(next);
    return next++;
  }

  /** It was answered, or nobody waits for its answer any more: it is not sent again. */
  void done(long sequence) {
    open.remove(sequence);
  }

  /** All lower ones are done. */
  long answeredBelow() {
    return open.isEmpty() ? next : open.first();
  }
}
