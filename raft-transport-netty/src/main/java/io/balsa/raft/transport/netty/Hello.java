package io.balsa.raft.transport.netty;

import com.google.protobuf.CodedOutputStream;
import io.balsa.raft.core.NodeId;
import io.netty.buffer.ByteBuf;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;

/**
 * The first frame of whoever dials: who is calling, and whom. A client has no name, no incarnation
 * and no lane, calls any node, and may or may not say of which cluster; the rest is null.
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
 * @param address where the caller is reached, empty if it does not say
 * @param formed whether the caller has a log
 * @param answering whether it calls only because the target has called it
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
    List<String> groups,
    String address,
    boolean formed,
    boolean answering) {

  /** The role of members. */
  static final int PEER = 1;

  /** The role of programs that use the cluster without being members. */
  static final int CLIENT = 2;

  /** A group name has 1 to so many bytes. */
  static final int MAX_GROUP_BYTES = 255;

  private static final int MAX_ADDRESS_BYTES = 255;

  /** The greeting of a client of a group. */
  static Hello ofClient(String group) {
    return new Hello(
        Wire.MIN_VERSION,
        Wire.MAX_VERSION,
        CLIENT,
        null,
        null,
        null,
        null,
        null,
        List.of(group),
        "",
        false,
        false);
  }

  /** Who calls, for people. */
  String caller() {
    return node == null ? "a client" : node.toString();
  }

  byte[] toBytes() {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try {
      CodedOutputStream out = CodedOutputStream.newInstance(bytes);
      Fields.writeNumber(out, 1, minVersion);
      Fields.writeNumber(out, 2, maxVersion);
      Fields.writeNumber(out, 3, role);
      Fields.writeNumber(out, 4, lane == null ? 0 : lane.code());
      writeUuid(out, 5, clusterId);
      writeUuid(out, 6, incarnation);
      Fields.writeId(out, 7, node);
      Fields.writeId(out, 8, target);
      for (String group : groups) {
        Fields.writeBytes(out, 9, group.getBytes(StandardCharsets.UTF_8));
      }
      Fields.writeBytes(out, 10, address.getBytes(StandardCharsets.UTF_8));
      Fields.writeNumber(out, 11, formed ? 1 : 0);
      Fields.writeNumber(out, 12, answering ? 1 : 0);
      out.flush();
    } catch (IOException e) {
      throw new AssertionError("memory failed", e);
    }
    return bytes.toByteArray();
  }

  private static void writeUuid(CodedOutputStream out, int field, UUID id) throws IOException {
    if (id != null) {
      Fields.writeUuid(out, field, id);
    }
  }

  static Hello read(ByteBuf frame) throws IOException {
    FieldReader in = new FieldReader(frame);
    int[] numbers = new int[4];
    long[] flags = new long[2];
    String address = "";
    UUID clusterId = null;
    UUID incarnation = null;
    NodeId node = null;
    NodeId target = null;
    List<String> groups = new ArrayList<>();
    for (int tag = in.tag(); tag != 0; tag = in.tag()) {
      switch (tag) {
        case 1 << 3, 2 << 3, 3 << 3, 4 << 3 ->
            numbers[(tag >>> 3) - 1] = in.smallNumber("field " + (tag >>> 3) + " of the greeting");
        case 5 << 3 | Fields.LENGTH_DELIMITED -> clusterId = in.uuid();
        case 6 << 3 | Fields.LENGTH_DELIMITED -> incarnation = in.uuid();
        case 7 << 3 | Fields.LENGTH_DELIMITED -> node = in.nodeId();
        case 8 << 3 | Fields.LENGTH_DELIMITED -> target = in.nodeId();
        case 9 << 3 | Fields.LENGTH_DELIMITED -> groups.add(in.text(MAX_GROUP_BYTES));
        case 10 << 3 | Fields.LENGTH_DELIMITED -> address = address(in.text(MAX_ADDRESS_BYTES));
        case 11 << 3, 12 << 3 -> flags[(tag >>> 3) - 11] = in.number();
        default -> in.skip(tag);
      }
    }
    boolean complete =
        numbers[2] == CLIENT
            || clusterId != null && incarnation != null && node != null && target != null;
    if (!complete || numbers[0] == 0 || numbers[1] < numbers[0] || groups.isEmpty()) {
      throw new MalformedFrameException("an incomplete greeting");
    }
    if (groups.stream().distinct().count() < groups.size()) {
      throw new MalformedFrameException("a group named twice");
    }
    Lane lane = Lane.ofCode(numbers[3]);
    return new Hello(
        numbers[0],
        numbers[1],
        numbers[2],
        lane,
        clusterId,
        incarnation,
        node,
        target,
        groups,
        address,
        flags[0] != 0,
        flags[1] != 0);
  }

  /** A stranger's text that is going to be dialled, and to stand in our log. */
  private static String address(String text) throws MalformedFrameException {
    try {
      if (!text.isEmpty() && text.chars().allMatch(c -> c > ' ' && c <= '~')) {
        return HostPort.parse(text).toString();
      }
    } catch (IllegalArgumentException e) {
      throw new MalformedFrameException("an address that is none");
    }
    throw new MalformedFrameException("an address that is none");
  }
}
