package io.balsa.raft.transport.netty;

import io.balsa.raft.core.NodeId;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.timeout.IdleStateEvent;
import java.util.List;
import java.util.UUID;

/**
 * The accepting side of an open connection: what arrives here came from a node whose name is known.
 *
 * <ul>
 *   <li>Frames are delivered in order, on the thread of the loop, and none after the first bad one.
 *   <li>Every link learns of the end of the connection once.
 * </ul>
 */
final class AnsweringConnection extends ChannelInboundHandlerAdapter {
  private final Hello hello;
  private final List<GroupLink> links;
  private final Complaints complaints;
  private Channel channel;
  private boolean refused;

  AnsweringConnection(Hello hello, List<GroupLink> links, Complaints complaints) {
    this.hello = hello;
    this.links = links;
    this.complaints = complaints;
  }

  NodeId from() {
    return hello.node();
  }

  UUID incarnation() {
    return hello.incarnation();
  }

  Lane lane() {
    return hello.lane();
  }

  /** Where the caller is reached, empty if it did not say. */
  String address() {
    return hello.address();
  }

  void opened(Channel fresh) {
    channel = fresh;
    for (GroupLink link : links) {
      link.accepted(this);
    }
  }

  void close() {
    refused = true;
    channel.close();
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object message) {
    ByteBuf frame = (ByteBuf) message;
    try {
      if (!refused && frame.isReadable()) {
        deliver(FrameDecoder.decode(frame));
      }
    } catch (MalformedFrameException e) {
      fail(ctx, "a bad frame: " + e.getMessage());
    } finally {
      frame.release();
    }
  }

  private void deliver(FrameDecoder.Frame frame) throws MalformedFrameException {
    if (frame.group() >= links.size()) {
      throw new MalformedFrameException("group " + frame.group() + " of " + links.size());
    }
    if (frame.packet() != null) {
      links.get(frame.group()).received(from(), frame.packet());
    }
  }

  @Override
  public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
    if (event instanceof IdleStateEvent idle) {
      switch (idle.state()) {
        case READER_IDLE -> fail(ctx, "nothing came for too long");
        case WRITER_IDLE -> Wire.sayAlive(ctx);
        case ALL_IDLE -> {}
      }
    }
  }

  private void fail(ChannelHandlerContext ctx, String why) {
    if (!refused) {
      complaints.say("the connection from {} is closed: {}", from(), why);
      refused = true;
      ctx.close();
    }
  }

  @Override
  public void channelInactive(ChannelHandlerContext ctx) {
    for (GroupLink link : links) {
      link.ended(this);
    }
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext ctx, Throwable failure) {
    fail(ctx, Wire.trouble(failure));
  }
}
