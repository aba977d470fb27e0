package io.balsa.raft.storage;

import io.balsa.raft.core.EntryType;
import java.nio.ByteBuffer;
import java.util.UUID;
import java.util.zip.CRC32C;

/**
 * The numbers of the file format of the log; docs/formats.md says what they mean.
 *
 * <ul>
 *   <li>All numbers in files are big-endian, and every record begins at a multiple of 8.
 *   <li>A type below {@link #MARK} is an entry, the others are the log's own.
 * </ul>
 */
final class WalFormat {
  static final long MAGIC = 0x42414C5341574C00L; // "BALSAWL" and a zero
  static final int VERSION = 1;

  /** The only group there is so far; the name that belongs to it is in the identity file. */
  static final int GROUP = 1;

  static final int SEGMENT_HEADER = 64;
  static final int RECORD_HEADER = 32;
  static final int MARK_PAYLOAD = 16;
  static final int MARK_RECORD = RECORD_HEADER + MARK_PAYLOAD;

  /** Says up to where the segment was synced when the mark was written. */
  static final int MARK = 0x80;

  /** The last record of a segment, written when the next segment is in place. */
  static final int SEAL = 0x81;

  /** The longest data of an entry. */
  static final int MAX_DATA = 1 << 30;

  // Where the fields of a record are.
  static final int PREVIOUS = 4;
  static final int LENGTH = 8;
  static final int GROUP_NUMBER = 12;
  static final int TYPE = 14;
  static final int INDEX = 16;
  static final int TERM = 24;

  private static final String SUFFIX = ".seg";
  private static final int DIGITS = 16;

  private WalFormat() {}

  static int typeOf(EntryType type) {
    return type.code() + 1;
  }

  /** The entry type of a record, null if this version doesn't know it. */
  static EntryType entryType(int type) {
    return EntryType.ofCode(type - 1);
  }

  static boolean isEntry(int type) {
    return type < MARK;
  }

  /** The bytes a record takes in the file. */
  static int recordSize(int length) {
    return RECORD_HEADER + (length + 7 & ~7);
  }

  /**
   * What a checksum in this segment starts from, so that a record from another segment or from
   * another directory never has the right one.
   */
  static int seed(UUID incarnation, long segment) {
    CRC32C crc = new CRC32C();
    ByteBuffer bytes = ByteBuffer.allocate(24);
    bytes.putLong(incarnation.getMostSignificantBits());
    bytes.putLong(incarnation.getLeastSignificantBits());
    bytes.putLong(segment);
    crc.update(bytes.flip());
    return (int) crc.getValue();
  }

  static String fileName(long segment) {
    String digits = Long.toString(segment);
    return "0".repeat(DIGITS - digits.length()) + digits + SUFFIX;
  }

  /** The number of the segment with this file name, 0 if it isn't the name of one. */
  static long segmentNumber(String fileName) {
    if (!fileName.matches("\\d{" + DIGITS + "}\\" + SUFFIX)) {
      return 0;
    }
    return Long.parseLong(fileName.substring(0, DIGITS));
  }
}
