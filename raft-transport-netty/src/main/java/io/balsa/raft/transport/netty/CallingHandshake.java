package io.balsa.raft.transport.netty;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.ssl.SslHandshakeCompletionEvent;
import io.netty.util.concurrent.Future;
import java.io.IOException;
import java.security.cert.CertificateException;

/**
 * The dialling side of a connection until it is open: says who calls whom and awaits the answer.
 *
 * <ul>
 *   <li>Ends in exactly one of: a {@link CallingConnection} in its place; {@link Route#ended}.
 * </ul>
 */
final class CallingHandshake extends ChannelInboundHandlerAdapter {
  private final Route route;
  private final Reactor reactor;
  private Future<?> timeout;
  private String trouble;

  CallingHandshake(Route route, Reactor reactor) {
    this.route = route;
    this.reactor = reactor;
  }

  @Override
  public void channelActive(ChannelHandlerContext ctx) {
    if (!route.connected(ctx.channel())) {
      ctx.close();
      return;
    }
    timeout =
        reactor.schedule(
            () -> fail(ctx, "no answer to the handshake"), reactor.limits().handshakeTimeout());
    if (!reactor.security().isTls()) {
      greet(ctx);
    }
  }

  private void greet(ChannelHandlerContext ctx) {
    Wire.greet(ctx, route.peer().link().helloTo(route.peer().id(), route.lane()).toBytes());
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object message) {
    ByteBuf frame = (ByteBuf) message;
    try {
      if (trouble == null) {
        onAnswer(ctx, Welcome.read(frame));
      }
    } catch (IOException e) {
      fail(ctx, "its answer to the handshake is damaged: " + Wire.describe(e));
    } finally {
      frame.release();
    }
  }

  @Override
  public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
    if (event instanceof SslHandshakeCompletionEvent end) {
      if (end.isSuccess()) {
        onSecure(ctx);
      } else {
        fail(ctx, Wire.trouble(end.cause()));
      }
    }
  }

  /** Who is there has shown a certificate; nothing is said before it is known to be the right. */
  private void onSecure(ChannelHandlerContext ctx) {
    String objection;
    try {
      Principal there = reactor.security().whoIs(ctx.channel());
      objection = reactor.security().objection(there, route.peer().id());
    } catch (CertificateException e) {
      objection = e.getMessage();
    }
    if (objection == null) {
      greet(ctx);
    } else {
      fail(ctx, objection);
    }
  }

  private void onAnswer(ChannelHandlerContext ctx, Welcome welcome) {
    Peer peer = route.peer();
    boolean isOther = welcome.isFrom(peer.id()) && !peer.meets(welcome);
    if (welcome.isRefusal()) {
      fail(ctx, (welcome.mayPass() ? "it is not ready yet: " : "it refuses: ") + welcome.reason());
    } else if (isOther) {
      fail(ctx, "another incarnation of it is there");
    } else if (!welcome.node().equals(peer.id())) {
      fail(ctx, "node " + welcome.node() + " is there");
    } else if (welcome.version() < Wire.MIN_VERSION || welcome.version() > Wire.MAX_VERSION) {
      fail(ctx, "it wants version " + welcome.version());
    } else {
      timeout.cancel(false);
      Wire.open(ctx, reactor.limits(), new CallingConnection(route));
      route.opened(welcome.incarnation());
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
    if (timeout != null) {
      timeout.cancel(false);
      route.ended(trouble == null ? "it hung up during the handshake" : trouble);
    }
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext ctx, Throwable failure) {
    fail(ctx, Wire.trouble(failure));
  }
}
