package io.balsa.raft.transport.netty;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.timeout.IdleStateEvent;
import io.netty.util.ReferenceCountUtil;

/**
 * The dialling side of an open connection. The other side only says that it is alive.
 *
 * <ul>
 *   <li>When the channel is gone, {@link Route#ended} is called, once.
 * </ul>
 */
final class CallingConnection extends ChannelInboundHandlerAdapter {
  private final Route route;
  private String trouble;

  CallingConnection(Route route) {
    this.route = route;
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object message) {
    ByteBuf frame = (ByteBuf) message;
    boolean alive = !frame.isReadable();
    ReferenceCountUtil.release(message);
    if (!alive) {
      fail(ctx, "it sends where it should only listen");
    }
  }

  @Override
  public void channelWritabilityChanged(ChannelHandlerContext ctx) {
    if (ctx.channel().isWritable()) {
      route.drain();
    }
  }

  @Override
  public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
    if (event instanceof IdleStateEvent idle) {
      switch (idle.state()) {
        case READER_IDLE -> fail(ctx, "nothing came from it for too long");
        case WRITER_IDLE -> Wire.sayAlive(ctx);
        case ALL_IDLE -> {}
      }
    }
  }

  private void fail(ChannelHandlerContext ctx, String why) {
    if (trouble == null) {
      trouble = why;
      ctx.close();
    }
  }

  @Override
  public void channelInactive(ChannelHandlerContext ctx) {
    route.ended(trouble == null ? "it hung up" : trouble);
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext ctx, Throwable failure) {
    fail(ctx, Wire.trouble(failure));
  }
}
