package io.balsa.raft.testkit;

import io.balsa.raft.Identity;
import io.balsa.raft.Packet;
import io.balsa.raft.Transport;
import io.balsa.raft.core.EntryType;
import io.balsa.raft.core.LogPosition;
import io.balsa.raft.core.Member;
import io.balsa.raft.core.Message;
import io.balsa.raft.core.NodeId;
import java.io.IOException;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;

/**
 * A node of a test of transports: one group joined, and what came in.
 *
 * <ul>
 *   <li>Probes are counted and not kept.
 *   <li>What comes in after {@link #close} has returned is {@code late}.
 * </ul>
 */
final class TransportEnd implements Transport.Receiver, AutoCloseable {
  private static final long PROBE = -4711;
  private static final Duration RESEND = Duration.ofMillis(300);

  private record Heard(NodeId from, String text) {}

  private record Met(NodeId node, UUID incarnation, boolean formed) {}

  private final Transport transport;
  private final String address;
  private final Identity identity;
  private final Transport.Link link;
  private final Queue<Heard> heard = new ConcurrentLinkedQueue<>();
  private final Set<Met> met = ConcurrentHashMap.newKeySet();
  private final Set<NodeId> losses = ConcurrentHashMap.newKeySet();
  private final Set<String> probes = ConcurrentHashMap.newKeySet();
  private final AtomicInteger inside = new AtomicInteger();
  private volatile CountDownLatch gate = new CountDownLatch(0);
  private volatile boolean dawdles;
  private volatile boolean closed;
  private volatile boolean late;

  /** A node that has a log. */
  TransportEnd(Transport transport, String address, String group, Identity identity)
      throws IOException {
    this(transport, address, group, identity, true);
  }

  TransportEnd(Transport transport, String address, String group, Identity identity, boolean formed)
      throws IOException {
    this.transport = transport;
    this.address = address;
    this.identity = identity;
    this.link = transport.join(group, identity, address, formed, this);
  }

  Transport transport() {
    return transport;
  }

  String address() {
    return address;
  }

  Identity identity() {
    return identity;
  }

  NodeId id() {
    return identity.nodeId();
  }

  /** Says who the peers are; the end itself is left out. */
  void setPeers(TransportEnd... others) {
    setPeers(
        Arrays.stream(others).filter(other -> other != this).map(TransportEnd::member).toList());
  }

  void setPeers(List<Member> members) {
    link.setPeers(members);
  }

  /** As a member of which any incarnation will do. */
  Member member() {
    return new Member(id(), address);
  }

  /** As a member of which no other incarnation will do. */
  Member pinned() {
    return member().withIncarnation(identity.incarnation());
  }

  void introduce(Identity as, boolean formed) {
    link.introduce(as, address, formed);
  }

  boolean send(TransportEnd to, Packet packet) {
    return link.send(to.id(), packet);
  }

  /** Sends until it arrives. */
  void tell(TransportEnd to, Packet packet) {
    Await.until(
        to + " hears " + this,
        () -> {
          send(to, packet);
          return Await.within(RESEND, () -> to.hasHeard(packet));
        });
  }

  /** Sends a small packet and a proposal until both arrive: they may go different ways. */
  void reaches(TransportEnd to) {
    to.probes.clear();
    Packet small =
        new Packet.Raft(new Message.AppendEntries(1, PROBE, LogPosition.ZERO, 0, List.of()));
    Packet data =
        new Packet.Proposals(List.of(new Packet.Proposal(PROBE, EntryType.COMMAND, new byte[0])));
    Await.until(
        to + " hears " + this,
        () -> {
          send(to, small);
          send(to, data);
          return to.probes.contains(id() + " true") && to.probes.contains(id() + " false");
        });
  }

  private static boolean isProbe(Packet packet) {
    if (packet instanceof Packet.Proposals proposals) {
      return proposals.proposals().size() == 1 && proposals.proposals().get(0).id() == PROBE;
    }
    return packet instanceof Packet.Raft raft
        && raft.message() instanceof Message.AppendEntries append
        && append.round() == PROBE;
  }

  @Override
  public void received(NodeId from, Packet packet) {
    inside.incrementAndGet();
    late |= closed;
    if (isProbe(packet)) {
      probes.add(from + " " + (packet instanceof Packet.Raft));
    } else {
      heard.add(new Heard(from, SamplePackets.text(packet)));
    }
    if (dawdles) {
      LockSupport.parkNanos(1_000_000);
    }
    try {
      gate.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    inside.decrementAndGet();
  }

  @Override
  public void met(NodeId node, UUID incarnation, boolean formed) {
    late |= closed;
    met.add(new Met(node, incarnation, formed));
  }

  boolean hasMet(TransportEnd other, boolean formed) {
    return met.contains(new Met(other.id(), other.identity.incarnation(), formed));
  }

  boolean hasMetAnybodyCalled(TransportEnd other) {
    return met.stream().anyMatch(m -> m.node.equals(other.id()));
  }

  @Override
  public void disconnected(NodeId peer) {
    late |= closed;
    losses.add(peer);
  }

  /** From now on, no call returns until the latch is counted down. */
  CountDownLatch block() {
    gate = new CountDownLatch(1);
    return gate;
  }

  /** From now on, calls take some time. */
  void dawdle() {
    dawdles = true;
  }

  boolean isInside() {
    return inside.get() > 0;
  }

  boolean hasHeard(Packet packet) {
    return heard().contains(SamplePackets.text(packet));
  }

  boolean hasHeardSomething() {
    return !heard.isEmpty();
  }

  List<String> heard() {
    return heard.stream().map(Heard::text).toList();
  }

  List<NodeId> senders() {
    return heard.stream().map(Heard::from).toList();
  }

  void forget() {
    heard.clear();
  }

  boolean hasLost(TransportEnd peer) {
    return losses.contains(peer.id());
  }

  void forgetLosses() {
    losses.clear();
  }

  boolean hasLostSomebody() {
    return !losses.isEmpty();
  }

  boolean hasHeardLate() {
    return late;
  }

  /** The transport was closed, and the link with it. */
  void closes() {
    closed = true;
  }

  @Override
  public void close() {
    link.close();
    closed = true;
  }

  @Override
  public String toString() {
    return id().value();
  }
}
