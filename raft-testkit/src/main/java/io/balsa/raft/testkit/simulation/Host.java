package io.balsa.raft.testkit.simulation;

import io.balsa.raft.DamagedLogException;
import io.balsa.raft.NodeStatus;
import io.balsa.raft.StateMachine;
import io.balsa.raft.StorageException;
import io.balsa.raft.core.NodeId;
import io.balsa.raft.core.Role;
import io.balsa.raft.testkit.disk.SimulatedDisk;
import io.balsa.raft.testkit.invariant.Observation;
import java.io.IOException;
import java.nio.file.Path;

/**
 * A machine with a disk, on which a node lives, dies and lives again.
 *
 * <ul>
 *   <li>At most one life at a time; {@code life} is null while the machine or the process is down.
 *   <li>A machine whose disk has lost what it had promised stays down: the node must have said so.
 * </ul>
 */
final class Host<M extends StateMachine> {
  private static final long RETRY = Weather.SECOND;

  /** For how long no snapshot can be taken, if the state machine is what throws. */
  private static final long THROWING = 5 * Weather.SECOND;

  private final World<M> world;
  private final NodeId id;
  private SimulatedDisk disk;
  private final LogProof proof = new LogProof();
  private WatchedMachine.Kept kept;
  private Life<M> life;
  private int lives;
  private boolean off;
  private boolean away;
  private boolean damaged;
  private boolean broken;
  private long diskFailsUntil;
  private boolean diskIsFaulty;
  private boolean diskWasFaulty;
  private int boundariesLeft = -1;
  private boolean powerCutAtBoundary;
  private WatchedMachine.Moment throwsAt;
  private long throwsUntil;

  Host(World<M> world, NodeId id) {
    this.world = world;
    this.id = id;
    newDisk();
  }

  private void newDisk() {
    disk = new SimulatedDisk(world.random().split());
    disk.interfere(operation -> beforeDiskOperation());
  }

  NodeId id() {
    return id;
  }

  SimulatedDisk disk() {
    return disk;
  }

  /** The state that state machines keep here themselves, null if none has. */
  WatchedMachine.Kept kept() {
    return kept;
  }

  void keep(WatchedMachine.Kept state) {
    kept = state;
  }

  LogProof proof() {
    return proof;
  }

  Path directory() {
    return disk.root().resolve("data");
  }

  /** Who lives here, or null; its node is null while it starts. */
  Life<M> life() {
    return life;
  }

  boolean isUp() {
    return life != null;
  }

  int lives() {
    return lives;
  }

  boolean leads() {
    return isUp() && life.node().status().role() == Role.LEADER;
  }

  /** Whether the node refuses to live here, and rightly so. */
  boolean isBroken() {
    return broken;
  }

  boolean isDamaged() {
    return damaged;
  }

  void damage() {
    damaged = true;
    diskWasFaulty = true;
  }

  // ---- lives

  void start() {
    if (life != null || broken || away) {
      return;
    }
    if (off) {
      off = false;
      disk.restorePower();
    }
    Life<M> next = new Life<>(world, this, ++lives);
    life = next;
    try {
      next.begin(directory());
      world.note(id, "started");
    } catch (IOException e) {
      if (life == next) {
        next.end();
        life = null;
        notStarted(e);
      }
    }
  }

  private void notStarted(IOException e) {
    world.note(id, "not started: " + e);
    world.observe(new Observation.Killed(id));
    if (damaged && e instanceof StorageException) {
      isRefused();
    } else if (diskIsFaulty) {
      world.timeline().after(RETRY, this::start);
    } else {
      world.fail(new AssertionError(id + " does not start, though its disk is good", e));
    }
  }

  private void isRefused() {
    broken = true;
    world.counts().refusedDamagedLog();
  }

  void kill() {
    crash(false);
  }

  void cutPower() {
    crash(true);
  }

  /** Ends the process, and nobody starts another one for now. */
  void goAway() {
    crash(false);
    away = true;
  }

  void comeBack() {
    away = false;
    start();
  }

  /** The process ends, and its disk is replaced by an empty one. */
  void loseDisk() {
    crash(false);
    newDisk();
    kept = null;
    off = false;
    diskIsFaulty = false;
    diskFailsUntil = 0;
    world.observe(new Observation.Wiped(id));
  }

  private void crash(boolean power) {
    boundariesLeft = -1;
    Life<M> dead = life;
    if (dead != null) {
      dead.end();
      life = null;
      world.clients().lost(dead);
      world.onlookers().lost(dead);
      if (!power) {
        world.wires().left(id);
      }
    }
    if (power) {
      off = true;
      disk.cutPower();
    } else {
      disk.killProcess();
    }
    if (dead != null) {
      world.observe(new Observation.Killed(id));
      world.timeline().after(0, dead::bury);
    }
  }

  /** Ends the process in an orderly way. */
  void stop() {
    Life<M> last = life;
    if (last != null) {
      last.node().close();
      if (life == last) {
        last.end();
        life = null;
        world.clients().lost(last);
        world.onlookers().lost(last);
        world.observe(new Observation.Killed(id));
      }
    }
  }

  /** Restarts a process that has nothing more to do, as an init system would. */
  void supervise() {
    if (life == null) {
      return;
    }
    NodeStatus.Health health = life.node().status().health();
    if (health.state() == NodeStatus.State.FAILED) {
      world.note(id, "failed: " + health.problem());
      if (!life.machine().hasThrown() && !diskWasFaulty) {
        world.fail(new AssertionError(id + " gives up without a reason: " + health.problem()));
      }
      stop();
      if (damaged && health.problem().contains(DamagedLogException.class.getSimpleName())) {
        isRefused();
      } else {
        start();
      }
    } else if (health.state() == NodeStatus.State.STORAGE_FAILED && !diskWasFaulty) {
      world.fail(new AssertionError(id + " blames a disk that is good: " + health.problem()));
    }
  }

  // ---- faults

  /** Crashes after some more messages or operations of the disk. */
  void crashAtBoundary(int count, boolean power) {
    boundariesLeft = count;
    powerCutAtBoundary = power;
  }

  void failDiskUntil(long time) {
    diskIsFaulty = true;
    diskWasFaulty = true;
    diskFailsUntil = time;
  }

  /** For faults of its own; from now on the node need not start. */
  SimulatedDisk faultyDisk() {
    diskIsFaulty = true;
    diskWasFaulty = true;
    return disk;
  }

  /** Lets the state machine throw, in this life or a later one; once, if a node stops for it. */
  void throwAt(WatchedMachine.Moment moment) {
    throwsAt = moment;
    throwsUntil = world.timeline().now() + THROWING;
  }

  boolean throwsNow(WatchedMachine.Moment moment) {
    boolean now = throwsAt == moment;
    boolean goesOn = !moment.stopsNode && world.timeline().now() < throwsUntil;
    throwsAt = now && !goesOn ? null : throwsAt;
    return now;
  }

  void heal() {
    disk.heal();
    disk.interfere(operation -> beforeDiskOperation());
    diskIsFaulty = false;
    diskFailsUntil = 0;
    boundariesLeft = -1;
    throwsAt = null;
  }

  void boundary() {
    if (boundariesLeft >= 0 && life != null && boundariesLeft-- == 0) {
      world.note(id, "crashes in the middle");
      crash(powerCutAtBoundary);
      world.restartLater(this);
    }
  }

  private void beforeDiskOperation() throws IOException {
    if (life == null) {
      return; // somebody looks at the disk from outside
    }
    boundary();
    if (diskFailsUntil > world.timeline().now()) {
      throw new IOException("the simulated disk fails");
    }
  }

  @Override
  public String toString() {
    return id.toString();
  }
}
