package io.balsa.raft;

import io.balsa.raft.core.Raft;
import io.balsa.raft.core.Snapshot;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.random.RandomGenerator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Decides when the state machine is captured, and sees to it that what was captured becomes a
 * snapshot.
 *
 * <ul>
 *   <li>One capture at a time: asked for, captured, written.
 *   <li>What was captured is written when its position is on this node's disk, so that a snapshot
 *       never knows more than term and vote do; and known to be committed, which a state machine
 *       that keeps its own state may know before the log does.
 *   <li>A state machine that keeps its state itself is not written again for this node: a snapshot
 *       is a mark then, which has the sessions alone. Only when a follower needs the state, an
 *       image is taken.
 *   <li>Captures are due when the log behind the last snapshot has so many bytes, and as many as
 *       that snapshot: a large state is not written for every small change (section 5.1.3).
 * </ul>
 */
final class Captures {
  private static final Logger LOG = LoggerFactory.getLogger(RaftNode.class);

  /**
   * For how many election timeouts to wait after a failure, and for a follower that is getting the
   * last snapshot.
   */
  private static final int PAUSE = 10;

  /** Beyond so many times what makes a capture due, it does not wait for a follower any more. */
  private static final int PRESSING = 4;

  private final Raft raft;
  private final int opening;
  private final SnapshotStore store;
  private final Wiring wiring;
  private final long dueBytes;
  private final RandomGenerator random;
  private final Answers answers;
  private final List<SnapshotOrder> orders = new ArrayList<>();

  /** Those that the capture under way will satisfy; it was begun after they were given. */
  private final List<SnapshotOrder> underWayFor = new ArrayList<>();

  /** What is damaged on the disk, so that it must be replaced; null if nothing is. */
  private UUID damaged;

  /** The latest snapshot that has an image for others; others may have none. */
  private UUID withImage;

  private boolean imageWanted;
  private boolean capturesImage;
  private boolean underWay;
  private Mail.Captured captured;
  private long bytes;
  private long capturedBytes;
  private long servesUntil;
  private long failedUntil;

  Captures(
      Raft raft,
      int opening,
      SnapshotStore store,
      Wiring wiring,
      long dueBytes,
      RandomGenerator random,
      Answers answers) {
    this.raft = raft;
    this.opening = opening;
    this.store = store;
    this.wiring = wiring;
    this.dueBytes = dueBytes;
    this.random = random;
    this.answers = answers;
  }

  /** Entries were handed to the state machine. */
  void handedOut(long more) {
    bytes += more;
  }

  /** The state machine gets the state of a snapshot. */
  void restored() {
    bytes = 0;
  }

  /** A follower is getting the last snapshot, and would have to begin anew with another one. */
  void serving(long now, int electionTicks) {
    servesUntil = now + (long) PAUSE * electionTicks;
  }

  /** Another node's snapshot was received as a whole. */
  void received(Snapshot snapshot) {
    withImage = snapshot.id();
  }

  /** Whether a follower can have a snapshot; if it lacks the image, that is taken. */
  boolean canServe(UUID id) {
    if (!state().isOnDisk() || id.equals(withImage)) {
      return true;
    }
    imageWanted |= raft.snapshot() != null && id.equals(raft.snapshot().id());
    return false;
  }

  private ReplicatedState state() {
    return wiring.applier().state();
  }

  void order(SnapshotOrder order) {
    orders.add(order);
  }

  /** Begins what is due. */
  void advance(long now) {
    long settled = Math.min(raft.persistedIndex(), raft.commitIndex());
    if (captured != null && captured.index() <= settled) {
      write(captured);
      captured = null;
    }
    if (underWay) {
      return;
    }
    long applied = wiring.applier().appliedIndex();
    if (wiring.applier().handedIndex() < state().keptIndex()) {
      return; // the sessions are still behind the state machine
    }
    boolean anew = isDamaged() || imageWanted;
    if (applied <= index() && !(anew && applied == index())) {
      if (wiring.applier().handedIndex() == applied) {
        succeed(orders);
      }
      return;
    }
    if (!orders.isEmpty() || now >= failedUntil && (anew || isDue(now))) {
      underWay = true;
      capturesImage = imageWanted || !state().isOnDisk();
      imageWanted = false;
      underWayFor.addAll(orders);
      orders.clear();
      capturedBytes = bytes;
      wiring.applier().capture(opening, capturesImage);
    }
  }

  private long index() {
    Snapshot latest = raft.snapshot();
    return latest == null ? 0 : latest.index();
  }

  private boolean isDamaged() {
    return damaged != null && damaged.equals(raft.snapshot().id());
  }

  private boolean isDue(long now) {
    Snapshot latest = raft.snapshot();
    long enough = Math.max(dueBytes, latest == null ? 0 : latest.bytes());
    return bytes >= enough && (now >= servesUntil || bytes / PRESSING >= enough);
  }

  void onCaptured(Mail.Captured mail, long now, int electionTicks) {
    if (mail.image() == null) {
      onFailed(mail.failure(), now, electionTicks);
    } else {
      captured = mail;
    }
  }

  private void write(Mail.Captured mail) {
    boolean anew = isDamaged() || state().isOnDisk() && capturesImage;
    boolean replaces = anew && mail.index() == index();
    if (mail.index() < raft.start().index() || mail.index() <= index() && !replaces) {
      underWay = false; // a snapshot of the leader's has overtaken it
      succeed(underWayFor);
      return;
    }
    UUID id = new UUID(random.nextLong(), random.nextLong());
    Snapshot plan = raft.planSnapshot(id, mail.index());
    wiring.snapshots().put(new SnapshotKeeper.Task.Take(opening, store, plan, mail.image()));
  }

  /** A node that is started again could not do without it, nor could a follower that lags. */
  void onDamaged(Mail.SnapshotDamaged mail) {
    LOG.error(
        "{} has a damaged snapshot on its disk and takes another one in its place: {}",
        raft.self(),
        mail.cause().getMessage());
    damaged = mail.snapshot().id();
  }

  void onTaken(Snapshot snapshot) {
    underWay = false;
    bytes -= capturedBytes;
    withImage = capturesImage ? snapshot.id() : withImage;
    LOG.info("{} has taken {}", raft.self(), snapshot);
    succeed(underWayFor);
  }

  private void succeed(List<SnapshotOrder> satisfied) {
    long index = index();
    satisfied.forEach(order -> answers.give(() -> order.future().complete(index)));
    satisfied.clear();
  }

  void onFailed(Throwable cause, long now, int electionTicks) {
    underWay = false;
    failedUntil = now + (long) PAUSE * electionTicks;
    LOG.warn("{} could not take a snapshot, the log stays as it is: {}", raft.self(), cause, cause);
    fail(underWayFor, new NotExecutedException("the snapshot could not be taken: " + cause));
  }

  /** Ends those who wait. */
  void fail(RaftException why) {
    fail(underWayFor, why);
    fail(orders, why);
  }

  private void fail(List<SnapshotOrder> failed, RaftException why) {
    failed.forEach(order -> answers.give(() -> order.future().completeExceptionally(why)));
    failed.clear();
  }
}
