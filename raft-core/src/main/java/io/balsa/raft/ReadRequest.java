package io.balsa.raft;

import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;

/**
 * A read on its way. Like a proposal it has taken bytes from the budget, and gives them back when
 * it is answered, which happens once.
 */
final class ReadRequest<T> implements Mail {
  /** What a read costs in memory until it is answered, about. */
  static final long BYTES = 256;

  final CompletableFuture<T> future = new CompletableFuture<>();
  private final Supplier<T> query;
  private final ByteBudget budget;
  long deadline;

  ReadRequest(Supplier<T> query, ByteBudget budget) {
    this.query = query;
    this.budget = budget;
  }

  /** Runs the query, on the apply thread; if it throws, that is the answer. */
  void answer() {
    budget.giveBack(BYTES);
    try {
      future.complete(query.get());
    } catch (RuntimeException | Error e) {
      future.completeExceptionally(e);
    }
  }

  void failed(RaftException why) {
    budget.giveBack(BYTES);
    future.completeExceptionally(why);
  }
}
