package io.balsa.raft;

import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;

/** A read on its way. */
final class ReadRequest<T> implements Mail {
  final CompletableFuture<T> future = new CompletableFuture<>();
  private final Supplier<T> query;
  long deadline;

  ReadRequest(Supplier<T> query) {
    this.query = query;
  }

  /** Runs the query, on the apply thread; if it throws, that is the answer. */
  void answer() {
    try {
      future.complete(query.get());
    } catch (RuntimeException | Error e) {
      future.completeExceptionally(e);
    }
  }

  void failed(RaftException why) {
    future.completeExceptionally(why);
  }
}
