package io.balsa.raft;

import io.balsa.raft.core.EntryType;
import io.balsa.raft.core.NodeId;
import java.util.concurrent.CompletableFuture;

/**
 * A command on its way, and who waits for it.
 *
 * <ul>
 *   <li>It is answered exactly once, on whatever thread knows the answer.
 *   <li>Its bytes were taken from the budget before it was made, and are given back when it is
 *       answered.
 * </ul>
 */
abstract class Proposal {
  /** What a proposal costs besides its command. */
  private static final int OVERHEAD = 128;

  /** COMMAND, or SESSION for a {@link SessionRequest}. */
  final EntryType type;

  final byte[] command;
  private final ByteBudget budget;

  Proposal(EntryType type, byte[] command, ByteBudget budget) {
    this.type = type;
    this.command = command;
    this.budget = budget;
  }

  static long bytes(byte[] command) {
    return command.length + OVERHEAD;
  }

  /** Committed at an index of the log, and applied. */
  final void executed(long index, byte[] response) {
    budget.giveBack(bytes(command));
    answer(index, response);
  }

  final void failed(RaftException why) {
    budget.giveBack(bytes(command));
    answer(why);
  }

  abstract void answer(long index, byte[] response);

  abstract void answer(RaftException why);

  /** Proposed on this node. */
  static final class Local extends Proposal implements Mail {
    final CompletableFuture<byte[]> future = new CompletableFuture<>();
    private final Seen seen;
    long deadline;
    private long executedAt;

    Local(EntryType type, byte[] command, ByteBudget budget, Seen seen) {
      super(type, command, budget);
      this.seen = seen;
    }

    @Override
    void answer(long index, byte[] response) {
      executedAt = index;
      seen.upTo(index);
      future.complete(response);
    }

    @Override
    void answer(RaftException why) {
      future.completeExceptionally(why);
    }

    /** The index in the log, once the future is complete. */
    long index() {
      return executedAt;
    }
  }

  /** Proposed on another node and passed on to this one. */
  static final class Forwarded extends Proposal {
    private final NodeId origin;
    private final long id;
    private final Replies replies;

    Forwarded(NodeId origin, Packet.Proposal proposal, ByteBudget budget, Replies replies) {
      super(proposal.type(), proposal.command(), budget);
      this.origin = origin;
      id = proposal.id();
      this.replies = replies;
    }

    @Override
    void answer(long index, byte[] response) {
      replies.executed(origin, id, index, response);
    }

    @Override
    void answer(RaftException why) {
      boolean unknown = why instanceof OutcomeUnknownException;
      replies.add(origin, unknown ? Packet.Outcome.unknown(id) : Packet.Outcome.busy(id));
    }
  }
}
