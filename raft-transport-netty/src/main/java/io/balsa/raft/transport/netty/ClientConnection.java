package io.balsa.raft.transport.netty;

import io.balsa.raft.ClientAnswer;
import io.balsa.raft.ClientRequest;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.timeout.IdleStateEvent;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * The node's side of an open connection with a client.
 *
 * <ul>
 *   <li>Each request is answered once, with its own number, in whatever order the answers come.
 *   <li>No more than {@link #MOST} requests wait for their answer; who comes on top is told so.
 *   <li>A client that does not take its answers is not read any more, and given up when too many
 *       bytes wait for it, or for all clients together.
 *   <li>{@code ready} is emptied by the loop; while {@code due}, that is sure to happen.
 * </ul>
 */
final class ClientConnection extends ChannelInboundHandlerAdapter {
  static final int MOST = 1024;

  /** A command of 4 MiB and what is around it. */
  private static final int MOST_BYTES_OF_A_FRAME = (4 << 20) + 1024;

  private static final long MOST_UNSENT_BYTES = 32 << 20;

  private final Channel channel;
  private final GroupLink link;
  private final Principal who;
  private final Reactor reactor;
  private final Complaints complaints;
  private final ClientMemory.Share memory;
  private final Queue<ClientFrame> ready = new ConcurrentLinkedQueue<>();
  private final AtomicBoolean due = new AtomicBoolean();
  private final AtomicInteger waiting = new AtomicInteger();
  private long unsentBytes;
  private boolean refused;

  ClientConnection(
      Channel channel,
      GroupLink link,
      Principal who,
      Reactor reactor,
      Complaints complaints,
      ClientMemory memory) {
    this.channel = channel;
    this.link = link;
    this.who = who;
    this.reactor = reactor;
    this.complaints = complaints;
    this.memory = memory.share(this::fail);
  }

  /** Makes frames of what the client sends. */
  RequestGatherer gatherer() {
    Limits limits = reactor.limits();
    int most = Math.min(MOST_BYTES_OF_A_FRAME, limits.frameBytes());
    return new RequestGatherer(most, memory, limits.requestTimeout());
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
        asked(RequestFrames.read(frame));
      }
    } catch (MalformedFrameException e) {
      fail("a bad frame: " + e.getMessage());
    } finally {
      frame.release();
    }
  }

  private void asked(RequestFrames.Asked asked) {
    long id = asked.id();
    String objection = objection(asked.request());
    if (objection != null) {
      answer(id, new ClientAnswer.Failed(ClientAnswer.Problem.REFUSED, objection));
    } else if (waiting.get() >= MOST) {
      answer(
          id,
          new ClientAnswer.Failed(
              ClientAnswer.Problem.BUSY, "more than " + MOST + " requests wait on a connection"));
    } else {
      waiting.incrementAndGet();
      link.asked(
          asked.request(),
          answer -> {
            waiting.decrementAndGet();
            answer(id, answer);
          });
    }
  }

  private String objection(ClientRequest request) {
    if (request instanceof ClientRequest.Status) {
      return null;
    }
    Authorizer.Action action =
        request instanceof ClientRequest.Read
            ? Authorizer.Action.CLIENT_READ
            : Authorizer.Action.CLIENT_WRITE;
    return reactor.security().permits(who, action, link.group())
        ? null
        : who + " may not do this in group " + link.group();
  }

  /** Any thread. */
  private void answer(long id, ClientAnswer answer) {
    ClientFrame frame = AnswerFrames.of(id, answer);
    if (frame.wireSize() > reactor.limits().frameBytes()) {
      String reason = "the answer is larger than " + reactor.limits().frameBytes() + " bytes";
      frame =
          AnswerFrames.of(
              id,
              answer instanceof ClientAnswer.Executed
                  ? new ClientAnswer.Failed(ClientAnswer.Problem.ANSWER_LOST, reason)
                  : new ClientAnswer.Failed(ClientAnswer.Problem.REFUSED, reason));
    }
    ready.add(frame);
    if (due.compareAndSet(false, true)) {
      reactor.execute(this::drain);
    }
  }

  private void drain() {
    due.set(false);
    boolean some = false;
    for (ClientFrame frame = ready.poll(); frame != null; frame = ready.poll()) {
      if (!refused) {
        write(frame);
        some = true;
      }
    }
    if (some) {
      channel.flush();
    }
    if (unsentBytes > MOST_UNSENT_BYTES) {
      fail("it does not take its answers");
    }
  }

  private void write(ClientFrame frame) {
    long size = frame.wireSize();
    count(size);
    channel.write(frame.toBuffer()).addListener(sent -> count(-size));
  }

  private void count(long bytes) {
    unsentBytes += bytes;
    memory.add(bytes);
  }

  @Override
  public void channelWritabilityChanged(ChannelHandlerContext ctx) {
    channel.config().setAutoRead(channel.isWritable());
  }

  @Override
  public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
    if (event instanceof IdleStateEvent idle) {
      switch (idle.state()) {
        case READER_IDLE -> fail("nothing came for too long");
        case WRITER_IDLE -> Wire.sayAlive(ctx);
        case ALL_IDLE -> {}
      }
    }
  }

  private void fail(String why) {
    if (!refused) {
      refused = true;
      complaints.say("the client at {} is cut off: {}", channel.remoteAddress(), why);
      channel.close();
    }
  }

  @Override
  public void channelInactive(ChannelHandlerContext ctx) {
    refused = true;
    memory.end();
    link.left(this);
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext ctx, Throwable failure) {
    fail(Wire.trouble(failure));
  }
}
