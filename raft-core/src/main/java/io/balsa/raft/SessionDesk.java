package io.balsa.raft;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.LongSupplier;

/**
 * Where sessions are dealt with on a node: those of its own service, and what clients elsewhere ask
 * of theirs.
 */
final class SessionDesk {

  /** What became of a command: executed at an index of the log, with an answer. */
  record Answer(long index, byte[] response) {}

  private final Function<byte[], Proposal.Local> proposals;
  private final LongSupplier nanoTime;
  private final List<Session> sessions = new CopyOnWriteArrayList<>();

  /** The first proposes the data of an entry of type SESSION. */
  SessionDesk(Function<byte[], Proposal.Local> proposals, LongSupplier nanoTime) {
    this.proposals = proposals;
    this.nanoTime = nanoTime;
  }

  CompletableFuture<Long> openSession(Duration timeout) {
    return submit(
        new SessionRequest.Open(timeout.toMillis()), a -> SessionAnswer.session(a.response));
  }

  CompletableFuture<Answer> propose(
      long session, long sequence, long answeredBelow, byte[] command) {
    return submit(
        new SessionRequest.Command(session, sequence, answeredBelow, command), answer -> answer);
  }

  CompletableFuture<Void> keepAlive(long session, long answeredBelow) {
    return submit(new SessionRequest.KeepAlive(session, answeredBelow), answer -> null);
  }

  CompletableFuture<Void> closeSession(long session) {
    return submit(new SessionRequest.Close(session), answer -> null);
  }

  private <T> CompletableFuture<T> submit(SessionRequest request, Function<Answer, T> result) {
    CompletableFuture<T> future = new CompletableFuture<>();
    Proposal.Local proposal = proposals.apply(request.toBytes());
    proposal.future.whenComplete(
        (answer, failure) -> {
          if (failure != null) {
            future.completeExceptionally(failure);
            return;
          }
          try {
            Answer told = new Answer(proposal.index(), SessionAnswer.response(answer));
            future.complete(result.apply(told));
          } catch (RaftException e) {
            future.completeExceptionally(e);
          }
        });
    return future;
  }

  // ---- those of the own service

  CompletableFuture<Session> open(Duration timeout, int maxCommandBytes) {
    return openSession(timeout)
        .thenApply(
            id -> {
              Session session =
                  new Session(id, timeout, maxCommandBytes, this, nanoTime.getAsLong());
              sessions.add(session);
              return session;
            });
  }

  void isOver(Session session) {
    sessions.remove(session);
  }

  /** On the event loop, once a tick; what is to be answered is given to others. */
  void tick(Consumer<Runnable> answers) {
    if (!sessions.isEmpty()) {
      long now = nanoTime.getAsLong();
      sessions.forEach(session -> session.tick(now, answers));
    }
  }

  /** No try will be made any more. */
  void close() {
    sessions.forEach(Session::nodeIsClosed);
    sessions.clear();
  }
}
