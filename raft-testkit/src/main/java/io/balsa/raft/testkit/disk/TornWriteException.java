package io.balsa.raft.testkit.disk;

import java.io.IOException;

/** Thrown by an {@link Interference}: the write fails with it after some of its bytes. */
public final class TornWriteException extends IOException {
  private static final long serialVersionUID = 1;

  private final int bytes;

  /**
   * A write that is torn.
   *
   * @param bytes how many bytes are written, if there are so many
   */
  public TornWriteException(int bytes) {
    super("the write was torn after " + bytes + " bytes");
    this.bytes = bytes;
  }

  /**
   * Where the write is torn.
   *
   * @return how many bytes are written
   */
  public int bytes() {
    return bytes;
  }
}
