package io.balsa.raft.examples;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;

/**
 * What a command asks of a {@link KeyValueStore}, and the bytes that say so:
 *
 * <pre>
 *   u8  kind         1 put, 2 delete; 16 more if the next field is there
 *   u64 expected     the version that the key must have, 0 if it must not be there
 *   u16 key length
 *       key          1 to 1024 bytes of UTF-8
 *       value        of a put: the rest, at most 1 MiB
 * </pre>
 *
 * <ul>
 *   <li>Each change has one encoding, and bytes that are not the encoding of one are not decoded.
 * </ul>
 */
sealed interface Change {
  /** No version is expected. */
  long ANY = -1;

  /** The version of a key that is not there. */
  long ABSENT = 0;

  int MAX_KEY = 1024;
  int MAX_VALUE = 1 << 20;

  /** More than any command has. */
  int MAX_COMMAND = MAX_VALUE + MAX_KEY + 64;

  int PUT = 1;
  int DELETE = 2;
  int CONDITIONAL = 16;

  String key();

  /** The version that the key must have for anything to change, {@link #ABSENT} or {@link #ANY}. */
  long expected();

  byte[] encode();

  /** Gives a key its value; the array must not change any more. */
  record Put(String key, byte[] value, long expected) implements Change {
    @Override
    public byte[] encode() {
      return encoded(PUT, this, value);
    }
  }

  /** Removes a key, if it is there. */
  record Delete(String key, long expected) implements Change {
    @Override
    public byte[] encode() {
      return encoded(DELETE, this, new byte[0]);
    }
  }

  private static byte[] encoded(int kind, Change change, byte[] value) {
    byte[] key = change.key().getBytes(StandardCharsets.UTF_8);
    boolean conditional = change.expected() != ANY;
    ByteBuffer bytes =
        ByteBuffer.allocate(1 + (conditional ? 8 : 0) + 2 + key.length + value.length);
    bytes.put((byte) (conditional ? kind | CONDITIONAL : kind));
    if (conditional) {
      bytes.putLong(change.expected());
    }
    return bytes.putShort((short) key.length).put(key).put(value).array();
  }

  /** The change that a command asks for, null if it makes no sense. */
  static Change decode(byte[] command) {
    ByteBuffer bytes = ByteBuffer.wrap(command);
    if (bytes.remaining() < 1) {
      return null;
    }
    int kind = bytes.get();
    boolean conditional = (kind & CONDITIONAL) != 0;
    if (bytes.remaining() < (conditional ? 8 : 0) + 2) {
      return null;
    }
    long expected = conditional ? bytes.getLong() : ANY;
    int keyLength = bytes.getShort() & 0xffff;
    if (expected < (conditional ? ABSENT : ANY) || bytes.remaining() < keyLength) {
      return null;
    }
    String key = key(bytes.slice(bytes.position(), keyLength));
    byte[] rest = new byte[bytes.remaining() - keyLength];
    bytes.position(bytes.position() + keyLength).get(rest);
    if (key == null || rest.length > MAX_VALUE) {
      return null;
    }
    return switch (kind & ~CONDITIONAL) {
      case PUT -> new Put(key, rest, expected);
      case DELETE -> rest.length == 0 ? new Delete(key, expected) : null;
      default -> null;
    };
  }

  /** The key that some bytes stand for, null if they stand for none. */
  static String key(ByteBuffer bytes) {
    if (bytes.remaining() == 0 || bytes.remaining() > MAX_KEY) {
      return null;
    }
    try {
      return StandardCharsets.UTF_8.newDecoder().decode(bytes).toString();
    } catch (CharacterCodingException e) {
      return null; // others would become the same key
    }
  }

  /** What is wrong with a key, null if nothing is. */
  static String fault(String key) {
    int length = key.getBytes(StandardCharsets.UTF_8).length;
    if (length == 0 || length > MAX_KEY) {
      return "a key has 1 to " + MAX_KEY + " bytes, this one has " + length;
    }
    return StandardCharsets.UTF_8.newEncoder().canEncode(key) && key.indexOf('\uFFFD') < 0
        ? null
        : "a key is UTF-8, this one is not";
  }
}
