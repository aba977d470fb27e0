package io.balsa.raft.transport.netty;

import com.google.protobuf.CodedOutputStream;
import io.balsa.raft.core.NodeId;
import io.netty.buffer.ByteBuf;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;

/**
 * The first frame of whoever dials: who is calling, and whom.
 *
 * @param minVersion the lowest protocol version the caller speaks
 * @param maxVersion the highest
 * @param role the code of the caller's role
 * @param lane what the connection is for, or null if this version does not know it
 * @param clusterId the caller's cluster
 * @param incarnation the caller's incarnation
 * @param node the caller
 * @param target who is called
 * @param groups the groups of the connection
 */
record Hello(
    int minVersion,
    int maxVersion,
    int role,
    Lane lane,
    UUID clusterId,
    UUID incarnation,
    NodeId node,
    NodeId target,
    List<String> groups) {

  /** The role of members. */
  static final int PEER = 1;

  /** A group name has 1 to so many bytes. */
  static final int MAX_GROUP_BYTES = 255;

  byte[] toBytes() {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try {
      CodedOutputStream out = CodedOutputStream.newInstance(bytes);
      Fields.writeNumber(out, 1, minVersion);
      Fields.writeNumber(out, 2, maxVersion);
      Fields.writeNumber(out, 3, role);
      Fields.writeNumber(out, 4, lane.code());
      Fields.writeBytes(out, 5, bytes(clusterId));
      Fields.writeBytes(out, 6, bytes(incarnation));
      Fields.writeId(out, 7, node);
      Fields.writeId(out, 8, target);
      for (String group : groups) {
        Fields.writeBytes(out, 9, group.getBytes(StandardCharsets.UTF_8));
      }
      out.flush();
    } catch (IOException e) {
      throw new AssertionError("memory failed", e);
    }
    return bytes.toByteArray();
  }

  static Hello read(ByteBuf frame) throws IOException {
    FieldReader in = new FieldReader(frame);
    int[] numbers = new int[4];
    UUID clusterId = null;
    UUID incarnation = null;
    NodeId node = null;
    NodeId target = null;
    List<String> groups = new ArrayList<>();
    for (int tag = in.tag(); tag != 0; tag = in.tag()) {
      switch (tag) {
        case 1 << 3, 2 << 3, 3 << 3, 4 << 3 ->
            numbers[(tag >>> 3) - 1] = in.smallNumber("field " + (tag >>> 3) + " of the greeting");
        case 5 << 3 | Fields.LENGTH_DELIMITED -> clusterId = uuid(in.bytes());
        case 6 << 3 | Fields.LENGTH_DELIMITED -> incarnation = uuid(in.bytes());
        case 7 << 3 | Fields.LENGTH_DELIMITED -> node = in.nodeId();
        case 8 << 3 | Fields.LENGTH_DELIMITED -> target = in.nodeId();
        case 9 << 3 | Fields.LENGTH_DELIMITED -> groups.add(in.text(MAX_GROUP_BYTES));
        default -> in.skip(tag);
      }
    }
    boolean complete = clusterId != null && incarnation != null && node != null && target != null;
    if (!complete || numbers[0] == 0 || numbers[1] < numbers[0] || groups.isEmpty()) {
      throw new MalformedFrameException("an incomplete greeting");
    }
    if (groups.stream().distinct().count() < groups.size()) {
      throw new MalformedFrameException("a group named twice");
    }
    Lane lane = Lane.ofCode(numbers[3]);
    return new Hello(
        numbers[0], numbers[1], numbers[2], lane, clusterId, incarnation, node, target, groups);
  }

  static byte[] bytes(UUID id) {
    return ByteBuffer.allocate(16)
        .putLong(id.getMostSignificantBits())
        .putLong(id.getLeastSignificantBits())
        .array();
  }

  static UUID uuid(byte[] bytes) throws MalformedFrameException {
    if (bytes.length != 16) {
      throw new MalformedFrameException("a UUID of " + bytes.length + " bytes");
    }
    ByteBuffer b = ByteBuffer.wrap(bytes);
    return new UUID(b.getLong(), b.getLong());
  }
}
