package io.balsa.raft.storage;

import io.balsa.raft.core.LogPosition;
import java.util.ArrayList;
import java.util.List;

/**
 * At which segments the log may begin once those before them are given up. Used by one thread.
 *
 * <ul>
 *   <li>A segment is one of them if the entry right before it is still part of the log. One that an
 *       override went back behind is not: what it continues was replaced, and the entries that
 *       replaced it come later.
 *   <li>Ascending by segment and by index. The first is where the log begins now; no override goes
 *       back behind it.
 * </ul>
 *
 * <pre>
 *   segment 1: 1 2 3 | 2: 4 5 6 | 3: 7 5' | 4: 6' 7' …     starts  1 after 0, 2 after 3, 4 after 5'
 * </pre>
 */
final class SegmentStarts {
  private final List<Start> starts = new ArrayList<>();

  /**
   * Where the log may begin.
   *
   * @param segment the number of the segment
   * @param before the position right before its first entry
   */
  record Start(long segment, LogPosition before) {}

  void add(long segment, LogPosition before) {
    starts.add(new Start(segment, before));
  }

  /** An entry replaces the log from an index on. */
  void override(long index) {
    while (starts.get(starts.size() - 1).before().index() >= index) {
      starts.remove(starts.size() - 1);
    }
  }

  Start first() {
    return starts.get(0);
  }

  /** The last start that keeps all entries after an index; the first one if there is no other. */
  Start lastUpTo(long index) {
    int i = starts.size() - 1;
    while (i > 0 && starts.get(i).before().index() > index) {
      i--;
    }
    return starts.get(i);
  }

  /** Forgets those before a start. */
  void dropBefore(Start start) {
    starts.removeIf(other -> other.segment() < start.segment());
  }
}
