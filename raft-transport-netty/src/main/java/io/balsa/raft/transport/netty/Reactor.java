package io.balsa.raft.transport.netty;

import io.netty.bootstrap.Bootstrap;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.channel.nio.NioEventLoopGroup;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.util.concurrent.DefaultThreadFactory;
import io.netty.util.concurrent.Future;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.random.RandomGenerator;

/**
 * The one thread of a transport and what is run on it: accepting, connecting, reading, writing, and
 * all changes of the state of connections. Because there is one, that state needs no lock.
 */
final class Reactor {
  private static final WriteBufferWaterMark WATER_MARK =
      new WriteBufferWaterMark(Limits.LOW_WATER, Limits.HIGH_WATER);

  private final EventLoopGroup group;
  private final EventLoop loop;
  private final Limits limits;
  private final Security security;
  private final NameLookup names;
  private final RandomGenerator random;
  private final AtomicLong queuedBytes = new AtomicLong();

  Reactor(
      String name,
      Limits limits,
      Security security,
      NameLookup.Resolver resolver,
      RandomGenerator random) {
    this.limits = limits;
    this.security = security;
    this.random = random;
    this.names = new NameLookup(resolver, "balsa-names-" + name);
    this.group = newGroup("balsa-transport-" + name);
    this.loop = group.next();
  }

  /** Netty 4.2 has a successor, which 4.1 does not have; both have this. */
  @SuppressWarnings("deprecation")
  private static EventLoopGroup newGroup(String name) {
    return new NioEventLoopGroup(1, new DefaultThreadFactory(name, true));
  }

  Limits limits() {
    return limits;
  }

  Security security() {
    return security;
  }

  NameLookup names() {
    return names;
  }

  RandomGenerator random() {
    return random;
  }

  /** What waits in all queues together. */
  AtomicLong queuedBytes() {
    return queuedBytes;
  }

  boolean inLoop() {
    return loop.inEventLoop();
  }

  /** Runs a task on the thread of the loop, later; false if that thread is gone. */
  boolean execute(Runnable task) {
    try {
      loop.execute(task);
      return true;
    } catch (RejectedExecutionException e) {
      return false;
    }
  }

  /** Runs a task on the thread of the loop after some time, unless the loop is closed before. */
  Future<?> schedule(Runnable task, Duration delay) {
    return loop.schedule(task, delay.toNanos(), TimeUnit.NANOSECONDS);
  }

  /** Runs a task on the thread of the loop and waits for it, but not for ever. */
  boolean call(Runnable task, Duration patience) {
    if (inLoop()) {
      task.run();
      return true;
    }
    try {
      return loop.submit(task).awaitUninterruptibly(patience.toMillis());
    } catch (RejectedExecutionException e) {
      return true;
    }
  }

  ChannelFuture listen(InetSocketAddress address, ChannelInitializer<Channel> whoComes) {
    return new ServerBootstrap()
        .group(group)
        .channel(NioServerSocketChannel.class)
        .childOption(ChannelOption.TCP_NODELAY, true)
        .childOption(ChannelOption.SO_KEEPALIVE, true)
        .childOption(ChannelOption.WRITE_BUFFER_WATER_MARK, WATER_MARK)
        .childHandler(whoComes)
        .bind(address);
  }

  ChannelFuture dial(InetSocketAddress address, ChannelInitializer<Channel> whoGoes) {
    return new Bootstrap()
        .group(group)
        .channel(NioSocketChannel.class)
        .option(ChannelOption.TCP_NODELAY, true)
        .option(ChannelOption.SO_KEEPALIVE, true)
        .option(ChannelOption.WRITE_BUFFER_WATER_MARK, WATER_MARK)
        .option(
            ChannelOption.CONNECT_TIMEOUT_MILLIS,
            Math.toIntExact(limits.connectTimeout().toMillis()))
        .handler(whoGoes)
        .connect(address);
  }

  /**
   * Ends the threads; waits for that unless it is called by one of them. False if it took too long.
   */
  boolean close(Duration patience) {
    names.close();
    security.close();
    Future<?> end = group.shutdownGracefully(0, patience.toMillis(), TimeUnit.MILLISECONDS);
    return inLoop() || end.awaitUninterruptibly(patience.toMillis());
  }
}
