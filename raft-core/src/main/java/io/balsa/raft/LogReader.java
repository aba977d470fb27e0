package io.balsa.raft;

import io.balsa.raft.core.Effects;
import io.balsa.raft.core.Entry;
import io.balsa.raft.core.NodeId;
import io.balsa.raft.core.Snapshot;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads entries that have left the cache, and snapshots, from disk, off the event loop.
 *
 * <ul>
 *   <li>Pieces of a snapshot are sent as they are, and verified by the receiver when it has all.
 *       One that begins anew may have found them damaged, so then the snapshot is verified here.
 *       One that has lost its end, which a receiver would ask for until it is there, is damaged
 *       too.
 *   <li>Who begins anew may just be impatient. Of what a peer has asked for meanwhile the last
 *       counts, and a verdict on a snapshot holds for a while: who waits for entries is not kept
 *       waiting for one verification after the other.
 * </ul>
 */
final class LogReader {

  /** What there is to read. */
  sealed interface Task {}

  /**
   * Entries.
   *
   * @param opening which opening of the storage it belongs to
   * @param store where to read
   * @param first the first index
   * @param last the last index
   * @param replication for whom, or null for the state machine
   */
  record Read(int opening, LogStore store, long first, long last, Effects.Replication replication)
      implements Task {}

  /**
   * A piece of a snapshot that a peer has asked for.
   *
   * @param opening which opening of the storage it belongs to
   * @param store where to read
   * @param to the peer
   * @param request what it wants
   */
  record Piece(int opening, SnapshotStore store, NodeId to, Packet.SnapshotRequest request)
      implements Task {}

  /** A round there and back for less than this would be a waste. */
  private static final long SMALLEST_PIECE = 64;

  /** A verdict holds for so many times as long as it took to find it. */
  private static final long VALID = 10;

  /** What a verification has shown: the damage, or null if there is none. */
  private record Verdict(UUID snapshot, DamagedLogException damage, long until) {}

  private static final Logger LOG = LoggerFactory.getLogger(RaftNode.class);

  private final Mailbox<Task> tasks;
  private final Mailbox<Mail> loop;
  private final long maxBytes;
  private final LongSupplier nanoTime;

  /** The snapshot that each peer has begun to get last. */
  private final Map<NodeId, UUID> begun = new HashMap<>();

  /** The last one, null if there was none. */
  private Verdict verdict;

  LogReader(Mailbox<Task> tasks, Mailbox<Mail> loop, long maxBytes, LongSupplier nanoTime) {
    this.tasks = tasks;
    this.loop = loop;
    this.maxBytes = maxBytes;
    this.nanoTime = nanoTime;
  }

  void poll() {
    List<Task> taken = tasks.take();
    Map<NodeId, Piece> lastOf = new HashMap<>();
    for (Task task : taken) {
      if (task instanceof Piece piece) {
        lastOf.put(piece.to, piece);
      }
    }
    for (Task task : taken) {
      if (task instanceof Read entries) {
        loop.put(read(entries));
      } else if (task instanceof Piece piece && piece == lastOf.get(piece.to)) {
        readPiece(piece);
      }
    }
  }

  /** A peer that gets no answer asks again, or is offered a snapshot that is there. */
  private void readPiece(Piece task) {
    try {
      Snapshot latest = task.store.latest();
      if (latest != null && latest.id().equals(task.request.id())) {
        readPiece(task, latest);
      }
    } catch (Throwable e) {
      LOG.warn("a snapshot could not be read for {}: {}", task.to, e.toString());
    }
  }

  private void readPiece(Piece task, Snapshot snapshot) throws IOException {
    try {
      Packet.SnapshotRequest wanted = task.request;
      if (wanted.offset() == 0 && beginsAnew(task)) {
        verify(task.store, snapshot);
      }
      int length = (int) Math.max(SMALLEST_PIECE, maxBytes);
      byte[] bytes = task.store.read(wanted.id(), wanted.offset(), length);
      if (bytes != null) {
        int checksum = Download.checksum(bytes);
        loop.put(
            new Mail.PieceRead(
                task.to, new Packet.SnapshotPiece(wanted.id(), wanted.offset(), checksum, bytes)));
      }
    } catch (DamagedLogException e) {
      loop.put(new Mail.SnapshotDamaged(task.opening, snapshot, e));
      throw e;
    }
  }

  private boolean beginsAnew(Piece task) {
    UUID before = begun.put(task.to, task.request.id());
    return task.request.id().equals(before);
  }

  private void verify(SnapshotStore store, Snapshot snapshot) throws IOException {
    long begin = nanoTime.getAsLong();
    boolean holds =
        verdict != null && verdict.snapshot.equals(snapshot.id()) && begin - verdict.until < 0;
    if (!holds) {
      DamagedLogException damage = damageOf(store, snapshot);
      long end = nanoTime.getAsLong();
      verdict = new Verdict(snapshot.id(), damage, end + VALID * (end - begin));
    }
    if (verdict.damage != null) {
      throw verdict.damage;
    }
  }

  private static DamagedLogException damageOf(SnapshotStore store, Snapshot snapshot)
      throws IOException {
    try (InputStream image = store.open(snapshot)) {
      if (image != null) {
        image.transferTo(OutputStream.nullOutputStream());
      }
      return null;
    } catch (DamagedLogException e) {
      return e;
    }
  }

  private Mail read(Read task) {
    try {
      return answer(task, task.store.read(task.first, task.last, maxBytes));
    } catch (IndexOutOfBoundsException e) {
      if (task.replication == null) {
        return new Mail.NotInLog(task.opening, task.first, e);
      }
      // Since the task was given the node has lost its leadership, and the end of its log with it.
      return answer(task, List.of());
    } catch (Throwable e) {
      return new Mail.StorageFailed(task.opening, e);
    }
  }

  private static Mail answer(Read task, List<Entry> entries) {
    return task.replication == null
        ? new Mail.ReadForApply(task.opening, entries)
        : new Mail.ReadForPeer(task.opening, task.replication, entries);
  }
}
