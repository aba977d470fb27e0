package io.balsa.raft.testkit.invariant;

import io.balsa.raft.core.Decision;
import io.balsa.raft.core.HardState;
import io.balsa.raft.core.Member;
import io.balsa.raft.core.Message.AppendEntries;
import io.balsa.raft.core.NodeId;
import io.balsa.raft.core.RaftView;
import java.util.HashMap;
import java.util.Map;

/**
 * "currentTerm: increases monotonically; commitIndex: increases monotonically; lastApplied:
 * increases monotonically." (dissertation figure 3.1; the last is a part of {@link
 * StateMachineSafety})
 *
 * <ul>
 *   <li>The term on disk never falls, not across lives either.
 *   <li>Within a life neither the term nor the commit index falls, nothing that is committed is
 *       removed, and what is persisted falls only when it is removed from the log.
 *   <li>What a leader takes for the match index of a follower never falls in its term; each of its
 *       heartbeats tells. A change of the configuration may put another node in the place of one,
 *       and one whose incarnation the configuration does not say may be another at any time.
 *   <li>Neither what is committed nor what is persisted is behind the end of the log.
 * </ul>
 */
final class Monotonic implements Invariant {
  private static final String NAME = "Monotonic";

  private static final class Life {
    long savedTerm;
    long term;
    long commitIndex;
    long persistedIndex;
    long token;
    long matchTerm;
    final Map<NodeId, Long> matches = new HashMap<>();
  }

  private final Map<NodeId, Life> lives = new HashMap<>();

  @Override
  public void observe(Observation observation) {
    if (observation instanceof Observation.Decided o) {
      onDecided(life(o.node()), o);
    } else if (observation instanceof Observation.HardStateSaved o) {
      onSaved(life(o.node()), o.node(), o.hardState());
    } else if (observation instanceof Observation.Wiped o) {
      lives.remove(o.node());
    } else if (observation instanceof Observation.Started o) {
      Life life = life(o.node());
      onSaved(life, o.node(), o.hardState());
      life.term = o.hardState().term();
      life.commitIndex = o.commitIndex();
      life.persistedIndex = o.lastIndex();
      life.token = 0;
      life.matches.clear();
    }
  }

  private static void onSaved(Life life, NodeId node, HardState hardState) {
    life.savedTerm = risen("term on disk", node, life.savedTerm, hardState.term());
  }

  private static void onDecided(Life life, Observation.Decided o) {
    NodeId node = o.node();
    RaftView after = o.after();
    life.term = risen("term", node, life.term, after.term());
    if (o.decision() instanceof Decision.Committed d) {
      life.commitIndex = risen("commit index", node, life.commitIndex, d.index());
    } else if (o.decision() instanceof Decision.Persisted d) {
      life.token = risen("token of what is persisted", node, life.token, d.token());
      life.persistedIndex = risen("persisted index", node, life.persistedIndex, d.index());
    } else if (o.decision() instanceof Decision.Installed d) {
      life.persistedIndex = Math.min(life.persistedIndex, life.commitIndex);
      life.commitIndex = risen("commit index", node, life.commitIndex, d.snapshot().index());
    } else if (o.decision() instanceof Decision.Truncated d) {
      if (d.first().index() <= life.commitIndex) {
        throw new Violated(
            NAME, node + " removes " + d.first() + " and has committed up to " + life.commitIndex);
      }
      life.persistedIndex = Math.min(life.persistedIndex, d.first().index() - 1);
    } else if (o.decision() instanceof Decision.Reconfigured) {
      life.matches.clear();
    } else if (o.decision() instanceof Decision.Sent d
        && d.message() instanceof AppendEntries m
        && d.lastIndex() == m.previous().index()
        && isKnown(after.configuration().member(d.to()))) {
      onHeartbeat(life, node, d.to(), m);
    }
    risen("commit index at the end of the step", node, life.commitIndex, after.commitIndex());
    if (Math.max(after.commitIndex(), after.persistedIndex()) > after.last().index()) {
      throw new Violated(
          NAME,
          node
              + " has committed up to "
              + after.commitIndex()
              + " and persisted up to "
              + after.persistedIndex()
              + " of a log that ends at "
              + after.last());
    }
  }

  private static boolean isKnown(Member follower) {
    return follower != null && follower.incarnation() != null;
  }

  private static void onHeartbeat(Life life, NodeId node, NodeId to, AppendEntries heartbeat) {
    if (heartbeat.term() != life.matchTerm) {
      life.matchTerm = heartbeat.term();
      life.matches.clear();
    }
    long before = life.matches.getOrDefault(to, 0L);
    String what = "match index of " + to + " in the eyes";
    life.matches.put(to, risen(what, node, before, heartbeat.previous().index()));
  }

  private static long risen(String what, NodeId node, long before, long now) {
    if (now < before) {
      throw new Violated(
          NAME, "the " + what + " of " + node + " fell from " + before + " to " + now);
    }
    return now;
  }

  private Life life(NodeId id) {
    return lives.computeIfAbsent(id, node -> new Life());
  }
}
