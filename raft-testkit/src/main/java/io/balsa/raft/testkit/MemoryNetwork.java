package io.balsa.raft.testkit;

import io.balsa.raft.Identity;
import io.balsa.raft.Packet;
import io.balsa.raft.Transport;
import io.balsa.raft.core.Member;
import io.balsa.raft.core.NodeId;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;

/**
 * A network inside one process, without sockets: packets arrive at once, in order, on the thread
 * that sends them, unless a link is cut, between nodes that have each other for peers. Thread-safe.
 */
public final class MemoryNetwork {
  private static final Duration PATIENCE = Duration.ofSeconds(2);

  private record Address(String group, NodeId node) {}

  private record Cut(NodeId from, NodeId to) {}

  private final Map<Address, End> ends = new ConcurrentHashMap<>();
  private final Set<Cut> cuts = ConcurrentHashMap.newKeySet();

  /** A network without anybody in it. */
  public MemoryNetwork() {}

  /**
   * A transport of this network, for one node.
   *
   * @return the transport
   */
  public Transport transport() {
    return new MemoryTransport();
  }

  /**
   * Lets nothing pass between two nodes any more, in either direction. Both notice that the
   * connection broke.
   *
   * @param a a node
   * @param b another node
   */
  public void cut(String a, String b) {
    cutOneWay(a, b);
    cutOneWay(b, a);
    NodeId one = new NodeId(a);
    NodeId other = new NodeId(b);
    tellDisconnected(one, other);
    tellDisconnected(other, one);
  }

  /**
   * Swallows what one node sends to another; nobody notices.
   *
   * @param from the sender
   * @param to the receiver
   */
  public void cutOneWay(String from, String to) {
    cuts.add(new Cut(new NodeId(from), new NodeId(to)));
  }

  /** Lets everything pass again. */
  public void heal() {
    cuts.clear();
  }

  private void tellDisconnected(NodeId node, NodeId peer) {
    ends.forEach(
        (address, end) -> {
          if (address.node.equals(node)) {
            end.deliver(receiver -> receiver.disconnected(peer));
          }
        });
  }

  private final class MemoryTransport implements Transport {
    private final Map<String, End> joined = new ConcurrentHashMap<>();
    private volatile boolean closed;

    @Override
    public Link join(String group, Identity identity, Receiver receiver) {
      End end = new End(new Address(group, identity.nodeId()), identity, receiver, joined);
      if (closed) {
        throw new IllegalStateException("the transport is closed");
      }
      if (joined.putIfAbsent(group, end) != null) {
        throw new IllegalStateException("group " + group + " was joined already");
      }
      if (ends.putIfAbsent(end.address, end) != null) {
        joined.remove(group, end);
        throw new IllegalStateException(
            "node " + identity.nodeId() + " has joined group " + group + " already");
      }
      if (closed) {
        end.close();
        throw new IllegalStateException("the transport is closed");
      }
      return end;
    }

    @Override
    public void close() {
      closed = true;
      joined.values().forEach(End::close);
    }
  }

  /**
   * One group's end.
   *
   * <ul>
   *   <li>Who is {@code inside} may be calling the receiver; nobody else does. Whoever enters once
   *       {@code closed} leaves without a call, so {@link #close} has to wait for the others only.
   * </ul>
   */
  private final class End implements Transport.Link {
    private final Address address;
    private final Identity identity;
    private final Transport.Receiver receiver;
    private final Map<String, End> joined;
    private final Set<Thread> inside = ConcurrentHashMap.newKeySet();
    private volatile Set<NodeId> peers = Set.of();
    private volatile boolean closed;

    private End(
        Address address, Identity identity, Transport.Receiver receiver, Map<String, End> joined) {
      this.address = address;
      this.identity = identity;
      this.receiver = receiver;
      this.joined = joined;
    }

    @Override
    public void setPeers(Collection<Member> members) {
      Set<NodeId> ids = new TreeSet<>();
      members.forEach(m -> ids.add(m.id()));
      Set<NodeId> before = peers;
      List<End> dismissed =
          before.stream().filter(id -> !ids.contains(id)).map(this::connected).toList();
      peers = ids;
      dismissed.forEach(this::isMissedBy);
    }

    @Override
    public boolean send(NodeId to, Packet packet) {
      End other = connected(to);
      if (other == null) {
        return false;
      }
      return cuts.contains(new Cut(address.node, to))
          || other.deliver(receiver -> receiver.received(address.node, packet));
    }

    /**
     * The end of a node that has this one for a peer, as this one has it; null if there is none.
     */
    private End connected(NodeId to) {
      End other = ends.get(new Address(address.group, to));
      boolean known = other != null && peers.contains(to) && other.peers.contains(address.node);
      return !closed && known && other.identity.clusterId().equals(identity.clusterId())
          ? other
          : null;
    }

    private void isMissedBy(End other) {
      if (other != null) {
        other.deliver(receiver -> receiver.disconnected(address.node));
      }
    }

    private boolean deliver(Consumer<Transport.Receiver> call) {
      boolean first = inside.add(Thread.currentThread());
      try {
        boolean open = !closed;
        if (open) {
          call.accept(receiver);
        }
        return open;
      } finally {
        if (first) {
          inside.remove(Thread.currentThread());
        }
      }
    }

    /** As long as a receiver takes, within reason; called by that receiver it does not wait. */
    @Override
    public void close() {
      List<End> connected = peers.stream().map(this::connected).toList();
      closed = true;
      joined.remove(address.group, this);
      if (ends.remove(address, this)) {
        connected.forEach(this::isMissedBy);
      }
      Thread self = Thread.currentThread();
      Await.within(PATIENCE, () -> inside.stream().allMatch(self::equals));
    }
  }
}
