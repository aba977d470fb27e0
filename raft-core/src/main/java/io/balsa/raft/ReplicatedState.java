package io.balsa.raft;

import io.balsa.raft.core.Entry;
import io.balsa.raft.core.EntryType;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.util.Objects;

/**
 * What entries are applied to: the sessions of clients, and behind them the state machine. Both go
 * into a snapshot.
 *
 * <ul>
 *   <li>A state machine that keeps its state itself gets nothing that it has. The sessions, which
 *       it does not keep, are made again from the last snapshot and the log behind it.
 * </ul>
 */
final class ReplicatedState {
  private static final byte[] NOTHING = {};

  /** What follows the sessions in a snapshot: nothing, or the image of the state machine. */
  private static final byte MARK = 0;

  private static final byte IMAGE = 1;

  /** The index of the last command that was executed, and one of these. */
  private static final int HEAD = Long.BYTES + 1;

  private final StateMachine machine;
  private final long maxAnswerBytes;
  private final long keptIndex;
  private SessionTable sessions;
  private long lastExecuted;
  private volatile long logTime;

  ReplicatedState(StateMachine machine, long maxAnswerBytes) {
    this.machine = machine;
    this.maxAnswerBytes = maxAnswerBytes;
    keptIndex = machine.appliedIndex();
    sessions = new SessionTable(maxAnswerBytes);
  }

  /** Up to where the state machine had its state when this process began. */
  long keptIndex() {
    return keptIndex;
  }

  /** What is known to be committed: what a state machine has is, though the log may not say so. */
  long committed(long known) {
    return Math.max(known, keptIndex);
  }

  /** The time in the last entry that has one, in milliseconds; any thread may ask. */
  long logTime() {
    return logTime;
  }

  byte[] apply(Entry entry) {
    boolean isKept = entry.index() <= keptIndex;
    byte[] response = null;
    if (entry.type() == EntryType.SESSION) {
      response = sessions.apply(entry.index(), entry.data(), isKept ? null : this::execute);
      logTime = sessions.time();
    } else if (entry.type() == EntryType.COMMAND && !isKept) {
      response = execute(entry.index(), entry.data());
    }
    return response == null ? NOTHING : response;
  }

  private byte[] execute(long index, byte[] command) {
    byte[] response = machine.apply(index, command);
    lastExecuted = index;
    return response;
  }

  /** Whether the state machine keeps its state itself, so that this node needs no image of it. */
  boolean isOnDisk() {
    return keptIndex != StateMachine.IN_MEMORY;
  }

  /** Captures all of it as it is now, or all but the state machine. */
  SnapshotWriter capture(boolean withImage) {
    long last = Math.max(lastExecuted, keptIndex);
    if (!withImage) {
      checkIsKept(last);
    }
    byte[] table = SessionImage.of(sessions);
    byte[] head = ByteBuffer.allocate(HEAD).putLong(last).put(withImage ? IMAGE : MARK).array();
    SnapshotWriter image =
        withImage ? Objects.requireNonNull(machine.snapshot(), "snapshot()") : out -> {};
    return out -> {
      out.write(table);
      out.write(head);
      image.writeTo(out);
    };
  }

  /** The log is given up for a mark, and nothing else has what the state machine would lose. */
  private void checkIsKept(long last) {
    long kept = machine.appliedIndex();
    if (kept < last) {
      throw new IllegalStateException(
          "the state machine has executed commands up to index "
              + last
              + ", but says that it has those up to "
              + kept
              + " on its disk");
    }
  }

  /** Replaces all of it by what was captured; a state machine that has as much is left as it is. */
  void restore(InputStream snapshot) throws IOException {
    sessions = SessionImage.read(snapshot, maxAnswerBytes);
    logTime = sessions.time();
    ByteBuffer head = ByteBuffer.wrap(snapshot.readNBytes(HEAD));
    if (head.limit() < HEAD) {
      throw new IOException("the snapshot ends before the state machine's part begins");
    }
    lastExecuted = head.getLong();
    if (isOnDisk() && keptIndex >= lastExecuted) {
      return;
    }
    if (head.get() == MARK) {
      throw new IOException(
          ("the state machine has its state up to " + keptIndex + " only, and what follows up to ")
              + (lastExecuted + " is not in the log any more: put back the state that belongs to")
              + " this log, or let the node begin anew with both empty");
    }
    machine.restore(snapshot);
  }
}
