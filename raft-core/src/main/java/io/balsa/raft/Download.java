package io.balsa.raft;

import io.balsa.raft.core.Effects;
import io.balsa.raft.core.NodeId;
import io.balsa.raft.core.Snapshot;
import java.util.zip.CRC32C;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Gets a snapshot from the leader, piece by piece.
 *
 * <ul>
 *   <li>One piece is asked for at a time, when the one before is on its way to the disk: the bytes
 *       in memory are bounded, and a slow disk slows the sender down.
 *   <li>The algorithm asks for the snapshot again and again. So whatever is lost, or whoever
 *       restarts, it goes on from where it was.
 * </ul>
 */
final class Download {
  private static final Logger LOG = LoggerFactory.getLogger(RaftNode.class);
  private static final long NOT_KNOWN = -1;

  /** How long to wait after a failure, in election timeouts. */
  private static final long PAUSE = 3;

  private final int opening;
  private final SnapshotStore store;
  private final Wiring wiring;
  private final int patience;
  private Effects.Fetch current;
  private boolean complete;
  private long wanted = NOT_KNOWN;
  private long received;
  private long askedAt;
  private long notBefore;

  /** A piece that was asked for is asked for again after so many ticks. */
  Download(int opening, SnapshotStore store, Wiring wiring, int patience) {
    this.opening = opening;
    this.store = store;
    this.wiring = wiring;
    this.patience = patience;
  }

  /** The algorithm wants a snapshot. Returns whether it is here. */
  boolean fetch(Effects.Fetch fetch, long now) {
    if (now < notBefore) {
      return false;
    }
    boolean same = current != null && current.snapshot().id().equals(fetch.snapshot().id());
    current = fetch;
    if (!same) {
      LOG.info("gets {} from {}", fetch.snapshot(), fetch.from());
      begin();
    } else if (wanted != NOT_KNOWN && now - askedAt >= patience) {
      ask(now);
    }
    return complete;
  }

  private void begin() {
    complete = false;
    wanted = NOT_KNOWN;
    received = 0;
    wiring.snapshots().put(new SnapshotKeeper.Task.Receive(opening, store, current.snapshot()));
  }

  void onPieceWanted(Mail.PieceWanted mail, long now) {
    if (isCurrent(mail.snapshot())) {
      wanted = mail.offset();
      received = mail.offset();
      ask(now);
    }
  }

  private boolean isCurrent(Snapshot snapshot) {
    return current != null && current.snapshot().id().equals(snapshot.id());
  }

  private void ask(long now) {
    askedAt = now;
    Snapshot snapshot = current.snapshot();
    wiring.link().send(current.from(), new Packet.SnapshotRequest(snapshot.id(), wanted));
  }

  void onPiece(NodeId from, Packet.SnapshotPiece piece) {
    if (current == null
        || !piece.id().equals(current.snapshot().id())
        || piece.offset() != wanted
        || piece.bytes().length == 0) {
      return; // late, or said twice
    }
    if (checksum(piece.bytes()) != piece.checksum()) {
      LOG.warn("a piece of {} from {} was damaged on its way", current.snapshot(), from);
      return;
    }
    wiring
        .snapshots()
        .put(
            new SnapshotKeeper.Task.Piece(
                opening, store, current.snapshot(), wanted, piece.bytes()));
    wanted = NOT_KNOWN;
  }

  static int checksum(byte[] bytes) {
    CRC32C crc = new CRC32C();
    crc.update(bytes, 0, bytes.length);
    return (int) crc.getValue();
  }

  /** Returns whether it is the one that was wanted last. */
  boolean onReceived(Snapshot snapshot) {
    boolean isCurrent = isCurrent(snapshot);
    complete |= isCurrent;
    return isCurrent;
  }

  /** Begins anew when the algorithm asks for it again, but not at once: the disk may be full. */
  void onFailed(Throwable cause, long now) {
    LOG.warn("receiving a snapshot failed, it is tried again: {}", cause.toString());
    notBefore = now + PAUSE * patience;
    current = null;
    complete = false;
  }

  /** What is left to get is not needed any more once the log has come further. */
  void commitIndexIs(long index) {
    if (current != null && index >= current.snapshot().index()) {
      current = null;
      complete = false;
    }
  }

  /** How far it has come, null if nothing is being received. */
  NodeStatus.Receiving status() {
    if (current == null) {
      return null;
    }
    Snapshot snapshot = current.snapshot();
    long bytes = complete ? snapshot.bytes() : received;
    return new NodeStatus.Receiving(current.from(), snapshot.index(), bytes, snapshot.bytes());
  }
}
