package io.balsa.raft.examples;

import java.nio.ByteBuffer;

/**
 * What a {@link KeyValueStore} answers to a command: 9 bytes.
 *
 * @param result what became of it
 * @param version the version that was put or deleted, 0 if there was nothing to delete; if nothing
 *     was changed, the version that the key has, 0 if it is not there
 */
record Receipt(Result result, long version) {
  private static final int BYTES = 9;

  /** What became of a command. */
  enum Result {
    /** It was done. */
    DONE,

    /** The key has another version than expected; nothing was changed. */
    CONFLICT,

    /** The command makes no sense; nothing was changed. */
    GARBAGE
  }

  byte[] encode() {
    return ByteBuffer.allocate(BYTES).put((byte) result.ordinal()).putLong(version).array();
  }

  static Receipt decode(byte[] answer) {
    ByteBuffer bytes = ByteBuffer.wrap(answer);
    return new Receipt(Result.values()[bytes.get()], bytes.getLong());
  }
}
