package io.balsa.raft.testkit.disk;

import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.BitSet;
import java.util.Deque;
import java.util.function.Consumer;

/**
 * A file: what a process reads, and what a power cut can't take away.
 *
 * <ul>
 *   <li>{@code current} is {@code durable} with the unforced changes made in order and with the
 *       abandoned sectors.
 *   <li>An abandoned sector is one whose force failed: it counts as clean, and no force makes it
 *       durable until it is written again.
 *   <li>A change that waits for long is written back, as systems do.
 * </ul>
 */
final class FileNode extends Node {
  static final int SECTOR = 512;
  private static final int MOST_UNFORCED = 4096;

  private Pages current = new Pages();
  private Pages durable = new Pages();
  private final Deque<FileChange> unforced = new ArrayDeque<>();
  private final BitSet abandoned = new BitSet();
  private boolean named;

  FileNode(long id) {
    super(id);
  }

  FileNode copy() {
    FileNode copy = new FileNode(id());
    copy.current = current.copy();
    copy.durable = durable.copy();
    copy.unforced.addAll(unforced);
    copy.abandoned.or(abandoned);
    copy.named = named;
    return copy;
  }

  Pages current() {
    return current;
  }

  Pages durable() {
    return durable;
  }

  Iterable<FileChange> unforced() {
    return unforced;
  }

  BitSet abandoned() {
    return abandoned;
  }

  /** Whether it has a name at the moment; without one it lives until it is closed. */
  boolean isNamed() {
    return named;
  }

  void name(boolean isNamed) {
    named = isNamed;
  }

  boolean isClean() {
    return unforced.isEmpty() && abandoned.isEmpty();
  }

  void write(long sequence, long offset, ByteBuffer bytes) {
    if (!bytes.hasRemaining()) {
      return;
    }
    FileChange change = FileChange.write(sequence, offset, bytes);
    add(change);
    change.apply(current);
  }

  void truncate(long sequence, long size) {
    add(FileChange.resize(sequence, size));
    current.resize(size);
  }

  private void add(FileChange change) {
    if (unforced.size() == MOST_UNFORCED) {
      unforced.remove().apply(durable);
    }
    unforced.add(change);
  }

  /** Makes durable what was changed since the last force, in whole sectors. */
  void force() {
    for (FileChange change : unforced) {
      if (change.isResize()) {
        durable.resize(change.offset());
      } else {
        durable.copy(current, change.firstSector() * SECTOR, change.endSector() * SECTOR);
        abandoned.clear((int) change.firstSector(), (int) change.endSector());
      }
    }
    durable.resize(current.size());
    unforced.clear();
  }

  void failForce() {
    for (FileChange change : unforced) {
      if (!change.isResize()) {
        abandoned.set((int) change.firstSector(), (int) change.endSector());
      }
    }
    unforced.clear();
  }

  /** Does something to the bytes that are read and to those that are durable. */
  void damage(Consumer<Pages> damage) {
    damage.accept(current);
    damage.accept(durable);
  }

  /** Makes the file what survived of it. */
  void crash(Survivors survivors) {
    if (isClean() && current.size() == durable.size()) {
      return;
    }
    BitSet kept = survivors.abandoned(id());
    for (int s = kept.nextSetBit(0); s >= 0; s = kept.nextSetBit(s + 1)) {
      durable.copy(current, (long) s * SECTOR, (s + 1L) * SECTOR);
    }
    for (Survivors.Part part : survivors.parts(id())) {
      part.change().apply(durable, part.sectors());
    }
    durable.resize(survivors.size(id(), durable.size()));
    current = durable.copy();
    unforced.clear();
    abandoned.clear();
  }
}
