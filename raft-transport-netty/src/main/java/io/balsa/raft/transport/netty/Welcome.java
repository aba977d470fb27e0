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
 * @param node who answers; may be null with a refusal
 * @param incarnation its incarnation; may be null with a refusal
 * @param formed whether it has a log
 * @param refusal why not; null if this version does not know the code
 * @param reason the same for people, empty without a refusal
 */
record Welcome(
    int version, NodeId node, UUID incarnation, boolean formed, Refusal refusal, String reason) {
  private static final int MAX_REASON_BYTES = 1024;

  static Welcome from(Introduction self, int version) {
    return new Welcome(version, self.node(), self.incarnation(), self.formed(), Refusal.NONE, "");
  }

  /** From whoever is not the one who was called, or not of the same cluster. */
  static Welcome refused(Refusal refusal, String reason) {
    return new Welcome(0, null, null, false, refusal, reason);
  }

  /** From the one who was called. */
  static Welcome refused(Introduction self, Refusal refusal, String reason) {
    return new Welcome(0, self.node(), self.incarnation(), self.formed(), refusal, reason);
  }

  /** Whether this is from the one who was called, who says who it is. */
  boolean isFrom(NodeId called) {
    return called.equals(node) && incarnation != null;
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
        Fields.writeUuid(out, 3, incarnation);
      }
      Fields.writeNumber(out, 4, refusal.code());
      Fields.writeBytes(out, 5, reason.getBytes(StandardCharsets.UTF_8));
      Fields.writeNumber(out, 6, formed ? 1 : 0);
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
    boolean formed = false;
    int refusal = 0;
    String reason = "";
    for (int tag = in.tag(); tag != 0; tag = in.tag()) {
      switch (tag) {
        case 1 << 3 -> version = in.smallNumber("version");
        case 2 << 3 | Fields.LENGTH_DELIMITED -> node = in.nodeId();
        case 3 << 3 | Fields.LENGTH_DELIMITED -> incarnation = in.uuid();
        case 4 << 3 -> refusal = in.smallNumber("refusal");
        case 5 << 3 | Fields.LENGTH_DELIMITED -> reason = printable(in.text(MAX_REASON_BYTES));
        case 6 << 3 -> formed = in.number() != 0;
        default -> in.skip(tag);
      }
    }
    Welcome welcome =
        new Welcome(version, node, incarnation, formed, Refusal.ofCode(refusal), reason);
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
