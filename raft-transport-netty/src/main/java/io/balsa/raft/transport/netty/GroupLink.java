package io.balsa.raft.transport.netty;

import io.balsa.raft.ClientAnswer;
import io.balsa.raft.ClientRequest;
import io.balsa.raft.Identity;
import io.balsa.raft.Packet;
import io.balsa.raft.Transport;
import io.balsa.raft.core.Member;
import io.balsa.raft.core.NodeId;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One group's end of a transport.
 *
 * <ul>
 *   <li>The receiver is called on the thread of the loop only, and not once {@code closed}.
 *   <li>In {@code incoming} each node has at most one connection in each lane, and all of them are
 *       of one incarnation. Who is there is either in {@code peers} or a guest.
 *   <li>{@code peers}, {@code guests} and {@code incoming} change on the thread of the loop only.
 * </ul>
 */
final class GroupLink implements Transport.Link {
  private static final Logger LOG = LoggerFactory.getLogger(NettyTransport.class);
  private static final Duration PATIENCE = Duration.ofSeconds(5);

  private final String group;
  private final NodeId id;
  private final Transport.Receiver receiver;
  private final Groups groups;
  private final Reactor reactor;
  private final List<AnsweringConnection> incoming = new ArrayList<>();
  private final Guests guests = new Guests();
  private final Set<ClientConnection> clients = new LinkedHashSet<>();
  private final AtomicLong lastComplaint = new AtomicLong();
  private volatile Introduction self;
  private volatile Map<NodeId, Peer> peers = Map.of();
  private volatile boolean closed;

  GroupLink(
      String group,
      Introduction self,
      Transport.Receiver receiver,
      Groups groups,
      Reactor reactor) {
    this.group = group;
    this.id = self.node();
    this.self = self;
    this.receiver = receiver;
    this.groups = groups;
    this.reactor = reactor;
  }

  String group() {
    return group;
  }

  NodeId self() {
    return id;
  }

  @Override
  public void introduce(Identity identity, String address, boolean formed) {
    if (!identity.nodeId().equals(id)) {
      throw new IllegalArgumentException("node " + id + " can't become " + identity.nodeId());
    }
    HostPort.parse(address);
    self = new Introduction(identity, address, formed);
  }

  // ---- whom we call

  @Override
  public void setPeers(Collection<Member> members) {
    Map<NodeId, HostPort> addresses = new TreeMap<>();
    Map<NodeId, UUID> incarnations = new HashMap<>();
    for (Member member : members) {
      if (!member.id().equals(id)) {
        addresses.put(member.id(), HostPort.parse(member.address()));
        incarnations.put(member.id(), member.incarnation());
      }
    }
    reactor.execute(() -> changePeers(addresses, incarnations));
  }

  private void changePeers(Map<NodeId, HostPort> addresses, Map<NodeId, UUID> incarnations) {
    if (closed) {
      return;
    }
    Map<NodeId, Peer> before = peers;
    Map<NodeId, Peer> after = new HashMap<>();
    List<Peer> fresh = new ArrayList<>();
    addresses.forEach(
        (node, address) -> {
          Peer known = before.containsKey(node) ? before.get(node) : guests.remove(node);
          Peer next = known;
          if (known == null || !known.address().equals(address)) {
            next = new Peer(this, node, address, reactor);
            fresh.add(next);
            close(known);
          }
          next.pin(incarnations.get(node));
          after.put(node, next);
        });
    peers = after;
    before.values().stream().filter(p -> !after.containsKey(p.id())).forEach(Peer::close);
    List.copyOf(incoming).forEach(this::closeUnlessWelcome);
    fresh.forEach(Peer::connect);
  }

  private static void close(Peer peer) {
    if (peer != null) {
      peer.close();
    }
  }

  /** Nobody is told that those who are dismissed are gone; a peer may come again. */
  private void closeUnlessWelcome(AnsweringConnection connection) {
    Peer peer = peers.get(connection.from());
    if (peer == null && !guests.has(connection.from())) {
      incoming.remove(connection);
      connection.close();
    } else if (peer != null && !peer.mayBe(connection.incarnation())) {
      connection.close();
    }
  }

  @Override
  public boolean send(NodeId to, Packet packet) {
    Peer peer = peers.get(to);
    if (peer == null) {
      peer = guests.use(to);
    }
    return peer != null && !closed && peer.send(OutgoingFrame.of(0, packet));
  }

  Hello helloTo(NodeId target, Lane lane) {
    Introduction me = self;
    return new Hello(
        Wire.MIN_VERSION,
        Wire.MAX_VERSION,
        Hello.PEER,
        lane,
        me.cluster(),
        me.incarnation(),
        id,
        target,
        List.of(group),
        me.address(),
        me.formed(),
        !peers.containsKey(target));
  }

  // ---- who calls us

  Welcome welcome(int version) {
    return Welcome.from(self, version);
  }

  /** Why a caller is not wanted; null if it is. */
  Welcome refusalFor(Hello hello) {
    Introduction me = self;
    NodeId caller = hello.node();
    if (!hello.target().equals(id)) {
      return Welcome.refused(
          Refusal.OTHER_NODE, "node " + id + " lives here, not " + hello.target());
    } else if (caller.equals(id)) {
      return Welcome.refused(Refusal.SAME_NODE, "the caller has the node id of this node");
    } else if (me.formed() == hello.formed() && !me.cluster().equals(hello.clusterId())) {
      return Welcome.refused(
          Refusal.OTHER_CLUSTER,
          "cluster " + me.cluster() + " lives here, not " + hello.clusterId());
    }
    met(caller, hello.incarnation(), hello.formed());
    Peer peer = peers.get(caller);
    if (peer != null && !peer.mayBe(hello.incarnation())) {
      String why = peer.refuse(hello.incarnation());
      return Welcome.refused(me, Refusal.OTHER_INCARNATION, why);
    } else if (incoming.stream().anyMatch(c -> isOtherIncarnation(c, hello))) {
      return Welcome.refused(
          me, Refusal.OTHER_INCARNATION, "another incarnation of " + caller + " is connected");
    } else if (peer == null && !mayBeGuest(hello, me)) {
      return Welcome.refused(me, Refusal.UNKNOWN_NODE, caller + " is not among the peers of " + id);
    }
    return null;
  }

  /**
   * Others than peers are heard if they may know more than we do, and if they can be answered. Who
   * only answers does not get an answer in turn, or two that have forgotten each other would keep
   * each other for guests.
   */
  private static boolean mayBeGuest(Hello hello, Introduction me) {
    return (hello.formed() || !me.formed()) && !hello.answering() && !hello.address().isEmpty();
  }

  private static boolean isOtherIncarnation(AnsweringConnection connection, Hello hello) {
    return connection.from().equals(hello.node())
        && !connection.incarnation().equals(hello.incarnation());
  }

  /** A caller's connection is open; it replaces an earlier one, which the caller has given up. */
  void accepted(AnsweringConnection fresh) {
    List<AnsweringConnection> before = List.copyOf(incoming);
    incoming.add(fresh);
    for (AnsweringConnection old : before) {
      if (old.from().equals(fresh.from()) && old.lane() == fresh.lane()) {
        old.close();
      }
    }
    Peer peer = peers.get(fresh.from());
    if (peer != null) {
      peer.hurry();
    } else {
      receive(fresh);
    }
  }

  /** Lets somebody in who is not among the peers, and opens the way to answer. */
  private void receive(AnsweringConnection caller) {
    HostPort address = HostPort.parse(caller.address());
    Peer known = guests.use(caller.from());
    if (known != null && known.address().equals(address)) {
      known.hurry();
      return;
    }
    close(guests.remove(caller.from()));
    NodeId idle = guests.mostIdle();
    if (idle != null) {
      dismiss(idle);
    }
    Peer way = new Peer(this, caller.from(), address, reactor);
    way.pin(caller.incarnation());
    guests.add(way);
    way.connect();
  }

  private void dismiss(NodeId guest) {
    close(guests.remove(guest));
    List.copyOf(incoming).stream()
        .filter(c -> c.from().equals(guest))
        .forEach(this::closeUnlessWelcome);
  }

  void ended(AnsweringConnection connection) {
    if (incoming.remove(connection)) {
      if (incoming.stream().noneMatch(c -> c.from().equals(connection.from()))) {
        close(guests.remove(connection.from()));
      }
      disconnected(connection.from());
    }
  }

  // ---- clients

  boolean isOfCluster(UUID wanted) {
    return wanted == null || wanted.equals(self.cluster());
  }

  void entered(ClientConnection client) {
    if (closed) {
      client.close();
    } else {
      clients.add(client);
    }
  }

  void left(ClientConnection client) {
    clients.remove(client);
  }

  void asked(ClientRequest request, Consumer<ClientAnswer> reply) {
    if (closed) {
      reply.accept(
          new ClientAnswer.Failed(
              ClientAnswer.Problem.UNAVAILABLE, "node " + id + " has left the group"));
      return;
    }
    try {
      receiver.asked(request, reply);
    } catch (RuntimeException e) {
      LOG.error("{}: the receiver of group {} failed on a client's request", self(), group, e);
      reply.accept(
          new ClientAnswer.Failed(ClientAnswer.Problem.UNKNOWN, "node " + id + " has failed"));
    }
  }

  // ---- what the receiver is told

  void received(NodeId from, Packet packet) {
    if (!closed) {
      if (!peers.containsKey(from)) {
        guests.use(from);
      }
      try {
        receiver.received(from, packet);
      } catch (RuntimeException e) {
        LOG.error(
            "{}: the receiver of group {} failed on a packet from {}", self(), group, from, e);
      }
    }
  }

  void met(NodeId node, UUID incarnation, boolean formed) {
    if (!closed) {
      try {
        receiver.met(node, incarnation, formed);
      } catch (RuntimeException e) {
        LOG.error("{}: the receiver of group {} failed on meeting {}", self(), group, node, e);
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
    guests.close();
    List.copyOf(incoming).forEach(AnsweringConnection::close);
    incoming.clear();
    List.copyOf(clients).forEach(ClientConnection::close);
  }
}
