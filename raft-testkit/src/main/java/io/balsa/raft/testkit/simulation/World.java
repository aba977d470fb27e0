package io.balsa.raft.testkit.simulation;

import io.balsa.raft.Packet;
import io.balsa.raft.StateMachine;
import io.balsa.raft.Storage;
import io.balsa.raft.core.Configuration;
import io.balsa.raft.core.Decision;
import io.balsa.raft.core.NodeId;
import io.balsa.raft.core.RaftView;
import io.balsa.raft.testkit.invariant.Invariants;
import io.balsa.raft.testkit.invariant.Observation;
import io.balsa.raft.testkit.invariant.WatchedStorage;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * Everything that one seed makes: hosts, wires, clients, and time.
 *
 * <ul>
 *   <li>One thread. Whatever is random comes from the seed, so the same seed is the same world.
 *   <li>The first thing that goes wrong is kept, and ends it.
 * </ul>
 */
final class World<M extends StateMachine> {
  private final Setting<M> setting;
  private final SplittableRandom random;
  private final Timeline timeline = new Timeline();
  private final Counts counts = new Counts();
  private final Trace trace;
  private final Wires<M> wires;
  private final Clients<M, ?, ?, ?> clients;
  private final List<Host<M>> hosts = new ArrayList<>();
  private final Invariants invariants;
  private final Administrator<M> administrator;
  private final Set<NodeId> formed = new TreeSet<>();
  private final Mischief<M> mischief;
  private final Onlookers<M> onlookers;
  private final boolean statesAreOnDisk;
  private final Host<M> latecomer;
  private Weather weather;
  private Throwable failure;

  World(Setting<M> setting, long seed, Consumer<String> lines) {
    this(setting, new SplittableRandom(seed), Weather::draw, lines);
  }

  /** A world with a weather that is not left to its seed. */
  World(Setting<M> setting, long seed, Weather weather, Consumer<String> lines) {
    this(setting, new SplittableRandom(seed), ignored -> weather, lines);
  }

  private World(
      Setting<M> setting,
      SplittableRandom random,
      Function<SplittableRandom, Weather> weathers,
      Consumer<String> lines) {
    this.setting = setting;
    this.random = random;
    weather = weathers.apply(random.split());
    trace = new Trace(timeline, lines);
    wires = new Wires<>(this);
    for (int i = 1; i <= weather.nodes(); i++) {
      NodeId id = new NodeId("n" + i);
      hosts.add(new Host<>(this, id));
    }
    invariants = Invariants.all(Configuration.NONE);
    administrator = new Administrator<>(this, random.split());
    mischief = new Mischief<>(this);
    clients = new Clients<>(this, setting.workload());
    statesAreOnDisk = setting.workload().mayBeOnDisk() && random.nextInt(4) == 0;
    onlookers = new Onlookers<>(this, random.split());
    Host<M> any = hosts.get(random.nextInt(hosts.size()));
    latecomer = weather.latecomer() && weather.mayDamage() && hosts.size() > 2 ? any : null;
  }

  // ---- its parts

  SplittableRandom random() {
    return random;
  }

  Timeline timeline() {
    return timeline;
  }

  Weather weather() {
    return weather;
  }

  Wires<M> wires() {
    return wires;
  }

  Clients<M, ?, ?, ?> clients() {
    return clients;
  }

  Onlookers<M> onlookers() {
    return onlookers;
  }

  Mischief<M> mischief() {
    return mischief;
  }

  Administrator<M> administrator() {
    return administrator;
  }

  List<Host<M>> hosts() {
    return hosts;
  }

  Counts counts() {
    return counts;
  }

  Trace trace() {
    return trace;
  }

  /** Whether state machines keep their states themselves, from one life to the next. */
  boolean statesAreOnDisk() {
    return statesAreOnDisk;
  }

  Workload<M, ?, ?, ?> workload() {
    return setting.workload();
  }

  Storage openStorage(Path directory) throws IOException {
    return new WatchedStorage(setting.storage().open(directory), this::observe);
  }

  Packet overTheWire(Packet packet) {
    return setting.codec().apply(packet);
  }

  private Host<M> host(NodeId id) {
    for (Host<M> host : hosts) {
      if (host.id().equals(id)) {
        return host;
      }
    }
    throw new AssertionError("no host " + id);
  }

  // ---- what happens

  void observe(Observation observation) {
    if (failure() == null) {
      host(observation.node()).proof().observe(observation);
      try {
        invariants.observe(observation);
      } catch (RuntimeException | Error e) {
        fail(e);
      }
      if (observation instanceof Observation.Restarting
          || observation instanceof Observation.SnapshotSaved) {
        mischief.onSnapshot(host(observation.node()));
      }
    }
  }

  void decided(Life<M> life, Decision decision, RaftView view) {
    if (!life.isOver()) {
      NodeId id = life.host().id();
      trace.decided(id, decision, view);
      counts.decided(decision);
      if (decision instanceof Decision.Persisted p && p.index() > 1) {
        formed.add(id);
      }
      observe(new Observation.Decided(id, decision, view));
      life.queues().decided(decision, view);
      if (decision instanceof Decision.Reconfigured r) {
        mischief.onConfiguration(life.host(), r.configuration());
      }
    }
  }

  /**
   * Whether every node has had something of a leader. A cluster that is being formed needs all of
   * its members with the directories they have then.
   */
  boolean isFormed() {
    return formed.size() == hosts.size();
  }

  void note(NodeId id, String text) {
    trace.note(id, text);
  }

  void fail(Throwable why) {
    if (failure == null) {
      failure = why;
    }
  }

  /** What went wrong first; before anything else that another thread was here. */
  Throwable failure() {
    return timeline.intrusion() == null ? failure : timeline.intrusion();
  }

  /** Lets time pass, until something goes wrong. */
  void pass(long nanos) {
    long end = timeline.now() + nanos;
    while (failure() == null && timeline.now() < end) {
      timeline.runUntil(Math.min(end, timeline.now() + Weather.SECOND / 10));
      hosts.forEach(Host::supervise);
      if (weather.storm() > 0) {
        counts.looked(hosts.stream().anyMatch(Host::leads));
      }
    }
  }

  /** Not always all at once: a cluster is formed when the last of its members is there. */
  void startAll() {
    for (Host<M> host : hosts) {
      if (random.nextInt(3) == 0) {
        restartLater(host);
      } else {
        host.start();
      }
    }
  }

  void restartLater(Host<M> host) {
    timeline.after(random.nextLong(Weather.MILLI, 4 * Weather.SECOND), host::start);
  }

  /** Who is the last to come back when the storm is over, or null. */
  Host<M> latecomer() {
    return latecomer;
  }

  /** Ends all faults and brings everybody back, but not the latecomer. */
  void calmDown() {
    weather = weather.calm();
    wires.heal();
    for (Host<M> host : hosts) {
      host.heal();
      if (host == latecomer && isFormed() && hosts.stream().noneMatch(Host::isDamaged)) {
        host.goAway();
      }
      host.start();
    }
  }

  void latecomerComes() {
    if (latecomer != null) {
      latecomer.comeBack();
    }
  }
}
