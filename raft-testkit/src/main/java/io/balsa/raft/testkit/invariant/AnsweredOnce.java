package io.balsa.raft.testkit.invariant;

import io.balsa.raft.core.NodeId;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Each client gets one answer, or the news that there will be none: never two, and never silence
 * (dissertation section 6.3, of sessions).
 *
 * <p>What a process has not answered when it is killed dies with it.
 */
final class AnsweredOnce implements Invariant {
  private static final String NAME = "Answered Once";

  private final Map<NodeId, Set<Long>> open = new HashMap<>();

  @Override
  public void observe(Observation observation) {
    if (observation instanceof Observation.Asked o) {
      if (!open(o.node()).add(o.request())) {
        throw new Violated(NAME, o.node() + " is asked " + o.request() + " twice");
      }
    } else if (observation instanceof Observation.Answered o) {
      if (!open(o.node()).remove(o.request())) {
        throw new Violated(
            NAME,
            o.node() + " answers " + o.request() + ", which was answered before or never asked");
      }
    } else if (observation instanceof Observation.Killed o) {
      open(o.node()).clear();
    }
  }

  /** To be called when everything has come to rest. */
  void allAnswered() {
    Map<NodeId, Set<Long>> unanswered = new TreeMap<>(open);
    unanswered.values().removeIf(Set::isEmpty);
    if (!unanswered.isEmpty()) {
      throw new Violated(NAME, "never answered: " + unanswered);
    }
  }

  private Set<Long> open(NodeId id) {
    return open.computeIfAbsent(id, node -> new TreeSet<>());
  }
}
