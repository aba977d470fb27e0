package io.balsa.raft.core;

import java.util.Map;
import java.util.TreeMap;

/**
 * {@code C_new} is committed, and those who may leave are told so (section 4.2.2), so that they
 * stop campaigning. If the leader is one of them, those who stay are told too, before it goes.
 *
 * <ul>
 *   <li>Those who leave still get entries, from a progress that nobody counts.
 *   <li>A node knows when it has acknowledged a round that began after it had {@code C_new}.
 *   <li>After a few election timeouts nobody is waited for any more.
 * </ul>
 */
final class Announcement {
  private static final int PATIENCE = 3;

  private final long index;
  private final long since;
  private final Map<NodeId, Progress> leaving = new TreeMap<>();
  private final Map<NodeId, Long> toldIn = new TreeMap<>();

  /** Of a configuration at an index, to all who are followed but are not in it. */
  Announcement(long index, long now, Configuration configuration, Map<NodeId, Progress> followed) {
    this.index = index;
    since = now;
    leaving.putAll(followed);
    configuration.members().forEach(m -> leaving.remove(m.id()));
  }

  long index() {
    return index;
  }

  Map<NodeId, Progress> leaving() {
    return leaving;
  }

  /** What is sent in this round says that the configuration is committed, to those who have it. */
  void roundStarts(long round, Map<NodeId, Progress> staying) {
    roundStartsFor(staying, round);
    roundStartsFor(leaving, round);
  }

  private void roundStartsFor(Map<NodeId, Progress> followed, long round) {
    followed.forEach(
        (id, p) -> {
          if (p.matchIndex() >= index) {
            toldIn.putIfAbsent(id, round);
          }
        });
  }

  boolean isKnownTo(NodeId id, Progress p) {
    Long round = toldIn.get(id);
    return round != null && p != null && p.ackedRound() >= round;
  }

  void letGo() {
    leaving.entrySet().removeIf(e -> isKnownTo(e.getKey(), e.getValue()));
  }

  boolean isOverdue(long now, RaftOptions options) {
    return now - since >= (long) PATIENCE * options.electionTicks();
  }
}
