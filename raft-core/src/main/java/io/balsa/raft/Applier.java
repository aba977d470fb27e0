package io.balsa.raft;

import io.balsa.raft.core.Entry;
import io.balsa.raft.core.LogPosition;
import io.balsa.raft.core.Snapshot;
import java.io.InputStream;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Applies committed entries to the state machine and answers those who wait for them; also the
 * place where reads run, so that they see a state between two commands.
 *
 * <ul>
 *   <li>Entries are applied in order and once each; {@code appliedIndex} never falls. What was done
 *       already is passed over, and so is what follows a snapshot that could not be opened, until
 *       there is another one.
 *   <li>A read runs when the index it waits for was applied.
 *   <li>When the state machine has thrown, nothing is applied or read any more.
 * </ul>
 */
final class Applier {
  private static final byte[] NOTHING = {};
  private static final RaftException PASSED_OVER =
      new OutcomeUnknownException(
          "this node goes on from a snapshot of another one, and was not told the answer");

  /** What there is to do. */
  sealed interface Task {

    /**
     * Apply entries; {@code waiting} has for each entry who waits for it or null, or is null if
     * nobody waits.
     */
    record Apply(List<Entry> entries, Proposal[] waiting, long bytes) implements Task {}

    /** Go on from the state of a snapshot, which may have been replaced meanwhile. */
    record Restore(int opening, SnapshotStore store, Snapshot snapshot) implements Task {}

    /** Capture the state, or just the sessions if that is enough. */
    record Capture(int opening, boolean withImage) implements Task {}

    /** Answer reads from a state that has applied an index. */
    record Read(long index, List<ReadRequest<?>> requests) implements Task {}

    /**
     * Give answers that the event loop has found; they run code of the user, so it does not do that
     * itself.
     */
    record Answer(List<Runnable> answers) implements Task {}
  }

  private final ReplicatedState state;
  private final long maxBytesAhead;
  private final Mailbox<Task> tasks;
  private final Mailbox<Mail> loop;
  private final Runner loopRunner;
  private final Replies replies;
  private final AtomicLong bytesAhead = new AtomicLong();
  private final Deque<Task.Read> reads = new ArrayDeque<>();
  private long handedIndex; // the loop's
  private volatile boolean loopWaits;
  private volatile long appliedIndex;

  /** Up to where this process has applied entries, or has restored a snapshot of them. */
  private volatile long doneIndex;

  /** The last one of these entries; null before the first. */
  private volatile Entry lastApplied;

  private volatile RaftException failure;

  Applier(
      ReplicatedState state,
      long maxBytesAhead,
      Mailbox<Task> tasks,
      Mailbox<Mail> loop,
      Runner loopRunner,
      Replies replies) {
    this.state = state;
    appliedIndex = Math.max(0, state.keptIndex());
    this.maxBytesAhead = maxBytesAhead;
    this.tasks = tasks;
    this.loop = loop;
    this.loopRunner = loopRunner;
    this.replies = replies;
  }

  long appliedIndex() {
    return appliedIndex;
  }

  ReplicatedState state() {
    return state;
  }

  /**
   * What is known to be committed of a log that is opened: also what was applied before, if the log
   * has just that. Its own hint may be older; and a leader that knew no more than that would wait
   * with the snapshot of what was applied for a commit, which may wait for that snapshot.
   */
  long committed(RecoveredLog log) {
    long known = state.committed(log.commitIndex());
    Entry last = lastApplied;
    return last != null && isIn(log, last) ? Math.max(known, last.index()) : known;
  }

  private static boolean isIn(RecoveredLog log, Entry entry) {
    long term = 0;
    for (LogPosition start : log.termStarts()) {
      term = start.index() <= entry.index() ? start.term() : term;
    }
    return entry.index() <= log.lastIndex() && entry.term() == term;
  }

  /** How many bytes of entries were handed over and are not done. */
  long bytesAhead() {
    return bytesAhead.get();
  }

  /** The last index that was handed over; for the event loop. */
  long handedIndex() {
    return handedIndex;
  }

  /** Whether more entries may be handed over; if not, the loop is woken when they may. */
  boolean hasRoom() {
    if (bytesAhead.get() < maxBytesAhead) {
      return true;
    }
    loopWaits = true;
    return bytesAhead.get() < maxBytesAhead;
  }

  /** Returns how many bytes they are. */
  long apply(List<Entry> entries, Proposal[] waiting) {
    long bytes = 0;
    for (int i = 0; i < entries.size(); i++) {
      bytes += entries.get(i).size();
    }
    bytesAhead.addAndGet(bytes);
    handedIndex += entries.size();
    give(new Task.Apply(entries, waiting, bytes));
    return bytes;
  }

  /** Entries up to that of the snapshot are not handed over any more. */
  void restore(int opening, SnapshotStore store, Snapshot snapshot) {
    handedIndex = snapshot.index();
    give(new Task.Restore(opening, store, snapshot));
  }

  /**
   * What was handed over and is not done yet is handed over again: there may be a snapshot among it
   * that can't be opened any more.
   */
  void giveAgain() {
    handedIndex = doneIndex;
  }

  void capture(int opening, boolean withImage) {
    give(new Task.Capture(opening, withImage));
  }

  void read(long index, List<ReadRequest<?>> requests) {
    give(new Task.Read(index, requests));
  }

  void answer(List<Runnable> answers) {
    give(new Task.Answer(answers));
  }

  /** When this is closed nobody will come for it, and all that is left to give is an answer. */
  private void give(Task task) {
    if (!tasks.put(task)) {
      perform(task);
      answerReads();
    }
  }

  void poll() {
    for (Task task : tasks.take()) {
      perform(task);
      answerReads();
    }
    replies.send();
  }

  private void perform(Task task) {
    if (task instanceof Task.Apply apply) {
      applyAll(apply);
    } else if (task instanceof Task.Read read) {
      synchronized (reads) {
        reads.addLast(read);
      }
    } else if (task instanceof Task.Restore restore) {
      restoreFrom(restore);
    } else if (task instanceof Task.Capture capture) {
      captureFor(capture);
    } else if (task instanceof Task.Answer answer) {
      answer.answers.forEach(Runnable::run);
    }
  }

  private void restoreFrom(Task.Restore task) {
    if (failure != null || task.snapshot.index() <= doneIndex) {
      return;
    }
    try (InputStream image = task.store.open(task.snapshot)) {
      if (image != null) {
        restoreFrom(task.snapshot, image);
      }
    } catch (Throwable e) {
      loop.put(new Mail.StorageFailed(task.opening, e));
    }
  }

  private void restoreFrom(Snapshot snapshot, InputStream image) {
    try {
      state.restore(image);
      doneIndex = snapshot.index();
      appliedIndex = Math.max(appliedIndex, doneIndex);
    } catch (Throwable e) {
      failure = new OutcomeUnknownException("this node could not restore " + snapshot);
      loop.put(new Mail.RestoreFailed(snapshot, e));
    }
  }

  private void captureFor(Task.Capture task) {
    if (failure != null) {
      return;
    }
    try {
      loop.put(new Mail.Captured(task.opening, appliedIndex, state.capture(task.withImage), null));
    } catch (Throwable e) {
      loop.put(new Mail.Captured(task.opening, appliedIndex, null, e));
    }
  }

  private void applyAll(Task.Apply task) {
    for (int i = 0; i < task.entries.size(); i++) {
      applyOne(task.entries.get(i), task.waiting == null ? null : task.waiting[i]);
    }
    bytesAhead.addAndGet(-task.bytes);
    if (loopWaits) {
      loopWaits = false;
      loopRunner.wake();
    }
  }

  private void applyOne(Entry entry, Proposal waiting) {
    byte[] response = NOTHING;
    boolean isNext = entry.index() == doneIndex + 1;
    if (failure == null && isNext) {
      response = call(entry);
    }
    if (failure == null && isNext) {
      doneIndex = entry.index();
      lastApplied = entry;
      appliedIndex = Math.max(appliedIndex, doneIndex);
    }
    if (waiting != null) {
      if (failure == null && isNext) {
        waiting.executed(entry.index(), response);
      } else {
        waiting.failed(failure == null ? PASSED_OVER : failure);
      }
    }
  }

  private byte[] call(Entry entry) {
    try {
      return state.apply(entry);
    } catch (Throwable e) {
      failure =
          new OutcomeUnknownException(
              "the state machine threw at index "
                  + entry.index()
                  + " on this node, before it had applied the command: "
                  + e);
      loop.put(new Mail.ApplyFailed(entry.index(), e));
      return NOTHING;
    }
  }

  private void answerReads() {
    for (Task.Read read : takeReads(failure == null ? appliedIndex : Long.MAX_VALUE)) {
      read.requests.forEach(this::answer);
    }
  }

  /** Those that wait for no more than an index. */
  private List<Task.Read> takeReads(long index) {
    synchronized (reads) {
      if (reads.isEmpty()) {
        return List.of();
      }
      List<Task.Read> due = new ArrayList<>();
      reads.removeIf(read -> read.index <= index && due.add(read));
      return due;
    }
  }

  private void answer(ReadRequest<?> request) {
    if (failure == null) {
      if (!request.answer(appliedIndex) && !loop.put(request)) {
        request.failed(new ClosedException("this node is closed", null));
      }
    } else {
      request.failed(new ClosedException(failure.getMessage(), null));
    }
  }

  /** Ends what is still waiting; to be called when nobody polls any more. */
  void close(String reason) {
    if (failure == null) {
      failure = new OutcomeUnknownException(reason);
    }
    tasks.close();
    for (Task task : tasks.take()) {
      perform(task);
    }
    for (Task.Read read : takeReads(Long.MAX_VALUE)) {
      read.requests.forEach(r -> r.failed(new ClosedException(reason, null)));
    }
    replies.send();
  }
}
