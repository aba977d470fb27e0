package io.balsa.raft;

import io.balsa.raft.core.NodeId;
import java.util.concurrent.CompletableFuture;

/**
 * A demand on its way to the leader, and who waits for it to be met.
 *
 * <ul>
 *   <li>It is answered exactly once, by one of the three methods.
 * </ul>
 */
abstract class Order {
  final Demand demand;

  Order(Demand demand) {
    this.demand = demand;
  }

  abstract void done();

  /** Nothing was changed. */
  abstract void refused(String reason);

  /** Nobody knows. */
  abstract void undecided(String reason);

  /** Made on this node. */
  static final class Local extends Order implements Mail {
    final CompletableFuture<Void> future = new CompletableFuture<>();

    Local(Demand demand) {
      super(demand);
    }

    @Override
    void done() {
      future.complete(null);
    }

    @Override
    void refused(String reason) {
      future.completeExceptionally(new NotExecutedException(reason));
    }

    @Override
    void undecided(String reason) {
      future.completeExceptionally(new OutcomeUnknownException(reason));
    }

    void closed(RaftException why) {
      future.completeExceptionally(why);
    }
  }

  /** Made on another node and passed on to this one. */
  static final class Forwarded extends Order {
    private static final byte[] NOTHING = {};

    private final NodeId origin;
    private final long id;
    private final Replies replies;

    Forwarded(Demand demand, NodeId origin, long id, Replies replies) {
      super(demand);
      this.origin = origin;
      this.id = id;
      this.replies = replies;
    }

    @Override
    void done() {
      replies.add(origin, Packet.Outcome.executed(id, 0, NOTHING));
    }

    @Override
    void refused(String reason) {
      replies.add(origin, Packet.Outcome.refused(id, reason));
    }

    @Override
    void undecided(String reason) {
      replies.add(origin, Packet.Outcome.unknown(id));
    }
  }
}
