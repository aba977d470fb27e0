package io.balsa.raft.testkit.disk;

import java.nio.ByteBuffer;
import java.util.BitSet;

/**
 * A write to a file, or a new size of it, that was not forced yet.
 *
 * @param sequence its place among all changes of the disk
 * @param offset where the bytes go, or the new size
 * @param length how many bytes, -1 for a new size
 * @param data the bytes, null if they are all zeros
 */
record FileChange(long sequence, long offset, int length, byte[] data) {
  /** Of the rest of the buffer, which is left as it is. */
  static FileChange write(long sequence, long offset, ByteBuffer bytes) {
    int length = bytes.remaining();
    byte[] data = null;
    if (!Pages.isZero(bytes, length)) {
      data = new byte[length];
      bytes.get(bytes.position(), data);
    }
    return new FileChange(sequence, offset, length, data);
  }

  static FileChange resize(long sequence, long size) {
    return new FileChange(sequence, size, -1, null);
  }

  boolean isResize() {
    return length < 0;
  }

  long firstSector() {
    return offset / FileNode.SECTOR;
  }

  /** The number after that of the last sector. */
  long endSector() {
    return (offset + length + FileNode.SECTOR - 1) / FileNode.SECTOR;
  }

  /** In how many sectors the bytes are. */
  int sectors() {
    return isResize() ? 0 : (int) (endSector() - firstSector());
  }

  boolean overlaps(FileChange other) {
    return isResize()
        || other.isResize()
        || offset < other.offset + other.length && other.offset < offset + length;
  }

  void apply(Pages pages) {
    if (isResize()) {
      pages.resize(offset);
    } else {
      put(pages, offset, offset + length);
    }
  }

  /**
   * Makes a part of the change.
   *
   * @param kept the sectors, counted from the first that is written to; null for all
   */
  void apply(Pages pages, BitSet kept) {
    if (kept == null) {
      apply(pages);
      return;
    }
    for (int s = kept.nextSetBit(0); s >= 0; s = kept.nextSetBit(s + 1)) {
      long from = (firstSector() + s) * FileNode.SECTOR;
      put(pages, Math.max(offset, from), Math.min(offset + length, from + FileNode.SECTOR));
    }
  }

  private void put(Pages pages, long from, long to) {
    if (data == null) {
      pages.clear(from, to - from);
    } else {
      pages.write(from, ByteBuffer.wrap(data, (int) (from - offset), (int) (to - from)));
    }
  }
}
