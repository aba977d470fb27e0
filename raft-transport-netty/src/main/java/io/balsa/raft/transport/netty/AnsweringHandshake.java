package io.balsa.raft.transport.netty;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.ssl.SslHandshakeCompletionEvent;
import io.netty.util.concurrent.Future;
import java.io.IOException;
import java.security.cert.CertificateException;

/**
 * An accepted connection of somebody who has not said yet who he is.
 *
 * <ul>
 *   <li>Ends, within the time limit, in an {@link AnsweringConnection} in its place or in a closed
 *       channel; either way {@code leave} runs once.
 *   <li>Whoever does not speak the protocol gets no answer and costs one log line.
 * </ul>
 */
final class AnsweringHandshake extends ChannelInboundHandlerAdapter {
  private final Groups groups;
  private final Reactor reactor;
  private final Complaints complaints;
  private final Runnable leave;
  private Future<?> timeout;
  private boolean done;

  AnsweringHandshake(Groups groups, Reactor reactor, Complaints complaints, Runnable leave) {
    this.groups = groups;
    this.reactor = reactor;
    this.complaints = complaints;
    this.leave = leave;
  }

  @Override
  public void handlerAdded(ChannelHandlerContext ctx) {
    timeout =
        reactor.schedule(() -> fail(ctx, "no handshake"), reactor.limits().handshakeTimeout());
  }

  /** Runs when the channel is closed, too. */
  @Override
  public void handlerRemoved(ChannelHandlerContext ctx) {
    done = true;
    timeout.cancel(false);
    leave.run();
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object message) {
    ByteBuf frame = (ByteBuf) message;
    try {
      if (!done) {
        onHello(ctx, Hello.read(frame));
      }
    } catch (IOException e) {
      fail(ctx, Wire.describe(e));
    } finally {
      frame.release();
    }
  }

  private void onHello(ChannelHandlerContext ctx, Hello hello) {
    Principal who;
    try {
      who = reactor.security().whoIs(ctx.channel());
    } catch (CertificateException e) {
      answer(ctx, hello, Groups.refuse(Refusal.CERTIFICATE, e.getMessage()));
      return;
    }
    if (hello.role() == Hello.CLIENT) {
      onClient(ctx, hello, who);
    } else {
      answer(ctx, hello, groups.decide(hello, who));
    }
  }

  private void onClient(ChannelHandlerContext ctx, Hello hello, Principal who) {
    String objection = reactor.security().objectionToClient(who);
    if (objection == null) {
      groups.clients().enter(ctx, hello, who);
    } else {
      answer(ctx, hello, Groups.refuse(Refusal.CERTIFICATE, objection));
    }
  }

  private void answer(ChannelHandlerContext ctx, Hello hello, Groups.Decision decision) {
    Welcome answer = decision.answer();
    if (answer.isRefusal()) {
      done = true;
      if (!answer.mayPass() && answer.refusal() != Refusal.OTHER_INCARNATION) {
        complaints.say(
            "{} at {} is refused: {}",
            hello.caller(),
            ctx.channel().remoteAddress(),
            answer.reason());
      }
      Wire.greet(ctx, answer.toBytes()).addListener(ChannelFutureListener.CLOSE);
      return;
    }
    Wire.greet(ctx, answer.toBytes());
    var connection = new AnsweringConnection(hello, decision.links(), complaints);
    Wire.open(ctx, reactor.limits(), connection);
    connection.opened(ctx.channel());
  }

  @Override
  public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
    if (event instanceof SslHandshakeCompletionEvent end && !end.isSuccess()) {
      fail(ctx, Wire.trouble(end.cause()));
    }
  }

  private void fail(ChannelHandlerContext ctx, String why) {
    if (!done) {
      done = true;
      complaints.say("a connection from {} is closed: {}", ctx.channel().remoteAddress(), why);
      ctx.close();
    }
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext ctx, Throwable failure) {
    fail(ctx, Wire.trouble(failure));
  }
}
