package io.balsa.raft.core;

import static org.assertj.core.api.Assertions.assertThat;

import io.balsa.raft.core.Cluster.Packet;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeMap;

/**
 * Everything that can go wrong, at random, from a seed: messages are lost, delayed, reordered and
 * repeated even much later, disks take their time, nodes crash and lose what was not on disk, links
 * are cut one way or both, the membership changes, and drivers batch as they like. {@link Safety}
 * looks on after every step. Then all is healed and the cluster must find together.
 */
final class Storm {
  private static final int MAX_MEMBERS = 5;

  private final long seed;
  private final SplittableRandom random;
  private final Map<NodeId, TestNode> nodes = new TreeMap<>();
  private final Safety safety = new Safety(nodes);
  private final RaftOptions options;
  private final List<Packet> wires = new ArrayList<>();
  private final List<Packet> past = new ArrayList<>();
  private final Set<String> cut = new HashSet<>();
  private final Deque<String> trace = new ArrayDeque<>();
  private final List<NodeId> ids = new ArrayList<>();
  private final Map<Long, NodeId> openProposals = new TreeMap<>();
  private final Map<Long, NodeId> openReads = new TreeMap<>();
  private final int lossPercent;
  private final int repeatPercent;
  private final int diskPercent;
  private final int crashPerMille;
  private final int batchPercent;
  private long hash = 17;
  private long lastId;
  private int steps;
  private boolean peace;

  Storm(long seed) {
    this.seed = seed;
    random = new SplittableRandom(seed);
    options =
        new RaftOptions(
            10, 1 + random.nextInt(3), 70 + random.nextInt(700), 1 + random.nextInt(4), 4000);
    lossPercent = random.nextInt(4) * 8;
    repeatPercent = random.nextInt(4) * 10;
    diskPercent = 20 + random.nextInt(80);
    crashPerMille = random.nextInt(3) * 3;
    batchPercent = random.nextInt(3) * 30;
    int members = 1 + random.nextInt(MAX_MEMBERS);
    List<Member> initial = new ArrayList<>();
    for (int i = 1; i <= MAX_MEMBERS; i++) {
      ids.add(new NodeId("n" + i));
      if (i <= members) {
        initial.add(Cluster.member("n" + i));
      }
    }
    Configuration configuration = Configuration.of(initial);
    for (NodeId id : ids) {
      SplittableRandom own = random.split();
      TestNode node =
          new TestNode(id, options, configuration, own::nextInt, null, safety.committed());
      nodes.put(id, node);
      safety.started(node);
    }
  }

  /** Runs it; returns a number that tells this run from every other one. */
  long run(int actions) {
    try {
      for (int i = 0; i < actions; i++) {
        act();
      }
      calmDown();
      return hash;
    } catch (AssertionError | RuntimeException e) {
      throw new AssertionError(
          "storm with seed "
              + seed
              + " failed after "
              + steps
              + " steps; replay it with\n"
              + "  mvn -q -o -pl raft-core test -Dtest=StormTest -Dbalsa.seed="
              + seed
              + "\n"
              + String.join("\n", trace),
          e);
    }
  }

  // ---- what can happen

  private void act() {
    int what = random.nextInt(1000);
    if (what < 420) {
      deliverOne();
    } else if (what < 700) {
      tickOne();
    } else if (what < 850) {
      persistSome(any());
    } else if (what < 900) {
      propose(any());
    } else if (what < 930) {
      read(any());
    } else if (what < 938) {
      change(any());
    } else if (what < 940) {
      transfer(any());
    } else if (what < 943) {
      meet(any());
    } else if (what < 950) {
      TestNode node = any();
      step(node, new Event.Disconnected(anyId()));
    } else if (what < 962) {
      crashOrRestart();
    } else if (what < 970) {
      relink();
    } else if (what < 975) {
      takeSnapshot(any());
    } else if (what < 985) {
      receiveSnapshot(any());
    } else {
      repeatFromThePast();
    }
  }

  private TestNode any() {
    return nodes.get(anyId());
  }

  private NodeId anyId() {
    return ids.get(random.nextInt(ids.size()));
  }

  private void deliverOne() {
    if (wires.isEmpty()) {
      return;
    }
    // Mostly the oldest, sometimes any: reordering without bound.
    int which = random.nextInt(10) < 7 ? 0 : random.nextInt(wires.size());
    Packet packet = wires.remove(which);
    if (random.nextInt(100) < repeatPercent) {
      wires.add(packet);
    }
    if (random.nextInt(100) >= lossPercent && !isCut(packet)) {
      deliver(packet);
    }
  }

  private void deliver(Packet packet) {
    TestNode to = nodes.get(packet.to());
    if (to != null && to.isUp()) {
      step(to, new Event.Received(packet.from(), packet.message()));
    }
  }

  private void repeatFromThePast() {
    if (!past.isEmpty() && repeatPercent > 0) {
      deliver(past.get(random.nextInt(past.size())));
    }
  }

  private void tickOne() {
    TestNode node = any();
    int ticks = random.nextInt(20) == 0 ? 10 : 1 + random.nextInt(2);
    for (int i = 0; i < ticks; i++) {
      step(node, new Event.Tick());
    }
  }

  private void persistSome(TestNode node) {
    int underWay = node.disk.underWay();
    if (node.isUp() && underWay > 0 && random.nextInt(100) < diskPercent) {
      persist(node, 1 + random.nextInt(underWay));
    }
  }

  private void persist(TestNode node, int saves) {
    long token = node.disk.complete(saves);
    step(node, new Event.Persisted(token));
  }

  private void propose(TestNode node) {
    if (node.isUp()) {
      List<byte[]> commands = new ArrayList<>();
      for (int i = random.nextInt(3); i >= 0; i--) {
        commands.add(("c" + ++lastId).getBytes(StandardCharsets.UTF_8));
      }
      openProposals.put(++lastId, node.id);
      step(node, new Event.Propose(lastId, commands));
      assertThat(openProposals).as("a proposal is answered at once").doesNotContainKey(lastId);
    }
  }

  private void read(TestNode node) {
    if (node.isUp()) {
      safety.readAsked(++lastId);
      openReads.put(lastId, node.id);
      step(node, new Event.Read(lastId));
    }
  }

  private void takeSnapshot(TestNode node) {
    Snapshot snapshot = node.takeSnapshot(++lastId);
    if (snapshot != null) {
      step(node, new Event.SnapshotTaken(snapshot));
      if (random.nextBoolean()) {
        node.discard();
      }
    }
  }

  private void receiveSnapshot(TestNode node) {
    if (node.isUp() && node.fetch() != null) {
      step(node, new Event.SnapshotReceived(node.fetch().snapshot()));
    }
  }

  private void change(TestNode node) {
    if (node.leads()) {
      openProposals.put(++lastId, node.id);
      step(
          node,
          new Event.ChangeConfiguration(lastId, Event.ChangeConfiguration.ANY, anyConfiguration()));
    }
  }

  private void transfer(TestNode node) {
    if (node.isUp()) {
      openProposals.put(++lastId, node.id);
      step(node, new Event.TransferLeadership(lastId, random.nextInt(3) == 0 ? null : anyId()));
    }
  }

  /**
   * Seldom it is said of a node that it is another one by now. It has not really lost its disk,
   * since that would be a loss nobody could make good; but it is treated as if.
   */
  private void meet(TestNode node) {
    NodeId peer = anyId();
    int life = random.nextInt(10) == 0 ? 2 : 1;
    step(node, new Event.PeerMet(peer, Cluster.incarnation(peer.value(), life)));
  }

  private Configuration anyConfiguration() {
    List<Member> voters = new ArrayList<>();
    List<Member> learners = new ArrayList<>();
    for (NodeId id : ids) {
      int role = random.nextInt(4);
      if (role < 2) {
        voters.add(Cluster.member(id.value()));
      } else if (role == 2) {
        learners.add(Cluster.member(id.value()));
      }
    }
    if (voters.isEmpty()) {
      voters.add(Cluster.member("n1"));
      learners.removeIf(m -> m.id().value().equals("n1"));
    }
    return Configuration.of(voters, learners);
  }

  private void crashOrRestart() {
    TestNode node = any();
    if (!node.isUp()) {
      restart(node);
    } else if (random.nextInt(10) < crashPerMille) {
      note("crash " + node.id);
      node.crash(random.nextInt(3), random.nextInt(4) - 1);
      openReads.values().removeIf(node.id::equals);
      openProposals.values().removeIf(node.id::equals);
    }
  }

  private void restart(TestNode node) {
    note("restart " + node.id);
    node.start();
    safety.started(node);
  }

  private void relink() {
    if (random.nextInt(3) == 0) {
      cut.clear();
    } else {
      NodeId from = anyId();
      NodeId to = anyId();
      cut.add(from + ">" + to);
      if (random.nextBoolean()) {
        cut.add(to + ">" + from);
      }
    }
  }

  private boolean isCut(Packet packet) {
    return cut.contains(packet.from() + ">" + packet.to());
  }

  // ---- one step, or a few before the driver looks

  private void step(TestNode node, Event event) {
    if (!node.isUp()) {
      return;
    }
    steps++;
    note(node.id + " " + (event instanceof Event.Propose p ? "Propose " + p.id() : event));
    node.raft().step(event);
    boolean batch = !peace && random.nextInt(100) < batchPercent;
    if (batch) {
      node.raft().step(new Event.Tick());
      int which = wires.isEmpty() ? 0 : random.nextInt(wires.size());
      if (!wires.isEmpty() && wires.get(which).to().equals(node.id)) {
        Packet packet = wires.remove(which);
        node.raft().step(new Event.Received(packet.from(), packet.message()));
      }
    }
    perform(node, !batch);
  }

  private void perform(TestNode node, boolean oneStep) {
    Effects effects = node.takeEffects();
    safety.check(node, effects, oneStep);
    assertThat(effects.failure()).as("failure of %s", node).isNull();
    for (Effects.Envelope e : effects.messages()) {
      send(node, e.to(), e.message());
    }
    for (Effects.Replication r : effects.replications()) {
      Message.AppendEntries m =
          node.fill(r, random.nextInt(4) == 0 ? random.nextInt(400) : options.maxBatchBytes());
      if (m != null) {
        send(node, r.to(), m);
      }
    }
    effects.accepted().forEach(a -> answered(a.id()));
    effects.refused().forEach(r -> answered(r.id()));
    effects.changed().forEach(c -> answered(c.id()));
    effects.undecided().forEach(this::answered);
    effects.transferred().forEach(this::answered);
    effects.readable().forEach(r -> assertThat(openReads.remove(r.id())).isNotNull());
    effects.unreadable().forEach(r -> assertThat(openReads.remove(r)).isNotNull());
  }

  /** Proposals at once, the others when they are done, each once. */
  private void answered(long id) {
    assertThat(openProposals.remove(id)).as("%s is answered once", id).isNotNull();
  }

  private void send(TestNode from, NodeId to, Message message) {
    safety.checkPromise(from, to, message);
    Packet packet = new Packet(from.id, to, message);
    wires.add(packet);
    if (wires.size() > 100 && !peace) {
      wires.remove(random.nextInt(wires.size()));
    }
    past.add(packet);
    if (past.size() > 2000) {
      past.subList(0, 1000).clear();
    }
  }

  private void note(String line) {
    hash = hash * 31 + line.hashCode();
    trace.addLast(line);
    if (trace.size() > 60) {
      trace.removeFirst();
    }
  }

  // ---- and then there is peace

  private void calmDown() {
    peace = true;
    wires.clear();
    cut.clear();
    for (TestNode node : nodes.values()) {
      if (!node.isUp()) {
        restart(node);
      }
    }
    int limit = 40 * options.electionTicks();
    for (int i = 0; !hasConverged(); i++) {
      assertThat(i)
          .as("ticks until the cluster has found together: %s", nodes.values())
          .isLessThan(limit);
      peacefulTick();
    }
    TestNode leader = leader();
    long length = leader.log().size();
    propose(leader);
    for (int i = 0; !(hasConverged() && leader().log().size() > length); i++) {
      assertThat(i).as("ticks until a command is committed everywhere").isLessThan(limit);
      peacefulTick();
    }
    for (int i = 0; i <= 2 * options.electionTicks(); i++) {
      peacefulTick();
    }
    assertThat(openReads).as("reads that were never answered").isEmpty();
    assertThat(openProposals).as("requests that were never answered").isEmpty();
    assertThat(leader()).as("the leader stays").isSameAs(leader);
  }

  private void peacefulTick() {
    for (TestNode node : nodes.values()) {
      step(node, new Event.Tick());
    }
    for (int waves = 0; waves < 6; waves++) {
      List<Packet> now = List.copyOf(wires);
      wires.clear();
      now.forEach(this::deliver);
      for (TestNode node : nodes.values()) {
        receiveSnapshot(node);
        if (node.disk.underWay() > 0) {
          persist(node, node.disk.underWay());
        }
      }
    }
  }

  private TestNode leader() {
    TestNode leader = null;
    for (TestNode node : nodes.values()) {
      if (node.leads() && (leader == null || leader.raft().term() < node.raft().term())) {
        leader = node;
      }
    }
    return leader;
  }

  private boolean hasConverged() {
    TestNode leader = leader();
    if (leader == null || !leader.raft().configuration().isSimple()) {
      return false;
    }
    Configuration configuration = leader.raft().configuration();
    return configuration.isVoter(leader.id)
        && configuration.members().stream()
            .map(m -> nodes.get(m.id()))
            .allMatch(
                n ->
                    leader.id.equals(n.raft().leader())
                        && n.log().equals(leader.log())
                        && n.raft().commitIndex() == leader.log().size());
  }
}
