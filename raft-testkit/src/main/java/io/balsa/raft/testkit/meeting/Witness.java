package io.balsa.raft.testkit.meeting;

import io.balsa.raft.Identity;
import io.balsa.raft.core.NodeId;

/**
 * Learns what a {@link Party} has to be told, to tell it in its own time.
 *
 * @param <E> what owns a party
 */
public interface Witness<E> {

  /**
   * Somebody has said who it is.
   *
   * @param owner of the party that is to be told
   * @param other who it met
   * @param formed whether the other has a log
   */
  void met(E owner, Identity other, boolean formed);

  /**
   * A line is gone.
   *
   * @param owner of the party that is to be told
   * @param other who is lost
   */
  void lost(E owner, NodeId other);
}
