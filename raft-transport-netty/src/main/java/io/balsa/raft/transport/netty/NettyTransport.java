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
 * <p>Made by {@link #bind} it speaks TLS 1.3 only, and only with nodes that prove by certificate
 * which one they are; made by {@link #insecure} it speaks plain TCP. Either way, what does not
 * speak the protocol, belongs to another cluster, calls another node or is not a peer is refused.
 *
 * <p>All methods may be called by any thread. The receiver of a group is called by the thread of
 * the transport, for one packet after the other.
 */
public final class NettyTransport implements Transport {
  private static final Logger LOG = LoggerFactory.getLogger(NettyTransport.class);
  private static final Duration PATIENCE = Duration.ofSeconds(2);

  private final Groups groups;
  private final Reactor reactor;
  private final Security security;
  private final Channel listener;
  private final HostPort address;
  private volatile boolean closed;

  private NettyTransport(HostPort wanted, Reactor reactor) throws IOException {
    this.reactor = reactor;
    this.security = reactor.security();
    this.groups = new Groups(security);
    Complaints complaints = new Complaints(LOG);
    groups.serveClients(new ClientEntrance(groups, reactor, complaints));
    InetSocketAddress at = new InetSocketAddress(addressOf(wanted), wanted.port());
    ChannelFuture bound =
        reactor.listen(at, new Doorman(groups, reactor, complaints)).awaitUninterruptibly();
    if (!bound.isSuccess()) {
      throw explained(wanted, bound.cause());
    }
    this.listener = bound.channel();
    listener.pipeline().addLast(new AcceptTrouble(complaints));
    int port = ((InetSocketAddress) listener.localAddress()).getPort();
    this.address = new HostPort(wanted.host(), port);
    security.start(reactor);
  }

  /**
   * Listens at an address, from this moment on. Others reach this node there, so it is the address
   * that the members list has for it; the wildcard address is used only if it is asked for. Whoever
   * calls or is called must speak TLS and show the certificate of the node it says it is.
   *
   * @param hostPort {@code host:port}, with port 0 for any free one
   * @param tls where the keys are
   * @return the transport
   * @throws IllegalArgumentException if the address is not {@code host:port}
   * @throws IOException if the keys can't be used, the host is unknown or not this one, or the port
   *     is taken, saying which
   */
  public static NettyTransport bind(String hostPort, Tls tls) throws IOException {
    RandomGenerator random = () -> ThreadLocalRandom.current().nextLong();
    Security security = Security.tls(tls, LOG);
    return open(hostPort, Limits.DEFAULT, security, InetAddress::getAllByName, random);
  }

  /**
   * The same without TLS: nothing is encrypted, and nobody has to prove who he is. Whoever reaches
   * the port and knows the id of the cluster can speak as any of its nodes, so this is for trying
   * things out, or for networks where everybody may be trusted. Says so in the log.
   *
   * @param hostPort {@code host:port}, with port 0 for any free one
   * @return the transport
   * @throws IllegalArgumentException if the address is not {@code host:port}
   * @throws IOException if the host is unknown or not this one, or the port is taken, saying which
   */
  public static NettyTransport insecure(String hostPort) throws IOException {
    RandomGenerator random = () -> ThreadLocalRandom.current().nextLong();
    NettyTransport transport =
        open(hostPort, Limits.DEFAULT, Security.none(), InetAddress::getAllByName, random);
    LOG.warn(
        "listening at {}, insecure: nothing is encrypted and nobody proves who he is, so let only"
            + " those reach it whom you trust",
        transport.address());
    return transport;
  }

  static NettyTransport open(
      String hostPort,
      Limits limits,
      Security security,
      NameLookup.Resolver resolver,
      RandomGenerator random)
      throws IOException {
    HostPort wanted = HostPort.parse(hostPort);
    Reactor reactor = new Reactor(wanted.toString(), limits, security, resolver, random);
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
      String why = NameLookup.whyNotFound(wanted.host());
      throw new IOException("can't listen at " + wanted + ": " + why, e);
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
   * @return {@code host:port} as it was given, with the actual port if that was 0
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
    security.checkOwn(identity.nodeId());
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

  /** Looks at once whether there are other keys; true if they are in use now. */
  boolean reloadKeys() {
    return security.reload();
  }

  /** Who serves clients from now on. */
  void serveClients(ClientDoor door) {
    groups.serveClients(door);
  }

  private void closeConnections() {
    listener.close();
    groups.all().forEach(GroupLink::close);
  }
}
