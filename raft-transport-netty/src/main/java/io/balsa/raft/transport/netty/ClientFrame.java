package io.balsa.raft.transport.netty;

import com.google.protobuf.CodedOutputStream;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.io.IOException;
import java.util.Arrays;

/**
 * A frame between a client and a node: a number for the request, and a message of plain numbers
 * followed by bytes.
 *
 * <ul>
 *   <li>What was read has as many numbers and pieces of bytes as the shape of its kind says; those
 *       that were missing are 0 or empty.
 *   <li>Nothing is allocated for a length before so many bytes are there.
 * </ul>
 *
 * @param id the number of the request
 * @param kind the field of the frame that holds the message, 0 for one that is not known
 * @param numbers the fields 1 to n of the message
 * @param bytes the fields after them
 */
record ClientFrame(long id, int kind, long[] numbers, byte[]... bytes) {
  private static final byte[] NOTHING = {};
  private static final long[] NO_NUMBERS = {};

  /** How many numbers and how many pieces of bytes a kind of message has. */
  record Shape(int numbers, int bytes) {}

  /** Kinds begin in the second field of a frame. */
  private static final int FIRST_KIND = 2;

  /** The bytes of the frame together with its length. */
  long wireSize() {
    long body = bodySize();
    return OutgoingFrame.LENGTH_BYTES + headSize(body) + body;
  }

  private long headSize(long body) {
    return Fields.numberSize(id) + Fields.tagSize(kind) + Fields.varintSize(body);
  }

  private long bodySize() {
    long size = Fields.numbersSize(numbers);
    for (byte[] piece : bytes) {
      size += Fields.bytesSize(piece);
    }
    return size;
  }

  /** The length and the frame. */
  ByteBuf toBuffer() {
    byte[] wire = new byte[Math.toIntExact(wireSize())];
    try {
      CodedOutputStream out = CodedOutputStream.newInstance(wire);
      out.writeFixed32NoTag(Integer.reverseBytes(wire.length - OutgoingFrame.LENGTH_BYTES));
      Fields.writeNumber(out, 1, id);
      Fields.writeMessageHead(out, kind, (int) bodySize());
      for (int i = 0; i < numbers.length; i++) {
        Fields.writeNumber(out, i + 1, numbers[i]);
      }
      for (int i = 0; i < bytes.length; i++) {
        Fields.writeBytes(out, numbers.length + i + 1, bytes[i]);
      }
      out.checkNoSpaceLeft();
    } catch (IOException e) {
      throw new AssertionError("memory failed", e);
    }
    return Unpooled.wrappedBuffer(wire);
  }

  /**
   * Reads a frame of at least one byte, without its length.
   *
   * @param shapes those of the kinds there are, in order
   */
  static ClientFrame read(ByteBuf frame, Shape... shapes) throws MalformedFrameException {
    try {
      return read(new FieldReader(frame), shapes);
    } catch (MalformedFrameException e) {
      throw e;
    } catch (IOException e) {
      throw new MalformedFrameException("not protobuf: " + e.getMessage());
    }
  }

  private static ClientFrame read(FieldReader in, Shape... shapes) throws IOException {
    long id = 0;
    ClientFrame message = null;
    boolean unknown = false;
    for (int tag = in.tag(); tag != 0; tag = in.tag()) {
      int place = (tag >>> 3) - FIRST_KIND;
      boolean isMessage = (tag & 7) == Fields.LENGTH_DELIMITED;
      if (tag == Fields.tag(1, Fields.VARINT)) {
        id = in.number();
      } else if (isMessage && place >= 0 && place < shapes.length) {
        FrameDecoder.require(message == null, "two messages in one frame");
        int outer = in.enter();
        message = message(in, tag >>> 3, shapes[place]);
        in.leave(outer);
      } else {
        in.skip(tag);
        unknown = true;
      }
    }
    FrameDecoder.require(message != null || unknown, "a frame without a message");
    return message == null
        ? new ClientFrame(id, 0, NO_NUMBERS)
        : new ClientFrame(id, message.kind, message.numbers, message.bytes);
  }

  private static ClientFrame message(FieldReader in, int kind, Shape shape) throws IOException {
    long[] numbers = new long[shape.numbers];
    byte[][] bytes = new byte[shape.bytes][];
    for (int tag = in.tag(); tag != 0; tag = in.tag()) {
      int place = (tag >>> 3) - shape.numbers - 1;
      if (FrameDecoder.isNumber(tag, shape.numbers)) {
        numbers[(tag >>> 3) - 1] = in.number();
      } else if ((tag & 7) == Fields.LENGTH_DELIMITED && place >= 0 && place < shape.bytes) {
        bytes[place] = FrameDecoder.once(bytes[place], in.bytes());
      } else {
        in.skip(tag);
      }
    }
    for (int i = 0; i < bytes.length; i++) {
      bytes[i] = FrameDecoder.orNothing(bytes[i]);
    }
    return new ClientFrame(0, kind, numbers, bytes);
  }

  /** Equality looks into the arrays, for tests. */
  @Override
  public boolean equals(Object other) {
    return other instanceof ClientFrame f
        && id == f.id
        && kind == f.kind
        && Arrays.equals(numbers, f.numbers)
        && Arrays.deepEquals(bytes, f.bytes);
  }

  @Override
  public int hashCode() {
    return Long.hashCode(id) + kind;
  }

  static byte[] nothing() {
    return NOTHING;
  }
}
