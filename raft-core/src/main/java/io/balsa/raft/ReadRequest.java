package io.balsa.raft;

import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;

/**
 * A read on its way.
 *
 * <ul>
 *   <li>Like a proposal it has taken bytes from the budget, and gives them back when it is
 *       answered, which happens once.
 *   <li>If what vouched for its value is over when the value is there, the value is thrown away,
 *       and the next one a quorum vouches for.
 * </ul>
 */
abstract sealed class ReadRequest<T> implements Mail {
  /** What a read costs in memory until it is answered, about. */
  static final long BYTES = 256;

  final CompletableFuture<T> future = new CompletableFuture<>();
  private final ByteBudget budget;
  private final Seen seen;
  private boolean strict;
  long deadline;

  ReadRequest(ByteBudget budget, Seen seen) {
    this.budget = budget;
    this.seen = seen;
  }

  /** Nothing but the word of a quorum will do, from now on. */
  void beStrict() {
    strict = true;
  }

  boolean isStrict() {
    return strict;
  }

  /**
   * Runs the query, on the apply thread; if it throws, that is the answer. Returns false if there
   * is none, since a quorum has to be asked first.
   */
  boolean answer(long appliedIndex) {
    T result = null;
    boolean stands = stands(appliedIndex);
    try {
      if (stands) {
        result = result(appliedIndex);
      }
    } catch (Throwable e) {
      budget.giveBack(BYTES);
      future.completeExceptionally(e);
      return true;
    }
    if (!stands || !stands(appliedIndex)) {
      strict = true;
      return false;
    }
    seen.upTo(appliedIndex);
    budget.giveBack(BYTES);
    future.complete(result);
    return true;
  }

  abstract T result(long appliedIndex);

  private boolean stands(long appliedIndex) {
    return strict || isVouchedFor(appliedIndex);
  }

  /** Whether what vouches for a result does so now; asked before the query and after it. */
  boolean isVouchedFor(long appliedIndex) {
    return true;
  }

  void failed(RaftException why) {
    budget.giveBack(BYTES);
    future.completeExceptionally(why);
  }

  /** Of everything that was answered before it was asked (section 6.4). */
  static final class Linearizable<T> extends ReadRequest<T> {
    private final Supplier<T> query;

    Linearizable(Supplier<T> query, ByteBudget budget, Seen seen) {
      super(budget, seen);
      this.query = query;
      beStrict();
    }

    @Override
    T result(long appliedIndex) {
      return query.get();
    }
  }

  /** The same, but the leader's lease may vouch for it (section 6.4.1). */
  static final class ByLease<T> extends ReadRequest<T> {
    private final Supplier<T> query;

    /** That of this node if it is what vouches, else null. */
    private Lease lease;

    ByLease(Supplier<T> query, ByteBudget budget, Seen seen) {
      super(budget, seen);
      this.query = query;
    }

    void vouchedForBy(Lease newLease) {
      lease = newLease;
    }

    @Override
    T result(long appliedIndex) {
      return query.get();
    }

    @Override
    boolean isVouchedFor(long appliedIndex) {
      return lease == null || lease.holds();
    }
  }

  /** Of what is here, if that is not too old. */
  static final class Stale<T> extends ReadRequest<StaleRead<T>> {
    final Staleness bound;
    private final Supplier<T> query;
    private final Freshness freshness;

    Stale(Staleness bound, Supplier<T> query, Freshness freshness, ByteBudget budget, Seen seen) {
      super(budget, seen);
      this.bound = bound;
      this.query = query;
      this.freshness = freshness;
    }

    @Override
    StaleRead<T> result(long appliedIndex) {
      return freshness.describe(query.get(), appliedIndex);
    }

    @Override
    boolean isVouchedFor(long appliedIndex) {
      return bound.allowsAge(freshness.age(appliedIndex));
    }
  }

  /** Of a state that has applied an index. */
  static final class After<T> extends ReadRequest<T> {
    final long index;
    private final Supplier<T> query;

    After(long index, Supplier<T> query, ByteBudget budget, Seen seen) {
      super(budget, seen);
      this.index = index;
      this.query = query;
    }

    @Override
    T result(long appliedIndex) {
      return query.get();
    }
  }
}
