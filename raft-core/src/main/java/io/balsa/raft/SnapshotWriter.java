package io.balsa.raft;

import java.io.IOException;
import java.io.OutputStream;

/**
 * The state of a state machine at one moment, ready to be written. The state machine goes on
 * meanwhile, so what is written must not change any more: a copy, a persistent data structure, or a
 * snapshot of a database.
 */
@FunctionalInterface
public interface SnapshotWriter {

  /**
   * Writes the state. Called once, or not at all if the snapshot is not needed any more, on another
   * thread than {@link StateMachine#apply}.
   *
   * @param out takes the bytes, as many as there are; buffered, need not be closed
   * @throws IOException what {@code out} threw, or that the state can't be read. The snapshot is
   *     given up then, the log stays as it is, and it is tried again later.
   */
  void writeTo(OutputStream out) throws IOException;
}
