package io.balsa.raft.testkit.invariant;

import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;

/**
 * What has ever been seen at each position (index and term) of any log: the hash of the entry and
 * all before it. The entries of one term follow each other, so a term is an array.
 */
final class PrefixHashes {
  private static final class Run {
    long firstIndex;
    long[] prefixes = new long[8];

    Run(long firstIndex) {
      this.firstIndex = firstIndex;
    }

    void makeRoomFor(long index) {
      if (index < firstIndex) {
        int shift = (int) (firstIndex - index);
        long[] moved = new long[prefixes.length + shift];
        System.arraycopy(prefixes, 0, moved, shift, prefixes.length);
        prefixes = moved;
        firstIndex = index;
      } else if (index - firstIndex >= prefixes.length) {
        int needed = (int) (index - firstIndex) + 1;
        prefixes = Arrays.copyOf(prefixes, Math.max(needed, 2 * prefixes.length));
      }
    }
  }

  private final Map<Long, Run> runs = new HashMap<>();
  private long recentTerm;
  private Run recent;

  /** The hash at a position, 0 if nobody has had an entry there. */
  long get(long index, long term) {
    Run run = run(term);
    boolean inside =
        run != null && index >= run.firstIndex && index - run.firstIndex < run.prefixes.length;
    return inside ? run.prefixes[(int) (index - run.firstIndex)] : 0;
  }

  void put(long index, long term, long prefix) {
    Run run = run(term);
    if (run == null) {
      run = new Run(index);
      runs.put(term, run);
      recentTerm = term;
      recent = run;
    }
    run.makeRoomFor(index);
    run.prefixes[(int) (index - run.firstIndex)] = prefix;
  }

  private Run run(long term) {
    if (recent == null || recentTerm != term) {
      recent = runs.get(term);
      recentTerm = term;
    }
    return recent;
  }
}
