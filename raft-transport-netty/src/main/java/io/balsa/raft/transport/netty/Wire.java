package io.balsa.raft.transport.netty;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPipeline;
import io.netty.handler.codec.DecoderException;
import io.netty.handler.codec.LengthFieldBasedFrameDecoder;
import io.netty.handler.ssl.NotSslRecordException;
import io.netty.handler.timeout.IdleStateHandler;
import java.io.IOException;
import java.security.cert.CertificateException;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What both ends of a connection do alike: framing, keeping alive, naming a failure. */
final class Wire {
  private static final Logger LOG = LoggerFactory.getLogger(NettyTransport.class);

  /** The protocol versions that this code speaks. */
  static final int MIN_VERSION = 1;

  static final int MAX_VERSION = 1;

  private static final int LONGEST_REASON = 400;
  private static final String FRAMES = "frames";

  private Wire() {}

  /** Fits a new channel for a handshake. */
  static void prepare(ChannelPipeline pipeline, ChannelHandler handshake) {
    pipeline.addLast(new MagicReader());
    pipeline.addLast(FRAMES, frames(Limits.HANDSHAKE_BYTES));
    pipeline.addLast(handshake);
  }

  /** Fits a channel for traffic after its handshake, which the calling handler has carried out. */
  static void open(ChannelHandlerContext ctx, Limits limits, ChannelHandler connection) {
    open(ctx, limits, frames(limits.frameBytes()), connection);
  }

  /** The same, with another way to take frames apart. */
  static void open(
      ChannelHandlerContext ctx, Limits limits, ChannelHandler frames, ChannelHandler connection) {
    ChannelPipeline pipeline = ctx.pipeline();
    pipeline.addFirst(
        new IdleStateHandler(
            limits.silence().toMillis(), limits.keepAlive().toMillis(), 0, TimeUnit.MILLISECONDS));
    pipeline.replace(ctx.handler(), null, connection);
    pipeline.replace(FRAMES, FRAMES, frames);
  }

  private static ChannelHandler frames(int maxBytes) {
    return new LengthFieldBasedFrameDecoder(
        maxBytes, 0, OutgoingFrame.LENGTH_BYTES, 0, OutgoingFrame.LENGTH_BYTES);
  }

  /** Sends the magic and one frame. */
  static ChannelFuture greet(ChannelHandlerContext ctx, byte[] frame) {
    ctx.write(MagicReader.magic());
    ByteBuf length = ctx.alloc().buffer(OutgoingFrame.LENGTH_BYTES).writeInt(frame.length);
    ctx.write(length);
    return ctx.writeAndFlush(Unpooled.wrappedBuffer(frame));
  }

  /** Sends the frame that says only that we are still here. */
  static void sayAlive(ChannelHandlerContext ctx) {
    if (ctx.channel().isWritable()) {
      ByteBuf nothing = ctx.alloc().buffer(OutgoingFrame.LENGTH_BYTES);
      ctx.writeAndFlush(nothing.writeZero(OutgoingFrame.LENGTH_BYTES));
    }
  }

  /**
   * What a channel failed of, in a few words; a mistake in this code is logged in all its length.
   */
  static String trouble(Throwable failure) {
    if (!(failure instanceof IOException || failure instanceof DecoderException)) {
      LOG.error("a mistake in the transport; the connection is closed", failure);
    }
    return describe(failure);
  }

  /** Java wraps the reason, and a certificate's owner chose some of its words. */
  private static String rootOf(Throwable failure) {
    Throwable explaining = failure;
    for (Throwable t = failure; t != null; t = t.getCause()) {
      if (t instanceof CertificateException && t.getMessage() != null) {
        return t.getMessage();
      }
      explaining = t.getMessage() == null ? explaining : t;
    }
    return String.valueOf(explaining.getMessage());
  }

  /** Somebody else's text ends in our log; it must not look like lines of its own there. */
  static String printable(String text) {
    String shown = text.length() > LONGEST_REASON ? text.substring(0, LONGEST_REASON) : text;
    return shown.replaceAll("[^ -~]", "?");
  }

  /** A failure in a few words. */
  static String describe(Throwable failure) {
    Throwable cause =
        failure instanceof DecoderException && failure.getCause() != null
            ? failure.getCause()
            : failure;
    if (cause instanceof NotSslRecordException) {
      return "it does not speak TLS";
    }
    if (cause instanceof SSLException) {
      return "no TLS with it: " + printable(rootOf(cause));
    }
    return cause.getMessage() == null ? cause.getClass().getSimpleName() : cause.getMessage();
  }
}
