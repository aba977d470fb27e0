package io.balsa.raft.transport.netty;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.ByteToMessageDecoder;
import java.util.List;

/**
 * Checks the first eight bytes of a connection and is gone. Whoever speaks another protocol is
 * found out at its first byte, before anything of it is taken for a length.
 */
final class MagicReader extends ByteToMessageDecoder {
  /** Not text, not TLS, not a small number; the last byte is the version of the framing. */
  private static final byte[] MAGIC = {(byte) 0x89, 'B', 'A', 'L', 'S', 'A', '\n', 1};

  private static final byte TLS_ALERT = 21;
  private static final byte TLS_HANDSHAKE = 22;

  /** What to send first. */
  static ByteBuf magic() {
    return Unpooled.wrappedBuffer(MAGIC);
  }

  @Override
  protected void decode(ChannelHandlerContext ctx, ByteBuf in, List<Object> out)
      throws MalformedFrameException {
    int start = in.readerIndex();
    int available = Math.min(in.readableBytes(), MAGIC.length);
    for (int i = 0; i < available; i++) {
      if (in.getByte(start + i) != MAGIC[i]) {
        throw mismatch(ctx, i, in.getByte(start + i));
      }
    }
    if (available == MAGIC.length) {
      in.skipBytes(MAGIC.length);
      ctx.pipeline().remove(this);
    }
  }

  private static MalformedFrameException mismatch(ChannelHandlerContext ctx, int at, byte found) {
    if (at == 0 && (found == TLS_HANDSHAKE || found == TLS_ALERT)) {
      return new MalformedFrameException("it speaks TLS, and this transport is insecure");
    }
    if (at < MAGIC.length - 1) {
      return new MalformedFrameException("another protocol");
    }
    ctx.writeAndFlush(magic());
    return new MalformedFrameException(
        "framing version " + (found & 0xff) + ", ours is " + MAGIC[at]);
  }
}
