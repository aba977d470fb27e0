package io.balsa.raft.transport.netty;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;

/**
 * Stands behind the accepting of connections, which fails when the process has no descriptor left
 * for one more (TR-12). Netty accepts nothing for a second then, and tries again; this says so, in
 * lines that are counted.
 */
final class AcceptTrouble extends ChannelInboundHandlerAdapter {
  private final Complaints complaints;

  AcceptTrouble(Complaints complaints) {
    this.complaints = complaints;
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext ctx, Throwable failure) {
    complaints.say("no connection can be accepted, trying again soon: {}", Wire.describe(failure));
  }
}
