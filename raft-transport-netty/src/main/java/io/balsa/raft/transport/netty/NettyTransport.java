package io.balsa.raft.transport.netty;

import io.balsa.raft.Identity;
import io.balsa.raft.Transport;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import java.io.IOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.ThreadLocalRandom;
import java.util.random.RandomGenerator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Carries packets over TCP. One port and one thread serve all groups of a process; each node keeps
 * connections to each of its peers and opens them again when they are lost.
 *
 * <p>Nothing is encrypted or authenticated so far: use it in networks where everybody may be
 * trusted. What does not speak the protocol, belongs to another cluster, calls another node or is
 * not a peer is refused.
 *
 * <p>All methods may be called by any thread. The receiver of a group is called by the thread of
 * the transport, for one packet after the other.
 */
public final class NettyTransport implements Transport {
  private static final Logger LOG = LoggerFactory.getLogger(NettyTransport.class);
  private static final Duration PATIENCE = Duration.ofSeconds(2);

  private final Groups groups = new Groups();
  private final Reactor reactor;
  private final Channel listener;
  private final HostPort address;
  private volatile boolean closed;

  private NettyTransport(HostPort wanted, Reactor reactor) throws IOException {
    this.reactor = reactor;
    InetSocketAddress at = new InetSocketAddress(addressOf(wanted), wanted.port());
    ChannelFuture bound =
        reactor
            .listen(at, new Doorman(groups, reactor, new Complaints(LOG)))
            .awaitUninterruptibly();
    if (!bound.isSuccess()) {
      throw explained(wanted, bound.cause());
    }
    this.listener = bound.channel();
    int port = ((InetSocketAddress) listener.localAddress()).getPort();
    this.address = new HostPort(wanted.host(), port);
  }

  /**
   * Listens at an address, from this moment on. Others reach this node there, so it is the address
   * that the members list has for it; the wildcard address is used only if it is asked for.
   *
   * @param hostPort {@code host:port}, with port 0 for any free one
   * @return the transport
   * @throws IllegalArgumentException if the address is not {@code host:port}
   * @throws IOException if the host is unknown or not this one, or the port is taken, saying which
   */
  public static NettyTransport bind(String hostPort) throws IOException {
    RandomGenerator random = () -> ThreadLocalRandom.current().nextLong();
    NettyTransport transport = bind(hostPort, Limits.DEFAULT, InetAddress::getAllByName, random);
    LOG.warn(
        "listening at {}; the traffic is not encrypted, so let only those reach it whom you trust",
        transport.address());
    return transport;
  }

  static NettyTransport bind(
      String hostPort, Limits limits, NameLookup.Resolver resolver, RandomGenerator random)
      throws IOException {
    HostPort wanted = HostPort.parse(hostPort);
    Reactor reactor = new Reactor(wanted.toString(), limits, resolver, random);
    try {
      return new NettyTransport(wanted, reactor);
    } catch (IOException | RuntimeException e) {
      reactor.close(PATIENCE);
      throw e;
    }
  }

  private static InetAddress addressOf(HostPort wanted) throws IOException {
    try {
      return InetAddress.getByName(wanted.host());
    } catch (UnknownHostException e) {
      throw new IOException("can't listen at " + wanted + ": the host is unknown", e);
    }
  }

  private static IOException explained(HostPort wanted, Throwable cause) {
    String message = Wire.describe(cause);
    if (cause instanceof BindException && message.contains("in use")) {
      return new IOException(
          "port %d on %s is taken by another process: %s"
              .formatted(wanted.port(), wanted.host(), message),
          cause);
    }
    return new IOException("can't listen at " + wanted + ": " + message, cause);
  }

  /**
   * Where this transport listens.
   *
   * @return {@code host:port} as given to {@link #bind}, with the actual port if that was 0
   */
  public String address() {
    return address.toString();
  }

  @Override
  public Link join(
      String group, Identity identity, String address, boolean formed, Receiver receiver) {
    int length = group.getBytes(StandardCharsets.UTF_8).length;
    if (length == 0 || length > Hello.MAX_GROUP_BYTES) {
      throw new IllegalArgumentException(
          "a group name has 1 to " + Hello.MAX_GROUP_BYTES + " bytes, this one has " + length);
    }
    Objects.requireNonNull(identity, "identity");
    HostPort.parse(address);
    Objects.requireNonNull(receiver, "receiver");
    Introduction self = new Introduction(identity, address, formed);
    GroupLink link = new GroupLink(group, self, receiver, groups, reactor);
    if (closed || !groups.add(link)) {
      throw new IllegalStateException(
          closed ? "the transport is closed" : "group " + group + " was joined already");
    }
    if (closed) {
      link.close();
      throw new IllegalStateException("the transport is closed");
    }
    return link;
  }

  /**
   * Closes all links and gives the port free. Takes at most a few seconds, even if a receiver does
   * not return; called by the thread of the transport it does not wait for its end.
   */
  @Override
  public void close() {
    closed = true;
    reactor.call(this::closeConnections, PATIENCE);
    if (!reactor.close(PATIENCE)) {
      LOG.warn("the transport at {} can't end its thread: a receiver does not return", address);
    }
  }

  private void closeConnections() {
    listener.close();
    groups.all().forEach(GroupLink::close);
  }
}
