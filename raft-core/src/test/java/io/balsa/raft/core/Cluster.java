package io.balsa.raft.core;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.UUID;
import java.util.function.BiConsumer;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import java.util.function.Predicate;

/**
 * Nodes, their disks and the wires between them, in one thread. Everything happens when a test says
 * so, and {@link Safety} looks on.
 */
final class Cluster {
  /** A message on its way. */
  record Packet(NodeId from, NodeId to, Message message) {
    @Override
    public String toString() {
      return Notation.packet(from, "→", to, message);
    }
  }

  private record Link(NodeId from, NodeId to) {}

  static final RaftOptions OPTIONS = new RaftOptions(10, 3, 1 << 20, 64, 8 << 20);

  private final Map<NodeId, TestNode> nodes = new TreeMap<>();
  private final Safety safety = new Safety(nodes);
  private final RaftOptions options;
  private final Function<NodeId, RandomSource> randoms;
  private final BiConsumer<NodeId, Decision> observer;
  private final Set<Link> cut = new HashSet<>();
  private final Set<NodeId> heldDisks = new TreeSet<>();
  private final List<Packet> wires = new ArrayList<>();
  private final List<Packet> sent = new ArrayList<>();
  private final List<Effects.Accepted> accepted = new ArrayList<>();
  private final List<Effects.Refused> refused = new ArrayList<>();
  private final List<Effects.Readable> readable = new ArrayList<>();
  private final List<Long> unreadable = new ArrayList<>();
  private final List<Effects.Changed> changed = new ArrayList<>();
  private final List<Long> undecided = new ArrayList<>();
  private final List<Long> transferred = new ArrayList<>();
  private BiConsumer<Packet, Boolean> listener = (packet, leaves) -> {};
  private long lastId;

  Cluster(
      RaftOptions options,
      Function<NodeId, RandomSource> randoms,
      BiConsumer<NodeId, Decision> observer) {
    this.options = options;
    this.randoms = randoms;
    this.observer = observer;
  }

  /** A cluster of voters with timeouts drawn from a seed. */
  static Cluster of(long seed, String... voters) {
    SplittableRandom random = new SplittableRandom(seed);
    Cluster cluster = new Cluster(OPTIONS, id -> random.split()::nextInt, null);
    cluster.form(configuration(voters), voters);
    return cluster;
  }

  /** A cluster in which each node knows its place: the timeout of n1 is the shortest. */
  static Cluster ofFixedTimeouts(String... voters) {
    Cluster cluster = new Cluster(OPTIONS, Cluster::fixedRandom, null);
    cluster.form(configuration(voters), voters);
    return cluster;
  }

  /** Timeouts of 10, 12, 14 ... ticks for n1, n2, n3 ... with election ticks of 10. */
  static RandomSource fixedRandom(NodeId id) {
    int place = Integer.parseInt(id.value().substring(1)) - 1;
    return bound -> bound == Integer.MAX_VALUE ? 0 : Math.min(2 * place, bound - 1);
  }

  static NodeId id(String name) {
    return new NodeId(name);
  }

  static Member member(String name) {
    return new Member(id(name), name + ":7000");
  }

  static Configuration configuration(String... voters) {
    return Configuration.of(Arrays.stream(voters).map(Cluster::member).toList());
  }

  static Configuration configuration(List<String> voters, List<String> learners) {
    return Configuration.of(
        voters.stream().map(Cluster::member).toList(),
        learners.stream().map(Cluster::member).toList());
  }

  Cluster form(Configuration initial, String... names) {
    for (String name : names) {
      add(name, initial);
    }
    return this;
  }

  TestNode add(String name, Configuration initial) {
    NodeId id = id(name);
    RaftObserver tell = observer == null ? null : (d, view) -> observer.accept(id, d);
    TestNode node = new TestNode(id, options, initial, randoms.apply(id), tell, safety.committed());
    nodes.put(id, node);
    safety.started(node);
    return node;
  }

  /** Gives a node that has not started to do anything yet a log: the terms of its entries. */
  Cluster restore(String name, long term, long commitIndex, long... terms) {
    List<Entry> entries = new ArrayList<>();
    for (int i = 0; i < terms.length; i++) {
      byte[] data = (terms[i] + "." + i).getBytes(java.nio.charset.StandardCharsets.UTF_8);
      entries.add(new Entry(terms[i], i + 1, EntryType.COMMAND, data));
    }
    TestNode node = node(name);
    node.disk.put(new HardState(term, null), entries, commitIndex);
    node.start();
    safety.started(node);
    tick(name, (int) node.raft().voter.boundFor()); // what it had promised before is over
    return this;
  }

  /** Is told of every message, and whether its link works. */
  void onSend(BiConsumer<Packet, Boolean> newListener) {
    listener = newListener;
  }

  TestNode node(String name) {
    return nodes.get(id(name));
  }

  Raft raft(String name) {
    return node(name).raft();
  }

  Map<NodeId, TestNode> nodes() {
    return nodes;
  }

  Safety safety() {
    return safety;
  }

  List<Packet> wires() {
    return wires;
  }

  /** Everything that was ever put on a wire, whether it arrived or not. */
  List<Packet> sent() {
    return sent;
  }

  List<Effects.Accepted> accepted() {
    return accepted;
  }

  List<Effects.Refused> refused() {
    return refused;
  }

  List<Effects.Readable> readable() {
    return readable;
  }

  List<Long> unreadable() {
    return unreadable;
  }

  List<Effects.Changed> changed() {
    return changed;
  }

  List<Long> undecided() {
    return undecided;
  }

  List<Long> transferred() {
    return transferred;
  }

  // ---- what happens to nodes

  Effects step(String name, Event event) {
    return step(node(name), event);
  }

  Effects step(TestNode node, Event event) {
    node.raft().step(event);
    Effects effects = node.takeEffects();
    safety.check(node, effects, true);
    assertThat(effects.failure()).as("failure of %s after %s", node, event).isNull();
    for (Effects.Replication replication : effects.replications()) {
      Message.AppendEntries filled = node.fill(replication, options.maxBatchBytes());
      if (filled != null) {
        send(node, replication.to(), filled);
      }
    }
    for (Effects.Envelope envelope : effects.messages()) {
      send(node, envelope.to(), envelope.message());
    }
    accepted.addAll(effects.accepted());
    refused.addAll(effects.refused());
    readable.addAll(effects.readable());
    unreadable.addAll(effects.unreadable());
    changed.addAll(effects.changed());
    undecided.addAll(effects.undecided());
    transferred.addAll(effects.transferred());
    if (!heldDisks.contains(node.id)) {
      persist(node);
    }
    return effects;
  }

  private void send(TestNode from, NodeId to, Message message) {
    safety.checkPromise(from, to, message);
    Packet packet = new Packet(from.id, to, message);
    sent.add(packet);
    boolean leaves = isLinked(from.id, to);
    if (leaves) {
      wires.add(packet);
    }
    listener.accept(packet, leaves);
  }

  private void persist(TestNode node) {
    if (node.disk.underWay() > 0) {
      step(node, new Event.Persisted(node.disk.complete(node.disk.underWay())));
    }
  }

  void tick(String name, int ticks) {
    for (int i = 0; i < ticks; i++) {
      step(name, new Event.Tick());
    }
  }

  /** Lets time pass for one node until it asks for votes. */
  Cluster timeout(String name) {
    for (int i = 0; i < 2 * options.electionTicks(); i++) {
      tick(name, 1);
      if (raft(name).role() != Role.FOLLOWER) {
        return this;
      }
    }
    throw new AssertionError(name + " does not campaign");
  }

  long propose(String name, String... commands) {
    step(
        name,
        new Event.Propose(
            ++lastId,
            Arrays.stream(commands)
                .map(c -> c.getBytes(java.nio.charset.StandardCharsets.UTF_8))
                .toList()));
    return lastId;
  }

  long read(String name) {
    safety.readAsked(++lastId);
    step(name, new Event.Read(lastId));
    return lastId;
  }

  /** A read for which the leader's lease is enough, if the driver finds that it holds. */
  long leaseRead(String name) {
    safety.readAsked(++lastId);
    step(name, new Event.Read(lastId, true));
    return lastId;
  }

  long change(String name, Configuration target) {
    return change(name, Event.ChangeConfiguration.ANY, target);
  }

  long change(String name, long expectedIndex, Configuration target) {
    step(name, new Event.ChangeConfiguration(++lastId, expectedIndex, target));
    return lastId;
  }

  /** Takes a snapshot, which is on disk at once, and gives up what is not needed any more. */
  Snapshot snapshot(String name) {
    Snapshot snapshot = node(name).takeSnapshot(++lastId);
    assertThat(snapshot).as("something new to snapshot on %s", name).isNotNull();
    step(name, new Event.SnapshotTaken(snapshot));
    node(name).discard();
    return snapshot;
  }

  /** The snapshot that a node wants has arrived there. */
  void receive(String name) {
    Effects.Fetch fetch = node(name).fetch();
    assertThat(fetch).as("a snapshot that %s wants", name).isNotNull();
    step(name, new Event.SnapshotReceived(fetch.snapshot()));
  }

  /** To any voter if the target is null. */
  long transfer(String name, String target) {
    NodeId to = target == null ? null : id(target);
    step(name, new Event.TransferLeadership(++lastId, to));
    return lastId;
  }

  /** Two nodes are connected, and each tells the other its incarnation. */
  void meet(String name, String other, int incarnation) {
    step(name, new Event.PeerMet(id(other), incarnation(other, incarnation)));
  }

  /** The first, second, third ... node that ever had an id. */
  static UUID incarnation(String name, int number) {
    return new UUID(name.hashCode(), number);
  }

  /** A node loses its disk and starts anew, as one that is to join. */
  Cluster wipe(String name, Configuration initial) {
    wires.removeIf(p -> p.to.equals(id(name)) || p.from.equals(id(name)));
    heldDisks.remove(id(name));
    safety.wiped(id(name));
    add(name, initial);
    return this;
  }

  // ---- wires

  boolean isLinked(NodeId from, NodeId to) {
    return !cut.contains(new Link(from, to));
  }

  Cluster cut(String from, String to) {
    cutOneWay(from, to);
    return cutOneWay(to, from);
  }

  Cluster cutOneWay(String from, String to) {
    cut.add(new Link(id(from), id(to)));
    wires.removeIf(p -> !isLinked(p.from, p.to));
    return this;
  }

  /** Cuts the nodes off from all others, not from each other. */
  Cluster partition(String... names) {
    List<String> inside = List.of(names);
    for (String name : names) {
      for (NodeId other : nodes.keySet()) {
        if (!inside.contains(other.value())) {
          cut(name, other.value());
        }
      }
    }
    return this;
  }

  Cluster heal() {
    cut.clear();
    return this;
  }

  List<Packet> drop(Predicate<Packet> which) {
    List<Packet> dropped = wires.stream().filter(which).toList();
    wires.removeAll(dropped);
    return dropped;
  }

  /** Delivers what is on the wires now, not what is sent meanwhile. */
  void deliver() {
    List<Packet> now = List.copyOf(wires);
    wires.clear();
    now.forEach(this::deliver);
  }

  /** Delivers until a node has a configuration of a kind. */
  Cluster deliverUntil(String name, Predicate<Configuration> kind) {
    for (int waves = 0; !kind.test(raft(name).configuration()); waves++) {
      assertThat(waves).as("waves of messages, %s", node(name)).isLessThan(20);
      deliver();
    }
    return this;
  }

  void deliver(Packet packet) {
    TestNode to = nodes.get(packet.to);
    if (to != null && to.isUp()) {
      step(to, new Event.Received(packet.from, packet.message));
    }
  }

  /** Delivers until nothing is on the wires any more. */
  Cluster stabilize() {
    for (int waves = 0; !wires.isEmpty(); waves++) {
      assertThat(waves).as("waves of messages without an end").isLessThan(1000);
      deliver();
    }
    return this;
  }

  // ---- disks and crashes

  Cluster holdDisk(String name) {
    heldDisks.add(id(name));
    return this;
  }

  boolean isDiskHeld(NodeId id) {
    return heldDisks.contains(id);
  }

  Cluster releaseDisk(String name) {
    heldDisks.remove(id(name));
    persist(node(name));
    return this;
  }

  /** Completes the oldest save of a held disk. */
  void persistOne(String name) {
    step(name, new Event.Persisted(node(name).disk.complete(1)));
  }

  Cluster crash(String name) {
    node(name).crash(0, -1);
    wires.removeIf(p -> p.to.equals(id(name)));
    heldDisks.remove(id(name));
    return this;
  }

  Cluster restart(String name) {
    node(name).start();
    safety.started(node(name));
    return this;
  }

  // ---- time

  /** One tick for everybody, then all messages. */
  void round() {
    for (TestNode node : nodes.values()) {
      if (node.isUp()) {
        step(node, new Event.Tick());
      }
    }
    stabilize();
  }

  Cluster rounds(int count) {
    for (int i = 0; i < count; i++) {
      round();
    }
    return this;
  }

  /** Returns how many rounds it took. */
  int roundsUntil(int atMost, BooleanSupplier condition) {
    for (int i = 0; i <= atMost; i++) {
      if (condition.getAsBoolean()) {
        return i;
      }
      round();
    }
    throw new AssertionError("not within " + atMost + " ticks: " + nodes.values());
  }

  /** Lets every node that hears a leader forget it, without anybody starting a campaign. */
  Cluster forgetLeader(String... names) {
    for (String name : names) {
      tick(name, options.electionTicks());
      assertThat(raft(name).role()).isEqualTo(Role.FOLLOWER);
    }
    return this;
  }

  /** Makes a node of a cluster that has just been formed its leader. */
  Cluster elect(String name) {
    timeout(name).stabilize();
    assertThat(node(name).leads()).as("%s leads", name).isTrue();
    return this;
  }

  TestNode leader() {
    TestNode leader = null;
    for (TestNode node : nodes.values()) {
      if (node.leads() && (leader == null || leader.raft().term() < node.raft().term())) {
        leader = node;
      }
    }
    return leader;
  }

  /** Whether all nodes that are up follow one leader and have its whole log, committed. */
  boolean hasConverged() {
    TestNode leader = leader();
    return leader != null
        && nodes.values().stream()
            .filter(TestNode::isUp)
            .allMatch(
                n ->
                    leader.id.equals(n.raft().leader())
                        && n.log().equals(leader.log())
                        && n.raft().commitIndex() == leader.log().size());
  }
}
