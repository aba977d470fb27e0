package io.balsa.raft.testkit.simulation;

import io.balsa.raft.SnapshotWriter;
import io.balsa.raft.StateMachine;
import io.balsa.raft.testkit.invariant.Observation;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Objects;

/** The state machine of one life, with somebody who looks on and may make it throw. */
final class WatchedMachine<M extends StateMachine> implements StateMachine {
  /** How often states are compared as a whole; in between, by what they answered. */
  private static final long COMPARED_EVERY = 64;

  /** How often a state on disk is written, if nobody asks for it. */
  private static final long KEPT_EVERY = 8;

  /** How often a node may try to capture the same state, if its disk fails all the time. */
  private static final int MOST_CAPTURES = 200;

  /** Index, hash, and the hash of the state as a whole. */
  private static final int KNOWN = 20;

  private final World<M> world;
  private final Life<M> life;
  private final M machine;
  private final CheckedMachine checked;
  private final boolean onDisk;
  private long index;
  private long hash;
  private long capturedAt;
  private int captures;
  private boolean asked;
  private boolean hasThrown;

  /** When a state machine may throw. */
  enum Moment {
    APPLYING(true),
    CAPTURING(false),
    /** In the middle of what a snapshot writes. */
    WRITING(false),
    /** When the state is there, and the node has not been told so. */
    RESTORING(true);

    final boolean stopsNode;

    Moment(boolean stopsNode) {
      this.stopsNode = stopsNode;
    }
  }

  WatchedMachine(World<M> world, Life<M> life) {
    this.world = world;
    this.life = life;
    onDisk = world.statesAreOnDisk();
    machine = world.workload().stateMachine();
    checked = new CheckedMachine(machine, life.host().toString(), life::isOver, world::fail);
    Kept kept = onDisk ? life.host().kept() : null;
    if (kept != null) {
      takeUp(kept);
    }
  }

  /** A state that outlives its process, as that of a database which writes now and then. */
  record Kept(byte[] image, long index, long hash) {}

  private void takeUp(Kept kept) {
    try {
      checked.restore(new ByteArrayInputStream(kept.image));
    } catch (IOException e) {
      throw new UncheckedIOException(e); // memory throws none
    }
    index = kept.index;
    hash = kept.hash;
  }

  private void keep() {
    ByteArrayOutputStream image = new ByteArrayOutputStream();
    try {
      checked.snapshot().writeTo(image);
    } catch (IOException e) {
      throw new UncheckedIOException(e); // memory throws none
    }
    life.host().keep(new Kept(image.toByteArray(), index, hash));
  }

  @Override
  public long appliedIndex() {
    if (!onDisk) {
      return IN_MEMORY;
    }
    if (!asked && index > 0) {
      world.observe(new Observation.Restored(life.host().id(), index, hash));
    }
    asked = true;
    if (!life.isOver()) {
      keep();
    }
    return index;
  }

  /** The last command that it has applied. */
  long index() {
    return index;
  }

  M machine() {
    return machine;
  }

  /** Whether it has thrown where a node can't go on with it. */
  boolean hasThrown() {
    return hasThrown;
  }

  private void mayThrow(Moment moment) {
    if (!life.isOver() && life.host().throwsNow(moment)) {
      hasThrown |= moment.stopsNode;
      throw new IllegalStateException("the simulated state machine throws while " + moment);
    }
  }

  @Override
  public byte[] apply(long index, byte[] command) {
    if (life.isOver()) {
      return null;
    }
    mayThrow(Moment.APPLYING);
    byte[] response = checked.apply(index, command);
    this.index = index;
    hash = 31 * (31 * (31 * hash + index) + Arrays.hashCode(command)) + Arrays.hashCode(response);
    if (index % COMPARED_EVERY == 0) {
      hash = 31 * hash + hashOfState();
    }
    if (onDisk && index % KEPT_EVERY == 0) {
      keep();
    }
    world.onlookers().applied(index);
    world.trace().applied(life.host().id(), index, hash);
    world.observe(new Observation.Applied(life.host().id(), index, command, hash));
    return response;
  }

  /** What is checked when the state is restored travels in front of the state. */
  @Override
  public SnapshotWriter snapshot() {
    countCaptures();
    mayThrow(Moment.CAPTURING);
    byte[] known =
        ByteBuffer.allocate(KNOWN).putLong(index).putLong(hash).putInt(hashOfState()).array();
    SnapshotWriter writer = checked.snapshot();
    return out -> {
      out.write(known);
      mayThrow(Moment.WRITING);
      writer.writeTo(out);
    };
  }

  private void countCaptures() {
    captures = index == capturedAt ? captures + 1 : 1;
    capturedAt = index;
    if (captures > MOST_CAPTURES) {
      world.fail(new AssertionError(life.host() + " captures the state at " + index + " for ever"));
    }
  }

  @Override
  public void restore(InputStream image) throws IOException {
    if (life.isOver()) {
      return;
    }
    ByteBuffer known = ByteBuffer.wrap(image.readNBytes(KNOWN));
    checked.restore(image);
    mayThrow(Moment.RESTORING);
    index = known.getLong();
    hash = known.getLong();
    if (onDisk) {
      keep();
    }
    if (known.getInt() != hashOfState()) {
      world.fail(
          new AssertionError(
              "the state machine of "
                  + life.host()
                  + " has not the state of the snapshot that it restored, taken at index "
                  + index));
    }
    world.observe(new Observation.Restored(life.host().id(), index, hash));
  }

  private int hashOfState() {
    try {
      return Objects.hashCode(world.workload().state(machine));
    } catch (AssertionError e) {
      world.fail(e); // a node would say of it that its state machine throws
      throw e;
    }
  }
}
