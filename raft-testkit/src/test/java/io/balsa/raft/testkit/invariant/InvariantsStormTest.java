package io.balsa.raft.testkit.invariant;

import static org.assertj.core.api.Assertions.assertThat;

import io.balsa.raft.core.Configuration;
import io.balsa.raft.core.Effects;
import io.balsa.raft.core.Event;
import io.balsa.raft.core.Member;
import io.balsa.raft.core.Message;
import io.balsa.raft.core.NodeId;
import io.balsa.raft.core.Role;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.LongFunction;
import java.util.stream.LongStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * A sound cluster never violates an invariant: loss, delay, repetition, disks that are slow between
 * writing, syncing and saying so, crashes and changes of the membership, at random.
 */
class InvariantsStormTest {
  private static final int STEPS = 12_000;

  private record Packet(NodeId from, NodeId to, Message message) {}

  private final List<StormNode> nodes = new ArrayList<>();
  private final List<Packet> wires = new ArrayList<>();
  private final List<Configuration> configurations = new ArrayList<>();
  private Invariants invariants;
  private SplittableRandom random;
  private long requests;
  private int cutOff;
  private int calm;

  static LongStream seeds() {
    long given = Long.getLong("balsa.seed", 0);
    return given != 0
        ? LongStream.of(given)
        : LongStream.rangeClosed(1, Long.getLong("balsa.seeds", 30));
  }

  @ParameterizedTest(name = "-Dbalsa.seed={0}")
  @MethodSource("seeds")
  void aSoundClusterViolatesNothing(long seed) throws IOException {
    random = new SplittableRandom(seed);
    form();
    int hostility = random.nextInt(12);
    calm = 4 + random.nextInt(16);
    for (int i = 0; i < STEPS; i++) {
      StormNode node = nodes.get(random.nextInt(nodes.size()));
      if (random.nextInt(1000) < hostility) {
        disturb(node);
      } else {
        live(node);
      }
    }
    calmDown();
    invariants.allAnswered();
  }

  private void form() throws IOException {
    List<Member> members = new ArrayList<>();
    for (int i = 1; i <= 5; i++) {
      members.add(new Member(new NodeId("n" + i), "n" + i + ":1"));
    }
    Configuration initial = Configuration.of(members.subList(0, 3));
    configurations.add(initial);
    configurations.add(Configuration.of(members));
    configurations.add(Configuration.of(members.subList(1, 4), members.subList(0, 1)));
    configurations.add(Configuration.of(members.subList(2, 5)));
    configurations.add(Configuration.of(members.subList(0, 1)));
    invariants = Invariants.all(initial);
    for (Member member : members) {
      StormNode node = new StormNode(member.id(), initial, random.split(), invariants::observe);
      node.start();
      nodes.add(node);
    }
  }

  private void live(StormNode node) throws IOException {
    switch (random.nextInt(10)) {
      case 0 -> tickAll();
      case 1 -> node.write();
      case 2 -> node.sync();
      case 3 -> node.persisted();
      case 4 -> {
        perform(node);
        node.applyOne();
      }
      case 5 -> propose(node);
      default -> deliverSome();
    }
    if (random.nextInt(4) > 0) {
      perform(node);
    }
  }

  private void tickAll() {
    if (random.nextInt(calm) == 0) {
      nodes.forEach(node -> node.step(new Event.Tick()));
    }
  }

  private void propose(StormNode node) {
    if (node.leads()) {
      ask(node, id -> new Event.Propose(id, List.of(new byte[] {(byte) id, (byte) (id >> 8)})));
    }
  }

  private void ask(StormNode node, LongFunction<Event> event) {
    invariants.observe(new Observation.Asked(node.id, ++requests));
    node.step(event.apply(requests));
    perform(node);
  }

  private void deliverSome() {
    for (int i = 0; i < 4 && !wires.isEmpty(); i++) {
      int place = random.nextInt(Math.min(wires.size(), 10));
      Packet packet = random.nextInt(20) == 0 ? wires.get(place) : wires.remove(place);
      deliver(packet);
    }
    if (wires.size() > 500) {
      wires.subList(0, 250).clear();
    }
  }

  private void deliver(Packet packet) {
    StormNode to = node(packet.to);
    boolean cut = (isCutOff(packet.from) || isCutOff(packet.to)) && random.nextInt(50) > 0;
    if (!cut && random.nextInt(50) > 0) {
      to.step(new Event.Received(packet.from, packet.message));
      if (random.nextInt(5) > 0) {
        perform(to);
      }
    }
  }

  private boolean isCutOff(NodeId id) {
    return cutOff > 0 && nodes.get(cutOff - 1).id.equals(id);
  }

  private StormNode node(NodeId id) {
    return nodes.stream().filter(n -> n.id.equals(id)).findFirst().orElseThrow();
  }

  private void perform(StormNode node) {
    Effects effects = node.takeEffects();
    for (Effects.Envelope e : effects.messages()) {
      wires.add(new Packet(node.id, e.to(), e.message()));
    }
    for (Effects.Replication r : effects.replications()) {
      wires.add(new Packet(node.id, r.to(), node.fill(r)));
    }
    for (Effects.Accepted accepted : effects.accepted()) {
      invariants.observe(new Observation.Answered(node.id, accepted.id()));
    }
    for (Effects.Refused refused : effects.refused()) {
      invariants.observe(new Observation.Answered(node.id, refused.id()));
    }
    for (Effects.Changed changed : effects.changed()) {
      invariants.observe(new Observation.Answered(node.id, changed.id()));
    }
    for (long undecided : effects.undecided()) {
      invariants.observe(new Observation.Answered(node.id, undecided));
    }
  }

  private void disturb(StormNode node) throws IOException {
    switch (random.nextInt(6)) {
      case 0, 1 -> node.crash();
      case 2 -> node.reopen();
      case 3 -> cutOff = random.nextInt(nodes.size() + 1);
      default -> {
        if (node.leads()) {
          Configuration target = configurations.get(random.nextInt(configurations.size()));
          ask(node, id -> new Event.ChangeConfiguration(id, Event.ChangeConfiguration.ANY, target));
        }
      }
    }
  }

  /** Without faults, something must get committed; else the storm has tested nothing. */
  private void calmDown() throws IOException {
    cutOff = 0;
    for (int round = 0; round < 300; round++) {
      for (StormNode node : nodes) {
        node.step(new Event.Tick());
        propose(node);
        settle(node);
      }
      List<Packet> now = List.copyOf(wires);
      wires.clear();
      for (Packet packet : now) {
        node(packet.to).step(new Event.Received(packet.from, packet.message));
        settle(node(packet.to));
      }
    }
    assertThat(nodes.stream().filter(n -> n.raft().role() == Role.LEADER)).hasSize(1);
    long[] applied = nodes.stream().mapToLong(StormNode::applied).toArray();
    assertThat(Arrays.stream(applied).max().orElse(0)).isGreaterThan(10);
  }

  private void settle(StormNode node) throws IOException {
    perform(node);
    for (int i = 0; i < 5; i++) {
      node.write();
    }
    node.sync();
    node.persisted();
    perform(node);
    for (int i = 0; i < 10; i++) {
      node.applyOne();
    }
  }
}
