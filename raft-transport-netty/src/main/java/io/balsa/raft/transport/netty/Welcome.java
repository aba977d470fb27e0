package io.balsa.raft.transport.netty;

import com.google.protobuf.CodedOutputStream;
import io.balsa.raft.core.NodeId;
import io.netty.buffer.ByteBuf;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.UUID;

/**
 * The first frame of whoever was called: its name, or why it does not want the connection.
 *
 * @param version the version to speak, 0 with a refusal
 * @param node who answers, null with a refusal
 * @param incarnation its incarnation, null with a refusal
 * @param refusal why not; null if this version does not know the code
 * @param reason the same for people, empty without a refusal
 */
record Welcome(int version, NodeId node, UUID incarnation, Refusal refusal, String reason) {
  private static final int MAX_REASON_BYTES = 1024;

  static Welcome to(int version, NodeId node, UUID incarnation) {
    return new Welcome(version, node, incarnation, Refusal.NONE, "");
  }

  static Welcome refused(Refusal refusal, String reason) {
    return new Welcome(0, null, null, refusal, reason);
  }

  boolean isRefusal() {
    return refusal != Refusal.NONE;
  }

  /** Whether it is a refusal whose cause is usually over soon. */
  boolean mayPass() {
    return refusal != null && refusal.mayPass();
  }

  byte[] toBytes() {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try {
      CodedOutputStream out = CodedOutputStream.newInstance(bytes);
      Fields.writeNumber(out, 1, version);
      Fields.writeId(out, 2, node);
      if (incarnation != null) {
        Fields.writeBytes(out, 3, Hello.bytes(incarnation));
      }
      Fields.writeNumber(out, 4, refusal.code());
      Fields.writeBytes(out, 5, reason.getBytes(StandardCharsets.UTF_8));
      out.flush();
    } catch (IOException e) {
      throw new AssertionError("memory failed", e);
    }
    return bytes.toByteArray();
  }

  static Welcome read(ByteBuf frame) throws IOException {
    FieldReader in = new FieldReader(frame);
    int version = 0;
    NodeId node = null;
    UUID incarnation = null;
    int refusal = 0;
    String reason = "";
    for (int tag = in.tag(); tag != 0; tag = in.tag()) {
      switch (tag) {
        case 1 << 3 -> version = in.smallNumber("version");
        case 2 << 3 | Fields.LENGTH_DELIMITED -> node = in.nodeId();
        case 3 << 3 | Fields.LENGTH_DELIMITED -> incarnation = Hello.uuid(in.bytes());
        case 4 << 3 -> refusal = in.smallNumber("refusal");
        case 5 << 3 | Fields.LENGTH_DELIMITED -> reason = printable(in.text(MAX_REASON_BYTES));
        default -> in.skip(tag);
      }
    }
    Welcome welcome = new Welcome(version, node, incarnation, Refusal.ofCode(refusal), reason);
    if (!welcome.isRefusal() && (version == 0 || node == null || incarnation == null)) {
      throw new MalformedFrameException("an incomplete answer");
    }
    return welcome;
  }

  /** A stranger's text ends in our log; it must not look like a line of its own there. */
  private static String printable(String text) {
    return text.replaceAll("[^ -~]", "?");
  }
}
