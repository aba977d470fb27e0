package io.balsa.raft;

import io.balsa.raft.core.Entry;
import io.balsa.raft.core.EntryType;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;

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

  private final StateMachine machine;
  private final long maxAnswerBytes;
  private final long keptIndex;
  private SessionTable sessions;
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

  /** The time in the last entry that has one, in milliseconds; any thread may ask. */
  long logTime() {
    return logTime;
  }

  byte[] apply(Entry entry) {
    boolean isKept = entry.index() <= keptIndex;
    byte[] response = null;
    if (entry.type() == EntryType.SESSION) {
      response = sessions.apply(entry.index(), entry.data(), isKept ? null : machine);
      logTime = sessions.time();
    } else if (entry.type() == EntryType.COMMAND && !isKept) {
      response = machine.apply(entry.index(), entry.data());
    }
    return response == null ? NOTHING : response;
  }

  /** Captures all of it as it is now. */
  SnapshotWriter capture() {
    byte[] table = SessionImage.of(sessions);
    SnapshotWriter image = machine.snapshot();
    if (image == null) {
      throw new NullPointerException("snapshot() has returned null");
    }
    return out -> {
      out.write(table);
      image.writeTo(out);
    };
  }

  /** Replaces all of it by what was captured at an index. */
  void restore(long index, InputStream image) throws IOException {
    try {
      sessions = SessionImage.read(image, maxAnswerBytes);
    } catch (EOFException e) {
      throw new IOException("the sessions in the snapshot end too early", e);
    }
    logTime = sessions.time();
    if (index > keptIndex) {
      machine.restore(image);
    }
  }
}
