package io.balsa.raft;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicLong;

/** The sessions of this node's clients. */
final class SessionDesk {
  private final Mailbox<Mail> mailbox;
  private final ByteBudget budget;
  private final AtomicLong lastSession = new AtomicLong();

  /** A command was executed. */
  record Answer(long index, byte[] response) {}

  SessionDesk(Mailbox<Mail> mailbox, ByteBudget budget) {
    this.mailbox = mailbox;
    this.budget = budget;
  }

  CompletableFuture<Long> openSession(Duration timeout) {
    return CompletableFuture.completedFuture(lastSession.incrementAndGet());
  }

  CompletableFuture<Answer> propose(
      long session, long sequence, long answeredBelow, byte[] command) {
    if (!budget.take(Proposal.bytes(command))) {
      return CompletableFuture.failedFuture(new NotExecutedException("too much to do"));
    }
    Proposal.Local proposal = new Proposal.Local(command, budget);
    if (!mailbox.put(proposal)) {
      proposal.failed(new ClosedException("closed", null));
    }
    return proposal.future.thenApply(response -> new Answer(1, response));
  }

  CompletableFuture<Void> keepAlive(long session, long answeredBelow) {
    return CompletableFuture.completedFuture(null);
  }

  CompletableFuture<Void> closeSession(long session) {
    return CompletableFuture.completedFuture(null);
  }
}
