package io.balsa.raft.storage;

import io.balsa.raft.core.LogPosition;
import java.nio.ByteBuffer;
import java.util.zip.CRC32C;

/**
 * The first bytes of a segment.
 *
 * <ul>
 *   <li>It is durable before the segment gets its name, and never written again.
 *   <li>Every later format keeps the magic number, the version and the place and range of the
 *       checksum.
 * </ul>
 *
 * @param number the number of the segment, from 1
 * @param size the size of the file in bytes
 * @param previous the checksum of the last record of the segment before, its seal excepted; 0 in
 *     the first segment and in one that restarts the log
 * @param before the last position of the log before the first record of this segment
 * @param commitIndex the commit hint before the first record of this segment
 * @param restart whether the log begins anew with this segment, after {@code before}: no segment
 *     before this one is part of it any more
 */
record SegmentHeader(
    long number, long size, int previous, LogPosition before, long commitIndex, boolean restart) {
  private static final int RESTART = 1;
  private static final int CHECKSUM = WalFormat.SEGMENT_HEADER - 4;

  ByteBuffer encode(int seed) {
    ByteBuffer bytes = ByteBuffer.allocate(WalFormat.SEGMENT_HEADER);
    bytes.putLong(WalFormat.MAGIC);
    bytes.putShort((short) WalFormat.VERSION).putShort((short) WalFormat.GROUP);
    bytes.putInt(previous);
    bytes.putLong(number).putLong(size);
    bytes.putLong(before.index()).putLong(before.term());
    bytes.putLong(commitIndex);
    bytes.putInt(restart ? RESTART : 0);
    bytes.putInt(checksum(bytes, seed));
    return bytes.flip();
  }

  /** The segment with which the log restarts after a snapshot. */
  static SegmentHeader restarting(long number, long size, LogPosition before) {
    return new SegmentHeader(number, size, 0, before, before.index(), true);
  }

  /** Whether the log may begin with this segment. */
  boolean canBeFirst() {
    if (restart) {
      return previous == 0 && commitIndex == before.index();
    }
    return number > 1
        ? commitIndex <= before.index()
        : previous == 0 && commitIndex == 0 && before.equals(LogPosition.ZERO);
  }

  /** What is wrong with the bytes of a header, null if nothing is. */
  static String fault(ByteBuffer bytes, int seed) {
    if (bytes.limit() < WalFormat.SEGMENT_HEADER) {
      return "the file ends before its header does";
    }
    if (bytes.getLong(0) != WalFormat.MAGIC) {
      return "this is not a segment of a log";
    }
    if (bytes.getInt(CHECKSUM) != checksum(bytes, seed)) {
      return "the header has not the checksum it was written with";
    }
    return null;
  }

  static int version(ByteBuffer bytes) {
    return bytes.getShort(8);
  }

  static SegmentHeader decode(ByteBuffer bytes) {
    return new SegmentHeader(
        bytes.getLong(16),
        bytes.getLong(24),
        bytes.getInt(12),
        new LogPosition(bytes.getLong(40), bytes.getLong(32)),
        bytes.getLong(48),
        bytes.getInt(56) == RESTART);
  }

  /** The checksum as it is in the header, where the chain of records in the segment starts. */
  static int checksum(ByteBuffer bytes, int seed) {
    CRC32C crc = new CRC32C();
    crc.update(ByteBuffer.allocate(4).putInt(seed).flip());
    crc.update(bytes.duplicate().position(0).limit(CHECKSUM));
    return (int) crc.getValue();
  }
}
