package io.balsa.raft.testkit.simulation;

import io.balsa.raft.StateMachine;
import io.balsa.raft.core.Configuration;
import io.balsa.raft.core.NodeId;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/**
 * Does to the cluster what the weather says, at random times and places.
 *
 * <ul>
 *   <li>Whatever lasts ends with the storm at the latest.
 *   <li>Leaders are hit as often as all others together.
 *   <li>Where crashes happen in the middle of things, a snapshot that takes its place is one of
 *       them, rare and with many steps; and so is a configuration that comes into force.
 *   <li>Where disks fail, they do so also when a snapshot is got from one by another one.
 * </ul>
 */
final class Mischief<M extends StateMachine> {
  private final World<M> world;
  private final SplittableRandom random;
  private final DiskMischief<M> disks;
  private final Conspiracy<M> conspiracy;
  private final long end;

  Mischief(World<M> world) {
    this.world = world;
    random = world.random().split();
    disks = new DiskMischief<>(world, random.split());
    conspiracy = new Conspiracy<>(world, disks, random.split());
    end = world.weather().storm();
  }

  void start() {
    world.weather().faults().keySet().forEach(this::plan);
  }

  private void plan(Fault fault) {
    long mean = world.weather().faults().get(fault);
    long at = world.timeline().now() + (long) (-Math.log(1 - random.nextDouble()) * mean);
    if (at < end) {
      world.timeline().at(at, () -> strike(fault));
    }
  }

  private void strike(Fault fault) {
    Host<M> victim = victim();
    world.note(victim.id(), "fault " + fault);
    if (hits(fault, victim)) {
      world.counts().fault(fault);
    }
    plan(fault);
  }

  /** Returns false if the fault can't do anything here and now. */
  private boolean hits(Fault fault, Host<M> victim) {
    switch (fault.where()) {
      case PROCESS:
        onProcess(fault, victim);
        return true;
      case THREADS:
        return victim.isUp() && onThreads(fault, victim.life());
      case NETWORK:
        onWires(fault, victim);
        return world.hosts().size() > 1;
      case CONSPIRACY:
        return conspiracy.strikes(fault);
      case CLUSTER:
        return world.administrator().does(fault, victim);
      default:
        return disks.hits(fault, victim);
    }
  }

  /** A snapshot takes its place on a host, or has just done so. */
  void onSnapshot(Host<M> host) {
    mayCrashSoon(host);
  }

  /** A configuration has come into force on a host. */
  void onConfiguration(Host<M> host, Configuration configuration) {
    mayCrashSoon(host);
    conspiracy.onConfiguration(host, configuration);
  }

  private void mayCrashSoon(Host<M> host) {
    boolean crashes = world.weather().faults().containsKey(Fault.CRASH_AT_A_BOUNDARY);
    if (crashes && random.nextInt(4) == 0) {
      host.crashAtBoundary(random.nextInt(20), random.nextBoolean());
    }
  }

  /** A host is asked by another one for a piece of its snapshot. */
  void onRequest(Host<M> source, Host<M> receiver) {
    for (Fault fault : world.weather().faults().keySet()) {
      if (fault.where() == Fault.Where.DISK
          && random.nextInt(20) == 0
          && disks.hitsDownload(fault, source, receiver)) {
        world.counts().fault(fault);
      }
    }
    conspiracy.onRequest(source, receiver);
  }

  private Host<M> victim() {
    List<Host<M>> hosts = world.hosts();
    if (random.nextBoolean()) {
      for (Host<M> host : hosts) {
        if (host.leads()) {
          return host;
        }
      }
    }
    return hosts.get(random.nextInt(hosts.size()));
  }

  /** A time from now until when something lasts. */
  private long until(long longest) {
    long most = random.nextBoolean() ? longest : longest / 8;
    return Math.min(end, world.timeline().now() + random.nextLong(Weather.MILLI, most));
  }

  // ---- processes

  private void onProcess(Fault fault, Host<M> victim) {
    switch (fault) {
      case KILL -> crash(victim, false);
      case POWER_CUT -> crash(victim, true);
      case POWER_CUT_OF_ALL -> world.hosts().forEach(host -> crash(host, true));
      case CRASH_AT_A_BOUNDARY -> victim.crashAtBoundary(random.nextInt(200), random.nextBoolean());
      case RESTART_STORM -> restartAgainAndAgain(victim, random.nextInt(2, 6), false);
      case POWER_STORM -> restartAgainAndAgain(victim, random.nextInt(2, 6), true);
      case CLEAN_RESTART -> restart(victim);
      default -> throw new AssertionError(fault);
    }
  }

  private void crash(Host<M> victim, boolean power) {
    if (power) {
      victim.cutPower();
    } else {
      victim.kill();
    }
    world.restartLater(victim);
  }

  private void restart(Host<M> victim) {
    victim.stop();
    world.restartLater(victim);
  }

  private void restartAgainAndAgain(Host<M> victim, int times, boolean power) {
    if (power) {
      victim.cutPower();
    } else {
      victim.kill();
    }
    world
        .timeline()
        .after(
            random.nextLong(Weather.MILLI, 100 * Weather.MILLI),
            () -> {
              victim.start();
              long then = world.timeline().now() + random.nextLong(Weather.MILLI, Weather.SECOND);
              if (times > 0 && then < end) {
                world.timeline().at(then, () -> restartAgainAndAgain(victim, times - 1, power));
              }
            });
  }

  /** Most often when most is done. */
  private WatchedMachine.Moment moment() {
    WatchedMachine.Moment[] all = WatchedMachine.Moment.values();
    return random.nextBoolean() ? WatchedMachine.Moment.APPLYING : all[random.nextInt(all.length)];
  }

  private boolean onThreads(Fault fault, Life<M> life) {
    switch (fault) {
      case PAUSE -> life.pauseUntil(until(5 * Weather.SECOND));
      case SUSPENSION -> suspend(life);
      case SLOW_PROCESSOR -> life.slowUntil(until(5 * Weather.SECOND));
      case CLOCK_JUMP -> life.clock().jump(random.nextLong(10 * Weather.SECOND));
      case STALLED_DISK -> stallDisk(life);
      case MACHINE_THROWS -> life.host().throwAt(moment());
      case MACHINE_BLOCKS -> life.blockMachineUntil(until(8 * Weather.SECOND));
      default -> throw new AssertionError(fault);
    }
    return true;
  }

  /** A machine whose disk hangs may be switched off meanwhile. */
  private void stallDisk(Life<M> life) {
    long until = until(8 * Weather.SECOND);
    life.stallDiskUntil(until);
    if (random.nextInt(3) == 0) {
      long when = random.nextLong(world.timeline().now(), 1 + until);
      world
          .timeline()
          .at(
              when,
              () -> {
                if (life.host().life() == life) {
                  crash(life.host(), true);
                }
              });
    }
  }

  /**
   * A pause before which nothing more gets out, though the process works on for a moment; what it
   * was writing may take longer than the pause.
   */
  private void suspend(Life<M> life) {
    long soon = until(100 * Weather.MILLI);
    NodeId id = life.host().id();
    others(life.host()).forEach(other -> world.wires().cut(id, other, soon));
    if (random.nextBoolean()) {
      life.stallDiskUntil(until(8 * Weather.SECOND));
    }
    world.timeline().at(soon, () -> life.pauseUntil(until(6 * Weather.SECOND)));
  }

  // ---- the network

  private void onWires(Fault fault, Host<M> victim) {
    long until = until(8 * Weather.SECOND);
    Wires<M> wires = world.wires();
    switch (fault) {
      case PARTITION -> partition(until);
      case ISOLATION -> others(victim).forEach(other -> cutBoth(victim.id(), other, until));
      case ONE_WAY_CUT -> oneWay(victim, until);
      case PARTIAL_GRAPH -> partialGraph(until);
      case SWIZZLE_CLOG -> swizzle();
      case HALF_OPEN -> others(victim).forEach(other -> wires.silence(victim.id(), other, until));
      case SLOW_LINK -> others(victim).forEach(other -> wires.slow(victim.id(), other, until));
      case RESET -> others(victim).forEach(other -> wires.reset(victim.id(), other));
      default -> throw new AssertionError(fault);
    }
  }

  private List<NodeId> others(Host<M> host) {
    List<NodeId> others = new ArrayList<>();
    world.hosts().forEach(h -> others.add(h.id()));
    others.remove(host.id());
    return others;
  }

  private void cutBoth(NodeId a, NodeId b, long until) {
    world.wires().cut(a, b, until);
    world.wires().cut(b, a, until);
    if (random.nextBoolean()) {
      world.wires().reset(a, b);
    }
  }

  private void partition(long until) {
    List<NodeId> one = new ArrayList<>();
    List<NodeId> other = new ArrayList<>();
    world.hosts().forEach(host -> (random.nextBoolean() ? one : other).add(host.id()));
    one.forEach(a -> other.forEach(b -> cutBoth(a, b, until)));
  }

  private void oneWay(Host<M> victim, long until) {
    boolean deaf = random.nextBoolean();
    for (NodeId other : others(victim)) {
      if (random.nextInt(3) > 0) {
        world.wires().cut(deaf ? other : victim.id(), deaf ? victim.id() : other, until);
      }
    }
  }

  private void partialGraph(long until) {
    for (Host<M> a : world.hosts()) {
      for (NodeId b : others(a)) {
        if (random.nextInt(3) == 0) {
          world.wires().cut(a.id(), b, until);
        }
      }
    }
  }

  /** Clogs one host after the other, and unclogs them in another order. */
  private void swizzle() {
    for (Host<M> host : world.hosts()) {
      long from = random.nextLong(3 * Weather.SECOND);
      long until = until(8 * Weather.SECOND);
      world
          .timeline()
          .after(
              from,
              () -> others(host).forEach(other -> world.wires().cut(host.id(), other, until)));
    }
  }
}
