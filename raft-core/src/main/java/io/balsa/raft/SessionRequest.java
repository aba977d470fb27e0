package io.balsa.raft;

import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * What a client wants of its session, as the data of an entry of the log; docs/formats.md has the
 * layout.
 *
 * <ul>
 *   <li>The leader writes the time of the log into it when it takes it over. Nobody else does, and
 *       nobody looks at any other clock.
 * </ul>
 */
sealed interface SessionRequest {
  /** How much longer an entry is than its command. */
  int OVERHEAD = 33;

  /** Where the time is. */
  int TIME = 1;

  /** A new session, which ends when nothing was heard of its client for so long. */
  record Open(long timeoutMillis) implements SessionRequest {
    @Override
    public byte[] toBytes() {
      return head(OPEN, Long.BYTES).putLong(timeoutMillis).array();
    }
  }

  /** A command. The client has the answers to all that have a sequence below one. */
  record Command(long session, long sequence, long answeredBelow, byte[] command)
      implements SessionRequest {
    @Override
    public byte[] toBytes() {
      return head(COMMAND, 3 * Long.BYTES + command.length)
          .putLong(session)
          .putLong(sequence)
          .putLong(answeredBelow)
          .put(command)
          .array();
    }
  }

  /** The client is still there. */
  record KeepAlive(long session, long answeredBelow) implements SessionRequest {
    @Override
    public byte[] toBytes() {
      return head(KEEP_ALIVE, 2 * Long.BYTES).putLong(session).putLong(answeredBelow).array();
    }
  }

  /** The client is done. */
  record Close(long session) implements SessionRequest {
    @Override
    public byte[] toBytes() {
      return head(CLOSE, Long.BYTES).putLong(session).array();
    }
  }

  byte OPEN = 1;
  byte COMMAND = 2;
  byte KEEP_ALIVE = 3;
  byte CLOSE = 4;

  /** The data of an entry, without the time. */
  byte[] toBytes();

  private static ByteBuffer head(byte kind, int length) {
    ByteBuffer bytes = ByteBuffer.allocate(1 + Long.BYTES + length);
    return bytes.put(kind).putLong(0);
  }

  /** Writes the time of the log, in milliseconds; what is too short to be a request stays so. */
  static void stamp(byte[] data, long time) {
    if (data.length >= TIME + Long.BYTES) {
      ByteBuffer.wrap(data).putLong(TIME, time);
    }
  }

  static long time(byte[] data) {
    return data.length < TIME + Long.BYTES ? 0 : ByteBuffer.wrap(data).getLong(TIME);
  }

  /** The request in an entry; null if there is none, which every replica finds alike. */
  static SessionRequest of(byte[] data) {
    if (data.length < TIME + 2 * Long.BYTES) {
      return null;
    }
    ByteBuffer bytes = ByteBuffer.wrap(data, TIME + Long.BYTES, data.length - TIME - Long.BYTES);
    int rest = bytes.remaining() / Long.BYTES;
    return switch (data[0]) {
      case OPEN -> new Open(bytes.getLong());
      case COMMAND -> rest < 3 ? null : command(data, bytes);
      case KEEP_ALIVE -> rest < 2 ? null : new KeepAlive(bytes.getLong(), bytes.getLong());
      case CLOSE -> new Close(bytes.getLong());
      default -> null;
    };
  }

  private static Command command(byte[] data, ByteBuffer bytes) {
    long session = bytes.getLong();
    long sequence = bytes.getLong();
    long answeredBelow = bytes.getLong();
    byte[] command = Arrays.copyOfRange(data, bytes.position(), data.length);
    return new Command(session, sequence, answeredBelow, command);
  }
}
