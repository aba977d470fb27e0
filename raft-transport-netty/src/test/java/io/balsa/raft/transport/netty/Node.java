package io.balsa.raft.transport.netty;

import static org.assertj.core.api.Assertions.assertThat;

import io.balsa.raft.Identity;
import io.balsa.raft.Packet;
import io.balsa.raft.Transport;
import io.balsa.raft.core.Entry;
import io.balsa.raft.core.EntryType;
import io.balsa.raft.core.LogPosition;
import io.balsa.raft.core.Member;
import io.balsa.raft.core.Message;
import io.balsa.raft.core.NodeId;
import java.io.IOException;
import java.net.InetAddress;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/** One node on loopback, with one group joined. */
final class Node implements AutoCloseable {
  static final String GROUP = "main";
  static final UUID CLUSTER = new UUID(1, 2);

  /** Everything that takes time takes less of it. */
  static final Limits QUICK =
      new Limits(
          4 << 20,
          64 << 10,
          2 << 20,
          64L << 20,
          64L << 20,
          8,
          6,
          1000,
          500,
          Duration.ofMillis(1000),
          Duration.ofMillis(1200),
          Duration.ofSeconds(20),
          Duration.ofMillis(200),
          Duration.ofMillis(1500),
          Duration.ofHours(1),
          Duration.ofMillis(10),
          Duration.ofMillis(100));

  final NettyTransport transport;
  final Identity identity;
  final Inbox inbox = new Inbox();
  final Transport.Link link;

  private Node(NettyTransport transport, Identity identity) {
    this.transport = transport;
    this.identity = identity;
    this.link = transport.join(GROUP, identity, transport.address(), true, inbox);
  }

  static Node at(String id, String address) throws IOException {
    return at(new Identity(CLUSTER, new NodeId(id), UUID.randomUUID()), address, QUICK);
  }

  static Node at(Identity identity, String address, Limits limits) throws IOException {
    return at(identity, address, limits, Security.none());
  }

  static Node at(Identity identity, String address, Limits limits, Security security)
      throws IOException {
    return new Node(bind(address, limits, security), identity);
  }

  static NettyTransport bind(String address, Limits limits) throws IOException {
    return bind(address, limits, Security.none());
  }

  private static NettyTransport bind(String address, Limits limits, Security security)
      throws IOException {
    return NettyTransport.open(address, limits, security, InetAddress::getAllByName, new Random(7));
  }

  /** A node at any free port. */
  static Node named(String id) throws IOException {
    return at(id, "127.0.0.1:0");
  }

  NodeId id() {
    return identity.nodeId();
  }

  String address() {
    return transport.address();
  }

  int port() {
    return HostPort.parse(address()).port();
  }

  /** As a member of which nothing but this incarnation will do. */
  Member pinned() {
    return member().withIncarnation(identity.incarnation());
  }

  Member member() {
    return new Member(id(), address());
  }

  /** All nodes become peers of each other; returns when all their connections are open. */
  static void connect(Node... nodes) {
    List<Member> members = Arrays.stream(nodes).map(Node::member).toList();
    for (Node node : nodes) {
      node.link.setPeers(members);
    }
    for (Node from : nodes) {
      for (Node to : nodes) {
        if (from != to) {
          from.awaitRouteTo(to.id());
        }
      }
    }
  }

  /** Sends a probe on each lane until it is taken. */
  void awaitRouteTo(NodeId to) {
    until(() -> link.send(to, heartbeat(Inbox.PROBE)));
    until(() -> link.send(to, proposal(Inbox.PROBE, 0)));
  }

  static Packet heartbeat(long round) {
    return new Packet.Raft(new Message.AppendEntries(1, round, LogPosition.ZERO, 0, List.of()));
  }

  static Packet proposal(long id, int bytes) {
    return new Packet.Proposals(
        List.of(new Packet.Proposal(id, EntryType.COMMAND, new byte[bytes])));
  }

  static Packet entries(long round, int count, int bytes) {
    Entry[] entries = new Entry[count];
    for (int i = 0; i < count; i++) {
      entries[i] = new Entry(1, i + 1, EntryType.COMMAND, new byte[bytes]);
    }
    return new Packet.Raft(
        new Message.AppendEntries(1, round, LogPosition.ZERO, 0, Arrays.asList(entries)));
  }

  static long round(Packet packet) {
    return ((Message.AppendEntries) ((Packet.Raft) packet).message()).round();
  }

  /** Runs something at the same time; the common pool of a small machine has one thread for all. */
  static CompletableFuture<Void> inThread(Runnable task) {
    return CompletableFuture.runAsync(task, work -> new Thread(work, "test").start());
  }

  /** Waits for something that is about to become true. */
  static void until(BooleanSupplier condition) {
    long start = System.nanoTime();
    while (!condition.getAsBoolean()) {
      assertThat(System.nanoTime() - start).as("waited too long").isLessThan(20_000_000_000L);
      LockSupport.parkNanos(1_000_000);
    }
  }

  /** Closes in the middle of a test. */
  void stop() {
    transport.close();
  }

  @Override
  public void close() {
    stop();
  }
}
