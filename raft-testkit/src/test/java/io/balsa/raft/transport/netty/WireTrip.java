package io.balsa.raft.transport.netty;

import com.google.protobuf.CodedOutputStream;
import io.balsa.raft.Packet;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.io.IOException;
import java.io.UncheckedIOException;

/** What the network does to a packet: it is written as a frame, and read again. */
public final class WireTrip {
  private static final int GROUP = 1;

  private WireTrip() {}

  /** Writes and reads a packet. */
  public static Packet of(Packet packet) {
    try {
      OutgoingFrame frame = OutgoingFrame.of(GROUP, packet);
      byte[] bytes = new byte[(int) frame.wireSize()];
      CodedOutputStream out = CodedOutputStream.newInstance(bytes);
      frame.writeTo(out);
      out.flush();
      ByteBuf in = Unpooled.wrappedBuffer(bytes);
      in.skipBytes(OutgoingFrame.LENGTH_BYTES);
      return FrameDecoder.decode(in).packet();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
