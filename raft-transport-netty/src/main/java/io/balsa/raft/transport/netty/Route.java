package io.balsa.raft.transport.netty;

import com.google.protobuf.CodedOutputStream;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;
import io.netty.util.concurrent.Future;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * One lane to one peer: a queue, and the connection that is kept up to empty it.
 *
 * <ul>
 *   <li>Any thread offers; everything else happens on the thread of the loop.
 *   <li>Until closed, exactly one of these is under way: a look-up or an attempt to connect ({@code
 *       channel} may be null or not yet open), an open connection, a pause before the next attempt
 *       ({@code retry}).
 *   <li>Frames leave the queue only into a channel that is writable, so what was handed over and
 *       not yet sent is bounded, and nothing is kept for a connection that does not exist yet.
 *   <li>While {@code drainDue}, somebody is sure to drain the queue: a task of the loop, or the
 *       channel as soon as it is writable again.
 * </ul>
 */
final class Route {
  /** Frames are gathered into buffers of about this size. */
  private static final int BATCH_BYTES = 128 << 10;

  /** A connection that held for so long makes up for the failures before it. */
  private static final long LASTING = Duration.ofSeconds(1).toNanos();

  private final Peer peer;
  private final Lane lane;
  private final Reactor reactor;
  private final SendQueue queue;
  private final List<OutgoingFrame> batch = new ArrayList<>();
  private final AtomicBoolean drainDue = new AtomicBoolean();
  private volatile boolean open;

  private boolean closed;
  private Channel channel;
  private Future<?> retry;
  private int failures;
  private long openedAt;
  private UUID incarnation;

  Route(Peer peer, Lane lane, Reactor reactor) {
    this.peer = peer;
    this.lane = lane;
    this.reactor = reactor;
    Limits limits = reactor.limits();
    this.queue =
        new SendQueue(limits.queueBytes(lane), reactor.queuedBytes(), limits.totalQueueBytes());
  }

  Peer peer() {
    return peer;
  }

  Lane lane() {
    return lane;
  }

  boolean isOpen() {
    return open;
  }

  /**
   * Queues a frame; false if it is dropped. One wake-up of the loop serves all until it has run.
   */
  boolean offer(OutgoingFrame frame) {
    if (!open || !queue.offer(frame)) {
      return false;
    }
    return !drainDue.compareAndSet(false, true) || reactor.execute(this::drain);
  }

  /** Empties the queue into the channel, as far as that can take it. */
  void drain() {
    drainDue.set(false);
    if (!open) {
      queue.clear();
      return;
    }
    while (channel.isWritable()) {
      ByteBuf buffer = nextBatch();
      if (buffer == null) {
        return;
      }
      channel.writeAndFlush(buffer, channel.voidPromise());
    }
    // The channel drains as soon as it is writable; until then offers need not wake the loop.
    drainDue.compareAndSet(false, true);
  }

  private ByteBuf nextBatch() {
    int size = 0;
    while (size < BATCH_BYTES) {
      OutgoingFrame frame = queue.poll();
      if (frame == null) {
        break;
      }
      batch.add(frame);
      size += (int) frame.wireSize();
    }
    if (size == 0) {
      return null;
    }
    ByteBuf buffer = channel.alloc().ioBuffer(size, size);
    try {
      encode(buffer, size);
      return buffer;
    } catch (IOException | RuntimeException e) {
      buffer.release();
      throw new IllegalStateException("a packet was changed after it was sent", e);
    } finally {
      batch.clear();
    }
  }

  private void encode(ByteBuf buffer, int size) throws IOException {
    CodedOutputStream out =
        buffer.hasArray()
            ? CodedOutputStream.newInstance(buffer.array(), buffer.arrayOffset(), size)
            : CodedOutputStream.newInstance(buffer.internalNioBuffer(0, size));
    for (OutgoingFrame frame : batch) {
      frame.writeTo(out);
    }
    out.flush();
    out.checkNoSpaceLeft();
    buffer.writerIndex(size);
  }

  /** Connects; the first call and each retry. */
  void connect() {
    retry = null;
    HostPort address = peer.address();
    reactor
        .names()
        .lookUp(address.host())
        .whenComplete((found, failure) -> reactor.execute(() -> dial(address, found, failure)));
  }

  private void dial(HostPort address, InetAddress[] found, Throwable failure) {
    if (closed) {
      return;
    }
    if (failure != null || found.length == 0) {
      ended(NameLookup.whyNotFound(address.host()));
      return;
    }
    InetAddress target = found[failures % found.length];
    reactor
        .dial(new InetSocketAddress(target, address.port()), new Outfit())
        .addListener(
            (io.netty.channel.ChannelFuture connected) -> {
              if (!connected.isSuccess() && channel == null) {
                ended(whyNotReached(connected.cause()));
              }
            });
  }

  private static String whyNotReached(Throwable failure) {
    String message = Wire.describe(failure);
    boolean refused = failure instanceof ConnectException && message.contains("refused");
    return refused ? "nobody listens there" : message;
  }

  /** Fits the channel of an attempt. */
  private final class Outfit extends ChannelInitializer<Channel> {
    @Override
    protected void initChannel(Channel fresh) {
      reactor.security().protect(fresh, true);
      Wire.prepare(fresh.pipeline(), new CallingHandshake(Route.this, reactor));
    }
  }

  /** The connection exists, its handshake begins. False if it is not wanted any more. */
  boolean connected(Channel fresh) {
    if (closed) {
      return false;
    }
    channel = fresh;
    return true;
  }

  /** The handshake is done; this incarnation has answered. */
  void opened(UUID answering) {
    incarnation = answering;
    queue.clear();
    openedAt = System.nanoTime();
    open = true;
    peer.opened(this);
  }

  /** The connection, or the attempt to get one, is over. */
  void ended(String why) {
    boolean wasOpen = open;
    open = false;
    channel = null;
    drainDue.set(false);
    queue.clear();
    if (closed) {
      return;
    }
    boolean lasted = wasOpen && System.nanoTime() - openedAt > LASTING;
    failures = lasted ? 0 : failures + 1;
    retry = reactor.schedule(this::connect, pause());
    peer.ended(this, wasOpen, why);
  }

  /** Doubles with each failure, up to a maximum; at random between half and all of that. */
  private Duration pause() {
    Limits limits = reactor.limits();
    long last = limits.lastRetry().toNanos();
    long most = Math.min(last, limits.firstRetry().toNanos() << Math.min(failures, 20));
    return Duration.ofNanos(most / 2 + reactor.random().nextLong(most / 2 + 1));
  }

  /** The peer is known to be up: no reason to wait any longer. */
  void hurry() {
    if (retry != null && retry.cancel(false)) {
      failures = 0;
      connect();
    }
  }

  /** Ends an open connection to any other incarnation than this; another attempt follows. */
  void closeUnless(UUID wanted) {
    if (open && !incarnation.equals(wanted)) {
      channel.close();
    }
  }

  void close() {
    closed = true;
    open = false;
    if (retry != null) {
      retry.cancel(false);
    }
    if (channel != null) {
      channel.close();
    }
    queue.clear();
  }
}
