package io.balsa.raft.testkit.disk;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * The choices a power cut has with the unforced changes of a tree, the telling ones first.
 *
 * <ul>
 *   <li>Of few changes every subset; of many the first so many, the last so many, all but one and
 *       one alone.
 *   <li>The last write torn at each of its sectors, with all that was before and with nothing.
 *   <li>Writes that overlap also in the reverse order, and sizes that went to the disk without the
 *       data, and the reverse.
 * </ul>
 */
final class CrashChoices {
  private static final int MOST_SECTORS = 16;

  /**
   * A choice.
   *
   * @param what describes it
   * @param survivors what it leaves
   */
  record Choice(String what, Survivors survivors) {}

  /**
   * A change that was not forced: of a name, of a file, or the sectors that a failed force left.
   */
  private record Pending(long sequence, NameChange name, FileNode file, FileChange change) {
    void keep(Survivors survivors) {
      if (name != null) {
        survivors.keep(name);
      } else if (change != null) {
        survivors.keep(file, change, null);
      } else {
        file.abandoned().stream().forEach(sector -> survivors.keepAbandoned(file, sector));
      }
    }

    boolean isWrite() {
      return change != null && !change.isResize();
    }
  }

  private final List<Pending> pending = new ArrayList<>();
  private final List<Choice> choices = new ArrayList<>();
  private final int most;

  private CrashChoices(Tree tree, int most) {
    this.most = most;
    tree.unforcedNames().forEach(c -> pending.add(new Pending(c.sequence(), c, null, null)));
    for (FileNode file : tree.filesAfterCrash()) {
      file.unforced().forEach(c -> pending.add(new Pending(c.sequence(), null, file, c)));
      if (!file.abandoned().isEmpty()) {
        pending.add(new Pending(0, null, file, null));
      }
    }
    pending.sort(Comparator.comparingLong(Pending::sequence));
  }

  /** At most so many choices, in the same order for the same tree. */
  static List<Choice> of(Tree tree, int most) {
    CrashChoices all = new CrashChoices(tree, most);
    all.subsets();
    all.tornWrites();
    all.reversed();
    all.sizes(tree);
    return all.choices;
  }

  private void add(String what, Survivors survivors) {
    if (choices.size() < most) {
      choices.add(new Choice(what, survivors));
    }
  }

  private Survivors keep(BitSet kept) {
    Survivors survivors = new Survivors();
    kept.stream().forEach(i -> pending.get(i).keep(survivors));
    return survivors;
  }

  private BitSet range(int from, int to) {
    BitSet set = new BitSet();
    set.set(from, to);
    return set;
  }

  private void subsets() {
    int size = pending.size();
    Set<BitSet> subsets = new LinkedHashSet<>();
    subsets.add(range(0, 0));
    subsets.add(range(0, size));
    for (int i = size - 1; i >= 0; i--) {
      BitSet allButOne = range(0, size);
      allButOne.clear(i);
      subsets.add(allButOne);
      subsets.add(range(i, i + 1));
      subsets.add(range(0, i));
      subsets.add(range(i, size));
    }
    if (size < Integer.SIZE - 2 && 1 << size <= most) {
      for (int bits = 0; bits < 1 << size; bits++) {
        subsets.add(BitSet.valueOf(new long[] {bits}));
      }
    }
    // Half of the room is for what follows.
    subsets.stream()
        .limit(Math.max(most / 2, 1L << Math.min(size, 3)))
        .forEach(kept -> add("of " + size + " changes survive " + kept, keep(kept)));
  }

  private void tornWrites() {
    int last = pending.size() - 1;
    while (last >= 0 && !pending.get(last).isWrite()) {
      last--;
    }
    if (last < 0) {
      return;
    }
    int sectors = pending.get(last).change().sectors();
    int step = Math.max(1, sectors / MOST_SECTORS);
    for (int s = 1; s < sectors; s += step) {
      tear(last, range(0, s));
      tear(last, range(s, sectors));
      BitSet hole = range(0, sectors);
      hole.clear(s);
      tear(last, hole);
    }
  }

  private void tear(int last, BitSet sectors) {
    for (int before : new int[] {last, 0}) {
      Survivors survivors = keep(range(0, before));
      survivors.keep(pending.get(last).file(), pending.get(last).change(), sectors);
      add("the last write survives in sectors " + sectors + " after " + before, survivors);
    }
  }

  private void reversed() {
    if (overlapping()) {
      Survivors survivors = new Survivors();
      for (int i = pending.size() - 1; i >= 0; i--) {
        pending.get(i).keep(survivors);
      }
      add("all changes survive in the reverse order", survivors);
    }
  }

  private boolean overlapping() {
    for (int i = 0; i < pending.size(); i++) {
      for (int j = i + 1; j < pending.size(); j++) {
        Pending one = pending.get(i);
        Pending other = pending.get(j);
        if (one.change() != null
            && other.change() != null
            && one.file() == other.file()
            && one.change().overlaps(other.change())) {
          return true;
        }
      }
    }
    return false;
  }

  private void sizes(Tree tree) {
    for (FileNode file : tree.filesAfterCrash()) {
      if (file.current().size() > file.durable().size()) {
        Survivors grown = new Survivors();
        tree.unforcedNames().forEach(grown::keep);
        grown.resize(file, file.current().size());
        add("names survive, and a size without the data", grown);
        Survivors cut = keep(range(0, pending.size()));
        cut.resize(file, file.durable().size());
        add("all survives, but not a size", cut);
      }
    }
  }
}
