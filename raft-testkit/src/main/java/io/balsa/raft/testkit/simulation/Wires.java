package io.balsa.raft.testkit.simulation;

import io.balsa.raft.Identity;
import io.balsa.raft.Packet;
import io.balsa.raft.StateMachine;
import io.balsa.raft.Transport;
import io.balsa.raft.core.Member;
import io.balsa.raft.core.NodeId;
import java.util.Collection;
import java.util.SplittableRandom;
import java.util.TreeMap;

/**
 * The network: one wire in each direction between any two hosts.
 *
 * <ul>
 *   <li>Messages of the algorithm get lost, late, out of order, repeated, also to a later life.
 *   <li>Proposals on their way and their outcomes get lost or late, but arrive once, and only at
 *       the process they were sent to: they travel on a connection.
 * </ul>
 */
final class Wires<M extends StateMachine> {
  /** One direction of a connection. */
  private static final class Wire {
    long cutUntil;
    long silentUntil;
    long slowUntil;
    long lastArrival;
  }

  private final World<M> world;
  private final SplittableRandom random;
  private final TreeMap<NodeId, End> ends = new TreeMap<>();
  private final TreeMap<NodeId, TreeMap<NodeId, Wire>> wires = new TreeMap<>();

  Wires(World<M> world) {
    this.world = world;
    random = world.random().split();
  }

  Transport transport(Life<M> life) {
    return new Transport() {
      private End end;

      @Override
      public Link join(String group, Identity identity, Receiver receiver) {
        end = new End(life, receiver);
        ends.put(life.host().id(), end);
        return end;
      }

      @Override
      public void close() {
        if (end != null) {
          end.close();
        }
      }
    };
  }

  private Wire wire(NodeId from, NodeId to) {
    return wires.computeIfAbsent(from, id -> new TreeMap<>()).computeIfAbsent(to, id -> new Wire());
  }

  // ---- what is done to them

  void cut(NodeId from, NodeId to, long until) {
    wire(from, to).cutUntil = until;
  }

  /** Swallows what is sent, though the connection looks open. */
  void silence(NodeId from, NodeId to, long until) {
    wire(from, to).silentUntil = until;
  }

  void slow(NodeId from, NodeId to, long until) {
    wire(from, to).slowUntil = until;
  }

  /** Breaks a connection; both ends notice. */
  void reset(NodeId a, NodeId b) {
    tell(a, b);
    tell(b, a);
  }

  /** A process has ended; its peers notice, soon or never. */
  void left(NodeId gone) {
    for (NodeId id : ends.keySet()) {
      if (!id.equals(gone) && random.nextInt(4) > 0) {
        tell(id, gone);
      }
    }
  }

  void heal() {
    wires.clear();
  }

  private void tell(NodeId node, NodeId peer) {
    End end = ends.get(node);
    if (end != null) {
      world.timeline().after(delay(), () -> end.disconnected(peer));
    }
  }

  private long delay() {
    return Tail.draw(random, world.weather().message(), world.weather().messageTail());
  }

  // ---- traffic

  private boolean send(End from, NodeId to, Packet packet) {
    NodeId sender = from.life.host().id();
    End receiver = ends.get(to);
    Wire wire = wire(sender, to);
    long now = world.timeline().now();
    if (receiver == null || receiver.gone() || wire.cutUntil > now) {
      return random.nextInt(4) == 0; // sometimes it looks as if it could be sent
    }
    if (wire.silentUntil > now || random.nextDouble() < world.weather().loss()) {
      return true;
    }
    long delay = wire.slowUntil > now ? 200 * delay() : delay();
    long arrival = now + delay;
    if (world.weather().inOrder()) {
      arrival = Math.max(arrival, wire.lastArrival);
      wire.lastArrival = arrival;
    }
    Packet carried = world.overTheWire(packet);
    world.timeline().at(arrival, () -> receiver.received(sender, carried));
    if (carried instanceof Packet.Raft && random.nextDouble() < world.weather().replay()) {
      long again = arrival + random.nextLong(1 + longestReplay());
      world.timeline().at(again, () -> repeat(sender, to, carried));
    }
    return true;
  }

  /** Sometimes soon, and sometimes when those who sent it have long forgotten it. */
  private long longestReplay() {
    return random.nextBoolean()
        ? 20 * world.weather().message()
        : 3 * world.weather().electionTimeout().toNanos();
  }

  private void repeat(NodeId from, NodeId to, Packet packet) {
    End whoever = ends.get(to);
    if (whoever != null) {
      whoever.received(from, packet);
    }
  }

  private final class End implements Transport.Link {
    private final Life<M> life;
    private final Transport.Receiver receiver;
    private boolean closed;

    private End(Life<M> life, Transport.Receiver receiver) {
      this.life = life;
      this.receiver = receiver;
    }

    boolean gone() {
      return closed || life.isOver();
    }

    void received(NodeId from, Packet packet) {
      if (!gone()) {
        world.counts().delivered();
        receiver.received(from, packet);
      }
    }

    void disconnected(NodeId peer) {
      if (!gone()) {
        receiver.disconnected(peer);
      }
    }

    @Override
    public void setPeers(Collection<Member> peers) {
      // All hosts are known from the start.
    }

    @Override
    public boolean send(NodeId to, Packet packet) {
      life.host().boundary();
      return !gone() && Wires.this.send(this, to, packet);
    }

    @Override
    public void close() {
      if (!gone()) {
        closed = true;
        left(life.host().id());
      }
    }
  }
}
