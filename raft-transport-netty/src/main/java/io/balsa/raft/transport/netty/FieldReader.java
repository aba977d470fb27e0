package io.balsa.raft.transport.netty;

import com.google.protobuf.CodedInputStream;
import io.balsa.raft.core.NodeId;
import io.netty.buffer.ByteBuf;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.UUID;

/**
 * The fields of protobuf's wire format, as far as ours has them, for reading what strangers wrote.
 *
 * <ul>
 *   <li>Nothing is allocated before it is known that so many bytes are there.
 *   <li>There is no recursion: groups, the only way to nest what is skipped, are refused.
 *   <li>Fails with an IOException and nothing else.
 * </ul>
 */
final class FieldReader {
  private static final byte[] NOTHING = {};
  private static final int MAX_ID_BYTES = 64;

  private final CodedInputStream in;

  /** Reads all readable bytes of a buffer, whose indexes stay as they are. */
  FieldReader(ByteBuf buffer) throws IOException {
    int start = buffer.readerIndex();
    int size = buffer.readableBytes();
    in =
        buffer.hasArray()
            ? CodedInputStream.newInstance(buffer.array(), buffer.arrayOffset() + start, size)
            : CodedInputStream.newInstance(buffer.nioBuffer(start, size));
    in.pushLimit(size);
  }

  /** The tag of the next field, or 0 at the end of the message. */
  int tag() throws IOException {
    return in.readTag();
  }

  /** A number that may be any 64 bits. */
  long number() throws IOException {
    return in.readUInt64();
  }

  /** A number for which this version has at most an int. */
  int smallNumber(String what) throws IOException {
    long value = in.readUInt64();
    if (value < 0 || value > Integer.MAX_VALUE) {
      throw new MalformedFrameException(what + " is " + Long.toUnsignedString(value));
    }
    return (int) value;
  }

  /** How many bytes of the message are left. */
  int remaining() {
    return in.getBytesUntilLimit();
  }

  /** Begins the message in a field; returns what {@link #leave} wants. */
  int enter() throws IOException {
    return in.pushLimit(length());
  }

  /** Ends a message that was read to its end. */
  void leave(int outer) {
    in.popLimit(outer);
  }

  byte[] bytes() throws IOException {
    int length = length();
    return length == 0 ? NOTHING : in.readRawBytes(length);
  }

  String text(int maxBytes) throws IOException {
    int length = length();
    if (length > maxBytes) {
      throw new MalformedFrameException("a text of " + length + " bytes");
    }
    return new String(in.readRawBytes(length), StandardCharsets.UTF_8);
  }

  NodeId nodeId() throws IOException {
    String text = text(MAX_ID_BYTES);
    try {
      return new NodeId(text);
    } catch (IllegalArgumentException e) {
      throw new MalformedFrameException("a node id that is none");
    }
  }

  UUID uuid() throws IOException {
    int length = length();
    if (length != Fields.UUID_BYTES) {
      throw new MalformedFrameException("a UUID of " + length + " bytes");
    }
    long most = Long.reverseBytes(in.readRawLittleEndian64());
    return new UUID(most, Long.reverseBytes(in.readRawLittleEndian64()));
  }

  private int length() throws IOException {
    int length = in.readRawVarint32();
    if (length < 0 || length > in.getBytesUntilLimit()) {
      throw new MalformedFrameException(
          "a field of "
              + Integer.toUnsignedString(length)
              + " bytes with "
              + remaining()
              + " left");
    }
    return length;
  }

  /** Passes over a field that this version does not know. */
  void skip(int tag) throws IOException {
    switch (tag & 7) {
      case Fields.VARINT -> in.readRawVarint64();
      case 1 -> in.skipRawBytes(Long.BYTES);
      case Fields.LENGTH_DELIMITED -> in.skipRawBytes(length());
      case 5 -> in.skipRawBytes(Integer.BYTES);
      default -> throw new MalformedFrameException("a field of wire type " + (tag & 7));
    }
  }
}
