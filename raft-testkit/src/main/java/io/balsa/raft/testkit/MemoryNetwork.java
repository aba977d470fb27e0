package io.balsa.raft.testkit;

import io.balsa.raft.Identity;
import io.balsa.raft.Packet;
import io.balsa.raft.Transport;
import io.balsa.raft.core.Member;
import io.balsa.raft.core.NodeId;
import io.balsa.raft.testkit.meeting.Party;
import io.balsa.raft.testkit.meeting.Witness;
import java.time.Duration;
import java.util.Collection;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.function.Consumer;

/**
 * A network inside one process, without sockets: packets arrive at once, in order, on the thread
 * that sends them, unless a link is cut. Nodes are called as soon as both are there. Thread-safe.
 */
public final class MemoryNetwork {
  private static final Duration PATIENCE = Duration.ofSeconds(2);

  private record Address(String group, NodeId node) implements Comparable<Address> {
    @Override
    public int compareTo(Address other) {
      int byGroup = group.compareTo(other.group);
      return byGroup != 0 ? byGroup : node.compareTo(other.node);
    }
  }

  private record Cut(NodeId from, NodeId to) {}

  private final Map<Address, End> ends = new ConcurrentSkipListMap<>();
  private final Set<Cut> cuts = ConcurrentHashMap.newKeySet();

  /** What ends have to be told of each other; told by whoever holds no lock any more. */
  private final Queue<Runnable> news = new ConcurrentLinkedQueue<>();

  private final Witness<End> witness =
      new Witness<>() {
        @Override
        public void met(End owner, Identity other, boolean formed) {
          news.add(
              () ->
                  owner.deliver(
                      receiver -> receiver.met(other.nodeId(), other.incarnation(), formed)));
        }

        @Override
        public void lost(End owner, NodeId other) {
          news.add(() -> owner.deliver(receiver -> receiver.disconnected(other)));
        }
      };

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
    ends.values().forEach(this::connect);
  }

  /** Makes the calls from and to an end that can be made. */
  private void connect(End end) {
    synchronized (ends) {
      boolean isHere = ends.get(end.address) == end;
      for (End other : ends.values()) {
        if (isHere
            && other != end
            && other.address.group.equals(end.address.group)
            && !areCut(end, other)) {
          end.party.call(other.party);
          other.party.call(end.party);
        }
      }
    }
    tellNews();
  }

  private boolean areCut(End one, End other) {
    return cuts.contains(new Cut(one.address.node, other.address.node))
        || cuts.contains(new Cut(other.address.node, one.address.node));
  }

  private void tellNews() {
    Runnable next = news.poll();
    while (next != null) {
      next.run();
      next = news.poll();
    }
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
    public Link join(
        String group, Identity identity, String address, boolean formed, Receiver receiver) {
      End end = new End(group, identity, formed, receiver, joined);
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
      connect(end);
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
    private final Party<End> party;
    private final Transport.Receiver receiver;
    private final Map<String, End> joined;
    private final Set<Thread> inside = ConcurrentHashMap.newKeySet();
    private volatile boolean closed;

    private End(
        String group,
        Identity identity,
        boolean formed,
        Transport.Receiver receiver,
        Map<String, End> joined) {
      this.address = new Address(group, identity.nodeId());
      this.party = new Party<>(this, identity, formed, witness);
      this.receiver = receiver;
      this.joined = joined;
    }

    @Override
    public void introduce(Identity identity, String at, boolean formed) {
      synchronized (ends) {
        party.introduce(identity, formed);
      }
      connect(this);
    }

    @Override
    public void setPeers(Collection<Member> members) {
      synchronized (ends) {
        party.setPeers(members);
      }
      connect(this);
    }

    @Override
    public boolean send(NodeId to, Packet packet) {
      End other = reached(to);
      tellNews();
      if (other == null) {
        return false;
      }
      return cuts.contains(new Cut(address.node, to))
          || other.deliver(receiver -> receiver.received(address.node, packet));
    }

    /** Who gets what is sent to a node; null if nobody does. */
    private End reached(NodeId to) {
      synchronized (ends) {
        End there = ends.get(new Address(address.group, to));
        if (there != null && !closed) {
          party.callIfForgotten(there.party);
        }
        Party<End> way = closed ? null : party.way(to);
        if (way == null) {
          return null;
        }
        way.heard(address.node);
        return way.owner();
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
      closed = true;
      joined.remove(address.group, this);
      synchronized (ends) {
        ends.remove(address, this);
        party.leave();
      }
      tellNews();
      Thread self = Thread.currentThread();
      Await.within(PATIENCE, () -> inside.stream().allMatch(self::equals));
    }
  }
}
