package io.balsa.raft;

import io.balsa.raft.core.Entry;
import io.balsa.raft.core.LogPosition;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;

/**
 * Proposals that have a place in the log of this node while it leads, in the order of their
 * indexes.
 *
 * <ul>
 *   <li>A proposal is matched with the committed entry at its index only if the entry is of the
 *       term in which it was accepted.
 *   <li>When the node does not lead in that term any more, nobody knows what becomes of the rest.
 * </ul>
 */
final class PendingProposals {
  private static final class Batch {
    final LogPosition first;
    final List<Proposal> proposals;
    int next;

    Batch(LogPosition first, List<Proposal> proposals) {
      this.first = first;
      this.proposals = proposals;
    }

    long nextIndex() {
      return first.index() + next;
    }
  }

  private final Deque<Batch> batches = new ArrayDeque<>();

  void add(LogPosition first, List<Proposal> proposals) {
    batches.addLast(new Batch(first, proposals));
  }

  /**
   * For each of some committed entries who waits for it, or null where nobody does; null if nobody
   * does at all.
   */
  Proposal[] match(List<Entry> committed) {
    if (batches.isEmpty()) {
      return null;
    }
    Proposal[] waiting = new Proposal[committed.size()];
    for (int i = 0; i < waiting.length && !batches.isEmpty(); i++) {
      Entry entry = committed.get(i);
      Batch batch = batches.peekFirst();
      if (batch.nextIndex() == entry.index() && batch.first.term() == entry.term()) {
        waiting[i] = batch.proposals.get(batch.next++);
        if (batch.next == batch.proposals.size()) {
          batches.removeFirst();
        }
      }
    }
    return waiting;
  }

  /** Gives up those that were accepted in other terms than one; 0 for all. */
  void giveUp(long exceptTerm, RaftException why, Answers answers) {
    batches.removeIf(
        batch -> {
          if (batch.first.term() == exceptTerm) {
            return false;
          }
          List<Proposal> rest = batch.proposals.subList(batch.next, batch.proposals.size());
          rest.forEach(p -> answers.failed(p, why));
          return true;
        });
  }
}
