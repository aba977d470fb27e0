package io.balsa.raft.transport.netty;

import io.balsa.raft.ClientRequest;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.handler.ssl.SslHandshakeCompletionEvent;
import io.netty.handler.timeout.IdleStateEvent;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.security.cert.CertificateException;

/**
 * A client's connection with one node, from the look-up of its name to its end. Used on the thread
 * of the loop only.
 *
 * <ul>
 *   <li>The pilot is told that it is open, then of answers, then that it is lost, each at most
 *       once, and nothing any more once it is {@code over}.
 *   <li>What comes from a node counts only when its certificate fits the name it gives itself.
 * </ul>
 */
final class ClientCall {
  private final Pilot pilot;
  private final String group;
  private final HostPort address;
  private final Reactor reactor;
  private Channel channel;
  private boolean over;
  private boolean flushDue;

  ClientCall(Pilot pilot, String group, HostPort address, Reactor reactor) {
    this.pilot = pilot;
    this.group = group;
    this.address = address;
    this.reactor = reactor;
  }

  void begin() {
    reactor
        .names()
        .lookUp(address.host())
        .whenComplete((found, failure) -> reactor.execute(() -> resolved(found, failure)));
  }

  private void resolved(InetAddress[] found, Throwable failure) {
    if (over) {
      return;
    }
    if (failure != null || found.length == 0) {
      end(NameLookup.whyNotFound(address.host()));
      return;
    }
    InetAddress chosen = found[reactor.random().nextInt(found.length)];
    reactor
        .dial(new InetSocketAddress(chosen, address.port()), new Outfit())
        .addListener(
            connected -> {
              if (!connected.isSuccess()) {
                end("no connection: " + Wire.describe(connected.cause()));
              }
            });
  }

  private final class Outfit extends ChannelInitializer<Channel> {
    @Override
    protected void initChannel(Channel fresh) {
      channel = fresh;
      reactor.security().protect(fresh, true);
      Wire.prepare(fresh.pipeline(), new Greeting());
      if (over) {
        fresh.close();
      }
    }
  }

  void send(long id, ClientRequest request) {
    channel.write(RequestFrames.of(id, request).toBuffer(), channel.voidPromise());
    if (!flushDue) {
      flushDue = true;
      reactor.execute(this::flush);
    }
  }

  private void flush() {
    flushDue = false;
    channel.flush();
  }

  /** Ends it without telling anybody. */
  void hangUp() {
    over = true;
    if (channel != null) {
      channel.flush();
      channel.close();
    }
  }

  private void end(String why) {
    if (!over) {
      hangUp();
      pilot.lost(address + ": " + why);
    }
  }

  /** Until the node has said that it serves this client. */
  private final class Greeting extends ChannelInboundHandlerAdapter {
    @Override
    public void channelActive(ChannelHandlerContext ctx) {
      if (!reactor.security().isTls()) {
        greet(ctx);
      }
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
      if (event instanceof SslHandshakeCompletionEvent end) {
        if (end.isSuccess()) {
          greet(ctx);
        } else {
          end(Wire.trouble(end.cause()));
        }
      }
    }

    private void greet(ChannelHandlerContext ctx) {
      Wire.greet(ctx, Hello.ofClient(group).toBytes());
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
      ByteBuf frame = (ByteBuf) message;
      try {
        if (!over) {
          onAnswer(ctx, Welcome.read(frame));
        }
      } catch (IOException e) {
        end("its answer to the handshake is damaged: " + Wire.describe(e));
      } finally {
        frame.release();
      }
    }

    private void onAnswer(ChannelHandlerContext ctx, Welcome welcome) {
      String objection = objection(ctx, welcome);
      if (objection != null) {
        end(objection);
        return;
      }
      Wire.open(ctx, reactor.limits(), new Conversation());
      pilot.opened();
    }

    private String objection(ChannelHandlerContext ctx, Welcome welcome) {
      if (welcome.isRefusal()) {
        return "it refuses: " + welcome.reason();
      }
      try {
        Principal who = reactor.security().whoIs(ctx.channel());
        return reactor.security().objection(who, welcome.node());
      } catch (CertificateException e) {
        return e.getMessage();
      }
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
      end("it hung up during the handshake");
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable failure) {
      end(Wire.trouble(failure));
    }
  }

  /** From then on. */
  private final class Conversation extends ChannelInboundHandlerAdapter {
    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
      ByteBuf frame = (ByteBuf) message;
      try {
        if (!over && frame.isReadable()) {
          AnswerFrames.Answered answered = AnswerFrames.read(frame);
          pilot.answered(answered.id(), answered.answer());
        }
      } catch (MalformedFrameException e) {
        end("a bad frame: " + e.getMessage());
      } finally {
        frame.release();
      }
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
      if (event instanceof IdleStateEvent idle) {
        switch (idle.state()) {
          case READER_IDLE -> end("nothing came from it for too long");
          case WRITER_IDLE -> Wire.sayAlive(ctx);
          case ALL_IDLE -> {}
        }
      }
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
      end("it hung up");
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable failure) {
      end(Wire.trouble(failure));
    }
  }
}
