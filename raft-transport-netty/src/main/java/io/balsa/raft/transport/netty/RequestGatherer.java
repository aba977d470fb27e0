package io.balsa.raft.transport.netty;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.DecoderException;
import io.netty.handler.codec.LengthFieldBasedFrameDecoder;
import io.netty.util.concurrent.Future;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/**
 * Takes a client's bytes apart into frames.
 *
 * <ul>
 *   <li>While a frame is not whole, the buffer it is gathered in counts as held by the client, and
 *       {@code deadline} is the end of the time it has left.
 * </ul>
 */
final class RequestGatherer extends LengthFieldBasedFrameDecoder {
  private final ClientMemory.Share memory;
  private final Duration limit;
  private int held;
  private Future<?> deadline;

  RequestGatherer(int maxBytes, ClientMemory.Share memory, Duration limit) {
    super(maxBytes, 0, OutgoingFrame.LENGTH_BYTES, 0, OutgoingFrame.LENGTH_BYTES);
    this.memory = memory;
    this.limit = limit;
  }

  @Override
  protected Object decode(ChannelHandlerContext ctx, ByteBuf in) throws Exception {
    Object frame = super.decode(ctx, in);
    if (frame == null) {
      gather(ctx, in);
    } else {
      finish();
    }
    return frame;
  }

  private void gather(ChannelHandlerContext ctx, ByteBuf in) {
    if (deadline == null) {
      // Not when more of it comes: below us, TLS may be given a byte at a time.
      deadline = ctx.executor().schedule(() -> giveUp(ctx), limit.toNanos(), TimeUnit.NANOSECONDS);
    }
    hold(in.capacity());
  }

  private void giveUp(ChannelHandlerContext ctx) {
    ctx.fireExceptionCaught(
        new DecoderException(
            "a request that has begun was not there as a whole after "
                + limit.toMillis()
                + " ms: it sends too slowly, or does not mean to"));
  }

  private void finish() {
    if (deadline != null) {
      deadline.cancel(false);
      deadline = null;
    }
    hold(0);
  }

  private void hold(int bytes) {
    int more = bytes - held;
    held = bytes;
    memory.add(more);
  }

  /** Runs when the channel is closed, too. */
  @Override
  protected void handlerRemoved0(ChannelHandlerContext ctx) {
    finish();
  }
}
