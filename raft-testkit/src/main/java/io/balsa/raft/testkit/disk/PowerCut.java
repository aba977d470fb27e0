package io.balsa.raft.testkit.disk;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.Collections;
import java.util.List;
import java.util.random.RandomGenerator;

/**
 * Draws what survives a power cut. Nothing, everything and a first part of the changes are drawn as
 * often as a wild mixture: they are what code that is wrong trips over.
 */
final class PowerCut {
  private final RandomGenerator random;
  private final Survivors survivors = new Survivors();

  private PowerCut(RandomGenerator random) {
    this.random = random;
  }

  static Survivors draw(Tree tree, RandomGenerator random) {
    PowerCut cut = new PowerCut(random);
    cut.names(tree.unforcedNames());
    for (FileNode file : tree.filesAfterCrash()) {
      if (!file.isClean()) {
        cut.file(file);
      }
    }
    return cut.survivors;
  }

  private void names(List<NameChange> changes) {
    boolean mixture = random.nextBoolean();
    int kept = prefix(changes.size());
    for (int i = 0; i < changes.size(); i++) {
      if (mixture ? random.nextBoolean() : i < kept) {
        survivors.keep(changes.get(i));
      }
    }
  }

  private int prefix(int size) {
    return switch (random.nextInt(3)) {
      case 0 -> 0;
      case 1 -> size;
      default -> random.nextInt(size + 1);
    };
  }

  private void file(FileNode file) {
    List<FileChange> changes = new ArrayList<>();
    file.unforced().forEach(changes::add);
    if (random.nextBoolean()) {
      mix(file, changes);
    } else {
      int kept = prefix(changes.size());
      changes.subList(0, kept).forEach(change -> survivors.keep(file, change, null));
      if (kept < changes.size()) {
        tear(file, changes.get(kept));
      }
    }
    BitSet abandoned = file.abandoned();
    for (int s = abandoned.nextSetBit(0); s >= 0; s = abandoned.nextSetBit(s + 1)) {
      if (random.nextBoolean()) {
        survivors.keepAbandoned(file, s);
      }
    }
    if (random.nextBoolean()) {
      size(file, changes);
    }
  }

  /** Any of the changes in any order, any of them torn. */
  private void mix(FileNode file, List<FileChange> changes) {
    for (int i = changes.size(); i > 1; i--) {
      Collections.swap(changes, i - 1, random.nextInt(i));
    }
    for (FileChange change : changes) {
      int choice = random.nextInt(4);
      if (choice < 2) {
        survivors.keep(file, change, null);
      } else if (choice == 2) {
        tear(file, change);
      }
    }
  }

  private void tear(FileNode file, FileChange change) {
    BitSet sectors = new BitSet();
    for (int s = 0; s < change.sectors(); s++) {
      sectors.set(s, random.nextBoolean());
    }
    survivors.keep(file, change, sectors);
  }

  /** Any size that is not smaller than the smallest that the file had since the last force. */
  private void size(FileNode file, List<FileChange> changes) {
    long low = Math.min(file.durable().size(), file.current().size());
    long high = Math.max(file.durable().size(), file.current().size());
    for (FileChange change : changes) {
      low = change.isResize() ? Math.min(low, change.offset()) : low;
    }
    survivors.resize(file, low + random.nextLong(high - low + 1));
  }
}
