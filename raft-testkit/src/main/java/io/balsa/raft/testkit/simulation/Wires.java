package io.balsa.raft.testkit.simulation;

import io.balsa.raft.Identity;
import io.balsa.raft.Packet;
import io.balsa.raft.StateMachine;
import io.balsa.raft.Transport;
import io.balsa.raft.core.Member;
import io.balsa.raft.core.Message;
import io.balsa.raft.core.NodeId;
import io.balsa.raft.testkit.meeting.Party;
import io.balsa.raft.testkit.meeting.Witness;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.UUID;

/**
 * The network: one wire in each direction between any two hosts.
 *
 * <ul>
 *   <li>Messages of the algorithm get lost, late, out of order, repeated, also to a later life.
 *   <li>But only from and to the nodes that would talk to each other at the end of their way, too:
 *       a host with an empty disk is another node, and gets nothing that was meant for the one
 *       before.
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
    Runnable lastOrder = () -> {};
  }

  /** Between attempts to call somebody who has not been reached. */
  private static final long RETRY = Weather.SECOND;

  private final World<M> world;
  private final SplittableRandom random;
  private final Witness<End> witness =
      new Witness<>() {
        @Override
        public void met(End owner, Identity other, boolean formed) {
          world.timeline().after(world.weather().message(), () -> owner.met(other, formed));
        }

        @Override
        public void lost(End owner, NodeId other) {
          world.timeline().after(world.weather().message(), () -> owner.disconnected(other));
        }
      };
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
      public Link join(
          String group, Identity identity, String address, boolean formed, Receiver receiver) {
        end = new End(life, identity, formed, receiver);
        End before = ends.put(life.host().id(), end);
        if (before != null) {
          before.party.vanish();
        }
        world.timeline().after(RETRY, end::callAgain);
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

  /** A node notices that its connection to a peer is broken. */
  void tell(NodeId node, NodeId peer) {
    End end = ends.get(node);
    if (end != null) {
      world.timeline().after(delay(), () -> end.breaksWith(peer));
    }
  }

  private long delay() {
    return Tail.draw(random, world.weather().message(), world.weather().messageTail());
  }

  /**
   * What a leader has told the others last arrives once more when this runs, whoever leads then.
   */
  Runnable lastOrders(NodeId leader) {
    List<Runnable> orders = new ArrayList<>();
    wires.getOrDefault(leader, new TreeMap<>()).values().forEach(w -> orders.add(w.lastOrder));
    return () -> orders.forEach(Runnable::run);
  }

  // ---- traffic

  private boolean send(End from, NodeId to, Packet packet) {
    NodeId sender = from.id();
    End receiver = ends.get(to);
    Wire wire = wire(sender, to);
    UUID wanted = receiver == null ? null : receiver.party.incarnation();
    long now = world.timeline().now();
    if (receiver == null || receiver.gone() || wire.cutUntil > now) {
      return random.nextInt(4) == 0; // sometimes it looks as if it could be sent
    }
    if (!from.reaches(receiver)) {
      return false;
    }
    from.life.queues().sends(packet);
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
    world.timeline().at(arrival, () -> receiver.received(from, carried));
    if (carried instanceof Packet.Raft raft && raft.message() instanceof Message.AppendEntries) {
      wire.lastOrder = () -> repeat(from, to, wanted, carried);
    }
    if (carried instanceof Packet.Raft && random.nextDouble() < world.weather().replay()) {
      long again = arrival + random.nextLong(1 + longestReplay());
      world.timeline().at(again, () -> repeat(from, to, wanted, carried));
    }
    return true;
  }

  /** Sometimes soon, and sometimes when those who sent it have led and followed several times. */
  private long longestReplay() {
    long electionTimeout = world.weather().electionTimeout().toNanos();
    return switch (random.nextInt(4)) {
      case 0, 1 -> 20 * world.weather().message();
      case 2 -> 3 * electionTimeout;
      default -> 20 * electionTimeout;
    };
  }

  private void repeat(End from, NodeId to, UUID wanted, Packet packet) {
    End whoever = ends.get(to);
    boolean storms = world.weather().replay() > 0;
    if (storms && whoever != null && whoever.party.incarnation().equals(wanted)) {
      whoever.received(from, packet);
    }
  }

  private final class End implements Transport.Link {
    private final Life<M> life;
    private final Party<End> party;
    private final Transport.Receiver receiver;
    private final TreeMap<NodeId, Long> pauses = new TreeMap<>();
    private Identity identity;
    private boolean formed;
    private boolean closed;

    private End(Life<M> life, Identity identity, boolean formed, Transport.Receiver receiver) {
      this.life = life;
      this.party = new Party<>(this, identity, formed, witness);
      this.identity = identity;
      this.formed = formed;
      this.receiver = receiver;
    }

    private NodeId id() {
      return life.host().id();
    }

    boolean gone() {
      return closed || life.isOver();
    }

    void received(End from, Packet packet) {
      if (!gone() && party.wouldHear(from.party)) {
        world.counts().delivered();
        party.heard(from.id());
        if (packet instanceof Packet.SnapshotRequest) {
          world.mischief().onRequest(life.host(), from.life.host());
        }
        receiver.received(from.id(), packet);
      }
    }

    void met(Identity other, boolean formed) {
      if (!gone()) {
        receiver.met(other.nodeId(), other.incarnation(), formed);
      }
    }

    /** Whether there is a line to another end, or can be: one that refuses is not asked at once. */
    boolean reaches(End other) {
      long now = world.timeline().now();
      if (party.way(other.id()) == null && pauses.getOrDefault(other.id(), now) <= now) {
        party.call(other.party);
        pauses.put(other.id(), now + RETRY);
      }
      Party<End> way = party.way(other.id());
      if (way != null) {
        pauses.remove(other.id());
      }
      return way != null && way.owner() == other;
    }

    private void callAgain() {
      if (!gone()) {
        callAll();
        world.timeline().after(RETRY, this::callAgain);
      }
    }

    private void callAll() {
      long now = world.timeline().now();
      for (End other : ends.values()) {
        boolean isThere = other != this && !gone() && !other.gone();
        if (isThere && wire(id(), other.id()).cutUntil <= now) {
          party.call(other.party);
          other.party.call(party);
        }
      }
    }

    void breaksWith(NodeId peer) {
      if (!gone()) {
        party.hasLost(peer);
        disconnected(peer);
      }
    }

    void disconnected(NodeId peer) {
      if (!gone()) {
        receiver.disconnected(peer);
        world.timeline().after(RETRY, () -> connectedAgain(peer));
      }
    }

    /** Who noticed that a connection broke notices the next one, too. */
    private void connectedAgain(NodeId peer) {
      Party<End> way = gone() ? null : party.way(peer);
      if (way != null && !way.owner().gone()) {
        met(way.owner().identity, way.owner().formed);
      }
    }

    @Override
    public void introduce(Identity identity, String address, boolean formed) {
      party.introduce(identity, formed);
      this.identity = identity;
      this.formed = formed;
      callAll();
    }

    @Override
    public void setPeers(Collection<Member> peers) {
      party.setPeers(peers);
      callAll();
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
        party.vanish();
        left(id());
      }
    }
  }
}
