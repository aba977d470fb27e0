package io.balsa.raft.testkit.simulation;

import io.balsa.raft.Limits;
import io.balsa.raft.NodeStatus;
import io.balsa.raft.Packet;
import io.balsa.raft.core.Decision;
import io.balsa.raft.core.Entry;
import io.balsa.raft.core.Member;
import io.balsa.raft.core.Message;
import io.balsa.raft.core.Message.AppendEntries;
import io.balsa.raft.core.Message.AppendEntriesAccepted;
import io.balsa.raft.core.Message.AppendEntriesRejected;
import io.balsa.raft.core.NodeId;
import io.balsa.raft.core.RaftView;
import io.balsa.raft.testkit.invariant.Observation;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.function.ToLongFunction;

/**
 * What a process holds for others, looked at whenever it may have become more: after each turn of
 * its event loop, and whenever it sends.
 *
 * <ul>
 *   <li>What is on its way to a follower is counted by what is said and heard, not by what the
 *       leader believes. After a rejection it may begin anew; and if a message does not follow the
 *       one before, it has given that up.
 * </ul>
 */
final class Queues {
  /** A round there and back for less than this would be a waste, however small a batch is. */
  private static final long SMALLEST_PIECE = 64;

  private final NodeId id;
  private final Limits limits;
  private final Consumer<Observation> observer;

  /** The last indexes of the messages that a follower has not acknowledged, in one term. */
  private final Map<NodeId, Deque<Long>> underWay = new TreeMap<>();

  private long term;
  private NodeStatus last;

  Queues(NodeId id, Limits limits, Consumer<Observation> observer) {
    this.id = id;
    this.limits = limits;
    this.observer = observer;
  }

  private void holds(String queue, long amount, long limit) {
    observer.accept(new Observation.Filled(id, queue, amount, limit));
  }

  /** The event loop has had a turn, perhaps; then there is another status. */
  void look(NodeStatus status) {
    if (status != last) {
      last = status;
      holds("waiting requests", status.waitingBytes(), limits.proposedBytes());
      long oneBatch = Math.max(limits.batchBytes(), limits.commandBytes() + Entry.OVERHEAD);
      holds("state machine", status.applyingBytes(), limits.applyBytes() + oneBatch);
    }
  }

  void sends(Packet packet) {
    if (packet instanceof Packet.Raft raft && raft.message() instanceof AppendEntries append) {
      isOneBatch("entries of a message", append.entries(), Entry::size);
    } else if (packet instanceof Packet.Proposals passedOn) {
      isOneBatch("proposals passed on together", passedOn.proposals(), Packet.Proposal::size);
    } else if (packet instanceof Packet.Outcomes told) {
      isOneBatch("outcomes told together", told.outcomes(), Packet.Outcome::size);
    } else if (packet instanceof Packet.SnapshotPiece piece) {
      long most = Math.max(SMALLEST_PIECE, limits.batchBytes());
      holds("piece of a snapshot", piece.bytes().length, most);
    }
  }

  /** A transport drops what is too large for it; only what can't be divided may be large. */
  private <T> void isOneBatch(String what, List<T> items, ToLongFunction<T> size) {
    long bytes = items.size() < 2 ? 0 : items.stream().mapToLong(size).sum();
    holds(what, bytes, limits.batchBytes());
  }

  void decided(Decision decision, RaftView view) {
    if (decision instanceof Decision.Sent s && s.message() instanceof AppendEntries m) {
      if (s.lastIndex() > m.previous().index() && isKnown(view.configuration().member(s.to()))) {
        sent(s.to(), m, s.lastIndex());
      }
    } else if (decision instanceof Decision.Heard h && h.message().term() == term) {
      heard(h.from(), h.message());
    } else if (decision instanceof Decision.Reconfigured) {
      underWay.clear(); // a node may have come in the place of another one of its name
    }
  }

  /**
   * Else it may be another node whenever it is met, and what was sent to the one before is lost.
   */
  private static boolean isKnown(Member follower) {
    return follower == null || follower.incarnation() != null;
  }

  private void sent(NodeId to, AppendEntries message, long lastIndex) {
    if (message.term() != term) {
      term = message.term();
      underWay.clear();
    }
    Deque<Long> messages = underWay.computeIfAbsent(to, follower -> new ArrayDeque<>());
    if (!messages.isEmpty() && messages.peekLast() != message.previous().index()) {
      messages.clear();
    }
    messages.addLast(lastIndex);
    holds("messages to " + to, messages.size(), limits.messagesInFlight());
  }

  private void heard(NodeId from, Message message) {
    Deque<Long> messages = underWay.getOrDefault(from, new ArrayDeque<>());
    if (message instanceof AppendEntriesAccepted m) {
      while (!messages.isEmpty() && messages.peekFirst() <= m.matchIndex()) {
        messages.removeFirst();
      }
    } else if (message instanceof AppendEntriesRejected) {
      messages.clear();
    }
  }
}
