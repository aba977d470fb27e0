package io.balsa.raft.transport.netty;

import com.google.protobuf.CodedOutputStream;
import io.balsa.raft.core.NodeId;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.UUID;

/**
 * The fields of protobuf's wire format, as far as ours has them, for writing.
 *
 * <ul>
 *   <li>Field numbers are below 16, so that every tag takes one byte, except for those of the rarer
 *       packets in a frame.
 *   <li>As in all of proto3, a number that is 0 and bytes that are empty are not written.
 * </ul>
 */
final class Fields {
  /** Wire type of numbers. */
  static final int VARINT = 0;

  /** Wire type of bytes, strings and messages. */
  static final int LENGTH_DELIMITED = 2;

  /** A UUID is its 16 bytes, the most significant first. */
  static final int UUID_BYTES = 16;

  private Fields() {}

  static int tag(int field, int wireType) {
    return field << 3 | wireType;
  }

  static int tagSize(int field) {
    return varintSize(tag(field, LENGTH_DELIMITED));
  }

  static int varintSize(long value) {
    return CodedOutputStream.computeUInt64SizeNoTag(value);
  }

  static int numberSize(long value) {
    return value == 0 ? 0 : 1 + varintSize(value);
  }

  static long numbersSize(long[] values) {
    long size = 0;
    for (long value : values) {
      size += numberSize(value);
    }
    return size;
  }

  static long bytesSize(byte[] bytes) {
    return bytes.length == 0 ? 0 : messageSize(bytes.length);
  }

  static long uuidSize() {
    return messageSize(UUID_BYTES);
  }

  /** The size of a node id, which has ASCII characters only; null has none. */
  static long idSize(NodeId id) {
    return id == null ? 0 : messageSize(id.value().length());
  }

  /** The size of a message in a field, present even if empty. */
  static long messageSize(long size) {
    return 1 + varintSize(size) + size;
  }

  static void writeNumber(CodedOutputStream out, int field, long value) throws IOException {
    if (value != 0) {
      out.writeUInt32NoTag(tag(field, VARINT));
      out.writeUInt64NoTag(value);
    }
  }

  static void writeBytes(CodedOutputStream out, int field, byte[] bytes) throws IOException {
    if (bytes.length != 0) {
      writeMessageHead(out, field, bytes.length);
      out.writeRawBytes(bytes);
    }
  }

  static void writeUuid(CodedOutputStream out, int field, UUID id) throws IOException {
    writeMessageHead(out, field, UUID_BYTES);
    out.writeFixed64NoTag(Long.reverseBytes(id.getMostSignificantBits()));
    out.writeFixed64NoTag(Long.reverseBytes(id.getLeastSignificantBits()));
  }

  static void writeId(CodedOutputStream out, int field, NodeId id) throws IOException {
    if (id != null) {
      writeBytes(out, field, id.value().getBytes(StandardCharsets.US_ASCII));
    }
  }

  static void writeMessageHead(CodedOutputStream out, int field, int size) throws IOException {
    out.writeUInt32NoTag(tag(field, LENGTH_DELIMITED));
    out.writeUInt32NoTag(size);
  }
}
