package io.balsa.raft.transport.netty;

import io.balsa.raft.Identity;
import io.balsa.raft.Packet;
import io.balsa.raft.Transport;
import io.balsa.raft.core.Member;
import io.balsa.raft.core.NodeId;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One group's end of a transport.
 *
 * <ul>
 *   <li>The receiver is called on the thread of the loop only, and not once {@code closed}.
 *   <li>Whoever is in {@code incoming} is in {@code peers}, with at most one connection in each
 *       lane.
 *   <li>{@code peers} and {@code incoming} change on the thread of the loop only.
 * </ul>
 */
final class GroupLink implements Transport.Link {
  private static final Logger LOG = LoggerFactory.getLogger(NettyTransport.class);
  private static final Duration PATIENCE = Duration.ofSeconds(5);

  private final String group;
  private final Identity identity;
  private final Transport.Receiver receiver;
  private final Groups groups;
  private final Reactor reactor;
  private final List<AnsweringConnection> incoming = new ArrayList<>();
  private final AtomicLong lastComplaint = new AtomicLong();
  private volatile Map<NodeId, Peer> peers = Map.of();
  private volatile boolean closed;

  GroupLink(
      String group,
      Identity identity,
      Transport.Receiver receiver,
      Groups groups,
      Reactor reactor) {
    this.group = group;
    this.identity = identity;
    this.receiver = receiver;
    this.groups = groups;
    this.reactor = reactor;
  }

  String group() {
    return group;
  }

  NodeId self() {
    return identity.nodeId();
  }

  @Override
  public void setPeers(Collection<Member> members) {
    Map<NodeId, HostPort> addresses = new TreeMap<>();
    for (Member member : members) {
      if (!member.id().equals(self())) {
        addresses.put(member.id(), HostPort.parse(member.address()));
      }
    }
    reactor.execute(() -> changePeers(addresses));
  }

  private void changePeers(Map<NodeId, HostPort> addresses) {
    if (closed) {
      return;
    }
    Map<NodeId, Peer> before = peers;
    Map<NodeId, Peer> after = new HashMap<>();
    List<Peer> fresh = new ArrayList<>();
    addresses.forEach(
        (id, address) -> {
          Peer known = before.get(id);
          if (known == null || !known.address().equals(address)) {
            known = new Peer(this, id, address, reactor);
            fresh.add(known);
          }
          after.put(id, known);
        });
    peers = after;
    before.values().stream().filter(p -> after.get(p.id()) != p).forEach(Peer::close);
    for (AnsweringConnection connection : List.copyOf(incoming)) {
      if (!after.containsKey(connection.from())) {
        incoming.remove(connection);
        connection.close();
      }
    }
    fresh.forEach(Peer::connect);
  }

  @Override
  public boolean send(NodeId to, Packet packet) {
    Peer peer = peers.get(to);
    return peer != null && !closed && peer.send(OutgoingFrame.of(0, packet));
  }

  Hello helloTo(NodeId target, Lane lane) {
    return new Hello(
        Wire.MIN_VERSION,
        Wire.MAX_VERSION,
        Hello.PEER,
        lane,
        identity.clusterId(),
        identity.incarnation(),
        identity.nodeId(),
        target,
        List.of(group));
  }

  Welcome welcome(int version) {
    return Welcome.to(version, identity.nodeId(), identity.incarnation());
  }

  /** Why a caller is not wanted; null if it is. */
  Welcome refusalFor(Hello hello) {
    if (!hello.clusterId().equals(identity.clusterId())) {
      return Welcome.refused(
          Refusal.OTHER_CLUSTER,
          "cluster " + identity.clusterId() + " lives here, not " + hello.clusterId());
    } else if (!hello.target().equals(self())) {
      return Welcome.refused(
          Refusal.OTHER_NODE, "node " + self() + " lives here, not " + hello.target());
    } else if (hello.node().equals(self())) {
      return Welcome.refused(Refusal.SAME_NODE, "the caller has the node id of this node");
    } else if (!peers.containsKey(hello.node())) {
      return Welcome.refused(
          Refusal.UNKNOWN_NODE, hello.node() + " is not among the peers of " + self());
    } else if (incoming.stream().anyMatch(c -> isOtherIncarnation(c, hello))) {
      return Welcome.refused(
          Refusal.OTHER_INCARNATION, "another incarnation of " + hello.node() + " is connected");
    }
    return null;
  }

  private static boolean isOtherIncarnation(AnsweringConnection connection, Hello hello) {
    return connection.from().equals(hello.node())
        && !connection.incarnation().equals(hello.incarnation());
  }

  /** A peer's connection is open; it replaces an earlier one, which the peer has given up. */
  void accepted(AnsweringConnection fresh) {
    for (AnsweringConnection old : List.copyOf(incoming)) {
      if (old.from().equals(fresh.from()) && old.lane() == fresh.lane()) {
        old.close();
      }
    }
    incoming.add(fresh);
    peers.get(fresh.from()).hurry();
  }

  void ended(AnsweringConnection connection) {
    if (incoming.remove(connection)) {
      disconnected(connection.from());
    }
  }

  void received(NodeId from, Packet packet) {
    if (!closed) {
      try {
        receiver.received(from, packet);
      } catch (RuntimeException e) {
        LOG.error(
            "{}: the receiver of group {} failed on a packet from {}", self(), group, from, e);
      }
    }
  }

  void disconnected(NodeId peer) {
    if (!closed) {
      try {
        receiver.disconnected(peer);
      } catch (RuntimeException e) {
        LOG.error("{}: the receiver of group {} failed on the loss of {}", self(), group, peer, e);
      }
    }
  }

  /** Whether nothing was complained of for some time; then that is now. */
  boolean mayComplain(long periodNanos) {
    long now = System.nanoTime();
    long last = lastComplaint.get();
    return (last == 0 || now - last > periodNanos) && lastComplaint.compareAndSet(last, now);
  }

  @Override
  public void close() {
    closed = true;
    groups.remove(this);
    if (!reactor.call(this::closeConnections, PATIENCE)) {
      LOG.warn(
          "{}: a receiver on this transport does not return; leaving group {} anyway",
          self(),
          group);
    }
  }

  private void closeConnections() {
    closed = true;
    peers.values().forEach(Peer::close);
    peers = Map.of();
    List.copyOf(incoming).forEach(AnsweringConnection::close);
    incoming.clear();
  }
}
