package io.balsa.raft.transport.netty;

import com.google.protobuf.CodedOutputStream;
import io.balsa.raft.Packet;
import io.balsa.raft.core.Snapshot;
import io.netty.buffer.Unpooled;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;

/** Packets to bytes and back by the production codec. */
final class Bytes {
  private Bytes() {}

  /** The frame with its length in front. */
  static byte[] withLength(int group, Packet packet) {
    OutgoingFrame frame = OutgoingFrame.of(group, packet);
    byte[] bytes = new byte[(int) frame.wireSize()];
    try {
      CodedOutputStream out = CodedOutputStream.newInstance(bytes);
      frame.writeTo(out);
      out.checkNoSpaceLeft();
    } catch (IOException e) {
      throw new AssertionError(e);
    }
    return bytes;
  }

  static byte[] of(int group, Packet packet) {
    byte[] bytes = withLength(group, packet);
    int length = ByteBuffer.wrap(bytes).getInt();
    if (length != bytes.length - OutgoingFrame.LENGTH_BYTES) {
      throw new AssertionError("length " + length + " of " + bytes.length);
    }
    return Arrays.copyOfRange(bytes, OutgoingFrame.LENGTH_BYTES, bytes.length);
  }

  static FrameDecoder.Frame decode(byte[] frame) throws MalformedFrameException {
    return FrameDecoder.decode(Unpooled.wrappedBuffer(frame));
  }

  static FrameDecoder.Frame decodeDirect(byte[] frame) throws MalformedFrameException {
    ByteBuffer direct = ByteBuffer.allocateDirect(frame.length);
    direct.put(frame).flip();
    return FrameDecoder.decode(Unpooled.wrappedBuffer(direct));
  }

  /** Equality of packets that looks into their arrays. */
  static String describe(Packet packet) {
    StringBuilder text = new StringBuilder();
    if (packet instanceof Packet.Proposals p) {
      p.proposals().forEach(x -> text.append(x.id()).append(Arrays.toString(x.command())));
    } else if (packet instanceof Packet.Outcomes o) {
      for (Packet.Outcome x : o.outcomes()) {
        text.append(x.id()).append(x.result()).append(x.index()).append(x.leader());
        text.append(Arrays.toString(x.response()));
      }
    } else if (packet instanceof Packet.SnapshotPiece p) {
      text.append(p.id()).append(' ').append(p.offset()).append(' ').append(p.checksum());
      text.append(Arrays.toString(p.bytes()));
    } else if (packet instanceof Packet.Raft r) {
      text.append(r.message());
      if (r.message() instanceof io.balsa.raft.core.Message.AppendEntries a) {
        a.entries().forEach(e -> text.append(e.type()).append(Arrays.toString(e.data())));
      } else if (r.message() instanceof io.balsa.raft.core.Message.InstallSnapshot m) {
        Snapshot s = m.snapshot();
        text.append(s.id()).append(s.configurationIndex()).append(s.configuration());
      }
    } else {
      text.append(packet);
    }
    return packet.getClass().getSimpleName() + text;
  }
}
