package io.balsa.raft.testkit;

import io.balsa.raft.Identity;
import io.balsa.raft.Packet;
import io.balsa.raft.Transport;
import io.balsa.raft.core.Member;
import io.balsa.raft.core.NodeId;
import java.util.Collection;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * A network inside one process, without sockets: packets arrive at once, in order, on the thread
 * that sends them, unless a link is cut. Thread-safe.
 */
public final class MemoryNetwork {
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
            end.receiver.disconnected(peer);
          }
        });
  }

  private final class MemoryTransport implements Transport {
    private final Set<End> joined = ConcurrentHashMap.newKeySet();
    private volatile boolean closed;

    @Override
    public Link join(String group, Identity identity, Receiver receiver) {
      if (closed) {
        throw new IllegalStateException("the transport is closed");
      }
      End end = new End(new Address(group, identity.nodeId()), identity, receiver);
      if (ends.putIfAbsent(end.address, end) != null) {
        throw new IllegalStateException(
            "node " + identity.nodeId() + " has joined group " + group + " already");
      }
      joined.add(end);
      return end;
    }

    @Override
    public void close() {
      closed = true;
      joined.forEach(End::close);
    }
  }

  private final class End implements Transport.Link {
    private final Address address;
    private final Identity identity;
    private final Transport.Receiver receiver;
    private volatile Set<NodeId> peers = Set.of();

    private End(Address address, Identity identity, Transport.Receiver receiver) {
      this.address = address;
      this.identity = identity;
      this.receiver = receiver;
    }

    @Override
    public void setPeers(Collection<Member> members) {
      Set<NodeId> ids = new HashSet<>();
      members.forEach(m -> ids.add(m.id()));
      peers = ids;
    }

    @Override
    public boolean send(NodeId to, Packet packet) {
      End other = ends.get(new Address(address.group, to));
      if (ends.get(address) != this
          || !peers.contains(to)
          || other == null
          || !other.identity.clusterId().equals(identity.clusterId())) {
        return false;
      }
      if (!cuts.contains(new Cut(address.node, to))) {
        other.receiver.received(address.node, packet);
      }
      return true;
    }

    @Override
    public void close() {
      if (ends.remove(address, this)) {
        peers.forEach(peer -> tellDisconnected(peer, address.node));
      }
    }
  }
}
