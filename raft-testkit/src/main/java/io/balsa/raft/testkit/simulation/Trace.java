package io.balsa.raft.testkit.simulation;

import io.balsa.raft.core.Decision;
import io.balsa.raft.core.NodeId;
import io.balsa.raft.core.RaftView;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;

/**
 * What happened, for those who must understand a failure: the last decisions of each node, a hash
 * of all of them, and if wanted every one as a line of text.
 */
final class Trace {
  private static final int KEPT = 15;

  private record Line(long at, Object what, long term, Object role, Object last, long commitIndex) {
    @Override
    public String toString() {
      String when = String.format("%12.6f s", at / 1e9);
      return term < 0
          ? when + "  " + what
          : when + "  " + what + "  | " + role + " " + last + " commit " + commitIndex;
    }
  }

  private final Timeline timeline;
  private final Consumer<String> lines;
  private final Map<NodeId, Deque<Line>> last = new TreeMap<>();
  private long hash = 17;

  /**
   * A trace.
   *
   * @param lines gets every line, or null
   */
  Trace(Timeline timeline, Consumer<String> lines) {
    this.timeline = timeline;
    this.lines = lines;
  }

  void decided(NodeId node, Decision decision, RaftView view) {
    mix(node.hashCode());
    mix(decision.getClass().getSimpleName().hashCode());
    mix(view.term());
    mix(view.last().index());
    mix(view.commitIndex());
    add(
        node,
        new Line(
            timeline.now(), decision, view.term(), view.role(), view.last(), view.commitIndex()));
  }

  void note(NodeId node, String text) {
    mix(text.hashCode());
    add(node, new Line(timeline.now(), text, -1, null, null, 0));
  }

  /** Is not kept for the end: where states differ first is seen in all lines or not at all. */
  void applied(NodeId node, long index, long stateHash) {
    mix(stateHash);
    if (lines != null) {
      String what = "applied " + index + ", hash " + Long.toHexString(stateHash);
      lines.accept(node + " " + new Line(timeline.now(), what, -1, null, null, 0));
    }
  }

  private void mix(long number) {
    hash = (hash ^ number) * 0x9E3779B97F4A7C15L;
    hash ^= hash >>> 29;
  }

  private void add(NodeId node, Line line) {
    mix(line.at);
    Deque<Line> kept = last.computeIfAbsent(node, id -> new ArrayDeque<>());
    if (kept.size() == KEPT) {
      kept.removeFirst();
    }
    kept.addLast(line);
    if (lines != null) {
      lines.accept(node + " " + line);
    }
  }

  long hash() {
    return hash;
  }

  /** The last decisions of each node. */
  @Override
  public String toString() {
    StringBuilder s = new StringBuilder();
    last.forEach(
        (node, kept) -> {
          s.append(node).append(":\n");
          kept.forEach(line -> s.append("  ").append(line).append('\n'));
        });
    return s.toString();
  }
}
