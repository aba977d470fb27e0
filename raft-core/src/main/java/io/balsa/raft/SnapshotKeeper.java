package io.balsa.raft;

import io.balsa.raft.core.Snapshot;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.io.OutputStream;
import java.util.UUID;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes this node's snapshots and receives those of others, off the event loop and off the thread
 * that writes the log: both take long.
 *
 * <ul>
 *   <li>One thing at a time, in the order in which it was asked for.
 *   <li>At most one snapshot is being received; beginning another one, or one of its own, lets go
 *       of it.
 *   <li>Every task is answered by one mail.
 * </ul>
 */
final class SnapshotKeeper {
  private static final Logger LOG = LoggerFactory.getLogger(RaftNode.class);
  private static final int BUFFER = 1 << 16;

  /** What there is to do. */
  sealed interface Task {
    /** Which opening of the storage it belongs to. */
    int opening();

    /** Where the snapshots are. */
    SnapshotStore store();

    /** Write the state of this node's state machine; the snapshot's size is not known yet. */
    record Take(int opening, SnapshotStore store, Snapshot plan, SnapshotWriter image)
        implements Task {}

    /** Begin to receive a snapshot, or go on with it. */
    record Receive(int opening, SnapshotStore store, Snapshot snapshot) implements Task {}

    /** Take the next piece of the snapshot that is being received. */
    record Piece(int opening, SnapshotStore store, Snapshot snapshot, long offset, byte[] bytes)
        implements Task {}
  }

  private final Mailbox<Task> tasks;
  private final Mailbox<Mail> loop;
  private UUID receiving;
  private SnapshotStore.Receipt receipt;
  private volatile boolean closed;

  SnapshotKeeper(Mailbox<Task> tasks, Mailbox<Mail> loop) {
    this.tasks = tasks;
    this.loop = loop;
  }

  void poll() {
    for (Task task : tasks.take()) {
      loop.put(answered(task));
    }
  }

  private Mail answered(Task task) {
    try {
      if (task instanceof Task.Take take) {
        return new Mail.SnapshotTaken(task.opening(), write(take));
      }
      if (task instanceof Task.Receive receive) {
        letGo();
        receipt = receive.store.receive(receive.snapshot);
        receiving = receive.snapshot.id();
        return advanced(task.opening(), receive.snapshot);
      }
      Task.Piece piece = (Task.Piece) task;
      if (piece.snapshot.id().equals(receiving) && piece.offset == receipt.received()) {
        receipt.write(piece.bytes);
      }
      return advanced(task.opening(), piece.snapshot);
    } catch (Throwable e) {
      letGo();
      boolean own = task instanceof Task.Take;
      return own
          ? new Mail.SnapshotFailed(task.opening(), e)
          : new Mail.ReceiptFailed(task.opening(), e);
    }
  }

  private Snapshot write(Task.Take task) throws IOException {
    letGo();
    Snapshot plan = task.plan;
    try (SnapshotStore.Image image =
        task.store.create(
            plan.id(), plan.last(), plan.configurationIndex(), plan.configuration())) {
      OutputStream out = new BufferedOutputStream(new Stoppable(image), BUFFER);
      task.image.writeTo(out);
      out.flush();
      return image.publish();
    }
  }

  private Mail advanced(int opening, Snapshot snapshot) throws IOException {
    if (!snapshot.id().equals(receiving)) {
      return new Mail.ReceiptFailed(opening, new IOException("another snapshot came in between"));
    }
    long received = receipt.received();
    if (received < snapshot.bytes()) {
      return new Mail.PieceWanted(opening, snapshot, received);
    }
    receipt.verify();
    letGo();
    return new Mail.SnapshotReceived(opening, snapshot);
  }

  private void letGo() {
    SnapshotStore.Receipt held = receipt;
    receipt = null;
    receiving = null;
    if (held != null) {
      try {
        held.close();
      } catch (IOException e) {
        LOG.info("closing a snapshot that was being received: {}", e.toString());
      }
    }
  }

  /** A snapshot that is being written is given up, so that the node need not wait for it. */
  void stop() {
    closed = true;
  }

  /** Lets go of what is open; to be called when nobody polls any more. */
  void close() {
    letGo();
  }

  /** Ends the writing of a large state soon after the node was closed. */
  private final class Stoppable extends OutputStream {
    private final OutputStream out;

    Stoppable(OutputStream out) {
      this.out = out;
    }

    @Override
    public void write(int b) throws IOException {
      write(new byte[] {(byte) b}, 0, 1);
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
      if (closed) {
        throw new InterruptedIOException("the node is closed");
      }
      out.write(bytes, offset, length);
    }
  }
}
