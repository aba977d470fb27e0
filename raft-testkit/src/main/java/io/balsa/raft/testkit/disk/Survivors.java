package io.balsa.raft.testkit.disk;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What of all that was not forced is there after a power cut. Knows files by their ids and changes
 * by their sequence, so that it fits every copy of the disk that it was made for.
 */
final class Survivors {
  /**
   * A change that survived.
   *
   * @param change which one
   * @param sectors those of its sectors that survived, from 0; null for all
   */
  record Part(FileChange change, BitSet sectors) {}

  private final Set<Long> names = new HashSet<>();
  private final Map<Long, List<Part>> parts = new HashMap<>();
  private final Map<Long, BitSet> abandoned = new HashMap<>();
  private final Map<Long, Long> sizes = new HashMap<>();

  void keep(NameChange change) {
    names.add(change.sequence());
  }

  /** The parts of a file are put there in the order in which they were kept. */
  void keep(FileNode file, FileChange change, BitSet sectors) {
    parts.computeIfAbsent(file.id(), id -> new ArrayList<>()).add(new Part(change, sectors));
  }

  void keepAbandoned(FileNode file, int sector) {
    abandoned.computeIfAbsent(file.id(), id -> new BitSet()).set(sector);
  }

  void resize(FileNode file, long size) {
    sizes.put(file.id(), size);
  }

  boolean keeps(NameChange change) {
    return names.contains(change.sequence());
  }

  List<Part> parts(long file) {
    return parts.getOrDefault(file, List.of());
  }

  BitSet abandoned(long file) {
    return abandoned.getOrDefault(file, new BitSet());
  }

  long size(long file, long natural) {
    return sizes.getOrDefault(file, natural);
  }
}
