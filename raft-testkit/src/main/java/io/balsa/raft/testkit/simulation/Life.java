package io.balsa.raft.testkit.simulation;

import io.balsa.raft.Environment;
import io.balsa.raft.Limits;
import io.balsa.raft.RaftNode;
import io.balsa.raft.Runner;
import io.balsa.raft.StateMachine;
import io.balsa.raft.Storage;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.LongSupplier;
import java.util.random.RandomGenerator;

/**
 * A process with a node in it, from its start to its end.
 *
 * <ul>
 *   <li>Once it is over nothing that its code still does has an effect: it can be killed in the
 *       middle of anything.
 *   <li>Its threads are {@link SimulatedRunner}s, each slow in its own way.
 * </ul>
 */
final class Life<M extends StateMachine> implements Environment {
  private final World<M> world;
  private final Host<M> host;
  private final int number;
  private final Clock clock;
  private final SplittableRandom random;
  private final WatchedMachine<M> machine;
  private final Queues queues;
  private Storage storage;
  private RaftNode node;
  private boolean over;
  private long pausedUntil;
  private long slowUntil;
  private long diskStalledUntil;
  private long machineBlockedUntil;

  Life(World<M> world, Host<M> host, int number) {
    this.world = world;
    this.host = host;
    this.number = number;
    random = world.random().split();
    double drift = world.weather().drift();
    double rate = 1 + drift * (2 * random.nextDouble() - 1);
    clock = new Clock(world.timeline(), rate, random.nextLong(1L << 40));
    machine = new WatchedMachine<>(world, this);
    queues = new Queues(host.id(), world.weather().limits(), world::observe);
  }

  /** Starts the node. Fails as the node does, or because the process is killed meanwhile. */
  void begin(Path directory) throws IOException {
    List<String> members = new ArrayList<>();
    world.hosts().forEach(h -> members.add(h.id() + "=" + h.id() + ":1"));
    storage = world.openStorage(directory);
    node =
        RaftNode.builder(host.id().value(), machine)
            .members(members)
            .storage(storage)
            .transport(world.wires().transport(this))
            .electionTimeout(world.weather().electionTimeout())
            .observer((decision, view) -> world.decided(this, decision, view))
            .environment(this)
            .start();
  }

  Host<M> host() {
    return host;
  }

  int number() {
    return number;
  }

  RaftNode node() {
    return node;
  }

  WatchedMachine<M> machine() {
    return machine;
  }

  Queues queues() {
    return queues;
  }

  /** One of its threads has had a turn. */
  void hasRun() {
    if (node != null && !over) {
      queues.look(node.status());
    }
  }

  boolean isOver() {
    return over;
  }

  /** From now on nothing this process does has an effect. */
  void end() {
    over = true;
  }

  /** Lets go of what the process held; what it still wants to write fails. */
  void bury() {
    if (storage == null) {
      return;
    }
    try {
      storage.close();
    } catch (IOException e) {
      world.note(host.id(), "buried: " + e.getMessage());
    }
  }

  // ---- what is done to it

  long pausedUntil() {
    return pausedUntil;
  }

  void pauseUntil(long time) {
    pausedUntil = Math.max(pausedUntil, time);
  }

  void slowUntil(long time) {
    slowUntil = time;
  }

  void stallDiskUntil(long time) {
    diskStalledUntil = time;
  }

  void blockMachineUntil(long time) {
    machineBlockedUntil = time;
  }

  Clock clock() {
    return clock;
  }

  // ---- the environment of the node

  @Override
  public Runner runner(String name, long periodNanos) {
    LongSupplier delay = name.endsWith("-log") || name.endsWith("-read") ? this::disk : this::wake;
    if (name.endsWith("-apply")) {
      delay = this::apply;
    }
    return new SimulatedRunner(world.timeline(), this, delay, clock.toTime(periodNanos));
  }

  private long wake() {
    long nanos = random.nextLong(1_000, 30_000);
    boolean slow = slowUntil > world.timeline().now() || random.nextInt(2000) == 0;
    return slow ? 1000 * nanos : nanos;
  }

  private long apply() {
    return wake() + Math.max(0, machineBlockedUntil - world.timeline().now());
  }

  private long disk() {
    Weather weather = world.weather();
    long stall = Math.max(0, diskStalledUntil - world.timeline().now());
    return stall + wake() + Tail.draw(random, weather.disk(), weather.diskTail());
  }

  @Override
  public long nanoTime() {
    return clock.nanoTime();
  }

  @Override
  public RandomGenerator random() {
    return random;
  }

  @Override
  public Limits limits() {
    return world.weather().limits();
  }

  @Override
  public String toString() {
    return host.id() + "/" + number;
  }
}
