package io.balsa.raft;

import io.balsa.raft.core.RaftOptions;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.NavigableSet;
import java.util.Queue;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;

/**
 * A session of this service with the cluster: what is proposed in it is executed exactly once
 * (section 6.3), though it may have to be tried again because a leader or a message was lost.
 *
 * <p>It lives in the replicated state, and so outlives leaders and restarts of other nodes, but not
 * this object: a service that was restarted opens another one. It keeps itself alive as long as
 * this node reaches the cluster once in a while; close it when it is not needed any more.
 *
 * <p>Thread-safe; no method blocks. Commands that are under way at the same time may be executed in
 * any order.
 */
public final class Session implements AutoCloseable {
  /** How often a command is tried; each try waits for a leader by itself. */
  private static final int TRIES = 5;

  /** For how many ticks this node may refuse to try a command again; ten election timeouts. */
  private static final int REFUSALS = 10 * RaftOptions.defaults().electionTicks();

  /** So many signs of life go into a timeout. */
  private static final int SIGNS = 3;

  /** A command on its way. */
  private static final class Attempt {
    final long sequence;
    final byte[] command;
    final CompletableFuture<byte[]> future = new CompletableFuture<>();
    int tries = 1;
    int refusals;
    boolean uncertain;

    Attempt(long sequence, byte[] command) {
      this.sequence = sequence;
      this.command = command;
    }
  }

  private final long id;
  private final long signNanos;
  private final int maxCommandBytes;
  private final SessionDesk desk;
  private final NavigableSet<Long> unanswered = new TreeSet<>();
  private final Queue<Attempt> toBeTriedAgain = new ArrayDeque<>();
  private long nextSequence = 1;
  private long heardAt;
  private RaftException over;

  Session(long id, Duration timeout, int maxCommandBytes, SessionDesk desk, long now) {
    this.id = id;
    this.maxCommandBytes = maxCommandBytes;
    this.desk = desk;
    signNanos = timeout.toNanos() / SIGNS;
    heardAt = now;
  }

  /**
   * The number of the session in the cluster.
   *
   * @return the index at which it was opened
   */
  public long id() {
    return id;
  }

  /**
   * Proposes a command that is executed once, however often it has to be tried.
   *
   * @param command at least one byte, and at most what {@link RaftNode#maxCommandBytes()} says less
   *     33; copied
   * @return the state machine's answer. Else a {@link NotExecutedException} (too much to do, or no
   *     leader within ten election timeouts), an {@link OutcomeUnknownException} (still no answer
   *     after five tries, or too much to do for another one within ten election timeouts), a {@link
   *     SessionLostException}, an {@link AnswerLostException}, or a {@link ClosedException}.
   * @throws IllegalArgumentException if the command is empty or too large
   */
  public CompletableFuture<byte[]> propose(byte[] command) {
    if (command.length == 0 || command.length > maxCommandBytes) {
      throw new IllegalArgumentException(
          ("a command of a session has 1 to " + maxCommandBytes)
              + (" bytes, this one has " + command.length));
    }
    Attempt attempt;
    synchronized (this) {
      if (over != null) {
        return CompletableFuture.failedFuture(over);
      }
      if (nextSequence >= answeredBelow() + SessionTable.WINDOW) {
        return CompletableFuture.failedFuture(
            new NotExecutedException(
                ("more than " + SessionTable.WINDOW)
                    + (" commands of session " + id + " wait for their answers")));
      }
      attempt = new Attempt(nextSequence++, command.clone());
      unanswered.add(attempt.sequence);
    }
    send(attempt).whenComplete((answer, failure) -> settle(attempt, answer, failure));
    return attempt.future;
  }

  private long answeredBelow() {
    return unanswered.isEmpty() ? nextSequence : unanswered.first();
  }

  private CompletableFuture<SessionDesk.Answer> send(Attempt attempt) {
    long below;
    synchronized (this) {
      below = answeredBelow();
    }
    return desk.propose(id, attempt.sequence, below, attempt.command);
  }

  private void settle(Attempt attempt, SessionDesk.Answer answer, Throwable failure) {
    if (failure instanceof OutcomeUnknownException) {
      attempt.uncertain = true;
    }
    if (failure instanceof SessionLostException lost) {
      end(lost);
    }
    boolean again =
        attempt.uncertain
            && (failure instanceof OutcomeUnknownException
                || failure instanceof NotExecutedException);
    boolean patient = attempt.tries < TRIES && attempt.refusals < REFUSALS;
    if (again && patient && waits(attempt)) {
      return;
    }
    finish(attempt, answer, failure);
  }

  private synchronized boolean waits(Attempt attempt) {
    return over == null && toBeTriedAgain.add(attempt);
  }

  /** What may be in the log is not said to be not executed. */
  private void finish(Attempt attempt, SessionDesk.Answer answer, Throwable failure) {
    synchronized (this) {
      unanswered.remove(attempt.sequence);
    }
    if (failure == null) {
      attempt.future.complete(answer.response());
    } else if (attempt.uncertain
        && (failure instanceof NotExecutedException || failure instanceof ClosedException)) {
      attempt.future.completeExceptionally(
          new OutcomeUnknownException(
              "an earlier try may have been executed; the last one: " + failure.getMessage()));
    } else {
      attempt.future.completeExceptionally(failure);
    }
  }

  /**
   * On the event loop: tries again what is to be, and gives a sign of life when one is due. What is
   * put back meanwhile is the next tick's.
   */
  void tick(long now, Consumer<Runnable> answers) {
    for (int left = countToBeTriedAgain(); left > 0; left--) {
      Attempt attempt = next();
      if (attempt != null) {
        tryAgain(attempt, now, answers);
      }
    }
    if (now - heardAt >= signNanos) {
      heardAt = now;
      long below;
      synchronized (this) {
        below = answeredBelow();
      }
      desk.keepAlive(id, below).whenComplete((done, failure) -> aliveOr(failure));
    }
  }

  /** The event loop has not answered yet what it has just got: what is done already was refused. */
  private void tryAgain(Attempt attempt, long now, Consumer<Runnable> answers) {
    CompletableFuture<SessionDesk.Answer> sent = send(attempt);
    Runnable settleIt =
        () -> sent.whenComplete((answer, failure) -> settle(attempt, answer, failure));
    if (sent.isDone()) {
      attempt.refusals++;
      answers.accept(settleIt);
    } else {
      attempt.tries++;
      heardAt = now;
      settleIt.run();
    }
  }

  private synchronized int countToBeTriedAgain() {
    return toBeTriedAgain.size();
  }

  private synchronized Attempt next() {
    return toBeTriedAgain.poll();
  }

  private void aliveOr(Throwable failure) {
    if (failure instanceof SessionLostException lost) {
      end(lost);
    }
  }

  private void end(RaftException why) {
    synchronized (this) {
      if (over != null) {
        return;
      }
      over = why;
    }
    desk.isOver(this);
    giveUpWaiting(why);
  }

  private void giveUpWaiting(RaftException why) {
    Attempt attempt;
    while ((attempt = next()) != null) {
      finish(attempt, null, why);
    }
  }

  void nodeIsClosed() {
    ClosedException why = new ClosedException("the node of session " + id + " is closed", null);
    synchronized (this) {
      over = over == null ? why : over;
    }
    giveUpWaiting(why);
  }

  /**
   * Ends the session: what is under way still gets its answer, nothing more may be proposed. The
   * cluster forgets it now or, if it can't be told, when its timeout is over.
   */
  @Override
  public void close() {
    ClosedException why = new ClosedException("session " + id + " is closed", null);
    boolean wasOpen;
    synchronized (this) {
      wasOpen = over == null;
    }
    end(why);
    if (wasOpen) {
      desk.closeSession(id);
    }
  }
}
