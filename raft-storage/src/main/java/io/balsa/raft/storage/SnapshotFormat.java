package io.balsa.raft.storage;

import io.balsa.raft.core.LogPosition;
import io.balsa.raft.core.Snapshot;
import java.nio.ByteBuffer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.zip.CRC32C;

/**
 * The numbers of the file format of snapshots; docs/formats.md says what they mean.
 *
 * <ul>
 *   <li>A file is a header, blocks and a footer. The checksum of each begins with that of the one
 *       before, so that none can be left out, added or moved.
 *   <li>Nothing in a file depends on the directory it is in: it is sent to other nodes as it is.
 * </ul>
 */
final class SnapshotFormat {
  static final long MAGIC = 0x42414C5341534E50L; // "BALSASNP"
  static final int VERSION = 1;

  /** The header up to the name of the group. */
  static final int FIXED = 56;

  static final int CRC = 4;
  static final int MAX_GROUP = 1020;
  static final int MAX_CONFIGURATION = 1 << 20;

  /** Length and checksum, in front of the data of a block. */
  static final int BLOCK_HEADER = 8;

  /** The data of every block but the last. */
  static final int BLOCK = 64 << 10;

  /** What a block may have at most. */
  static final int MAX_BLOCK = 1 << 20;

  static final int FOOTER = 28;

  static final String SUFFIX = ".snap";

  /** Of what is being received. */
  static final String PART_SUFFIX = ".part";

  /** What this node is writing. */
  static final String IMAGE = "image" + DurableReplace.SUFFIX;

  private static final Pattern NAME =
      Pattern.compile("(\\d{19})-(\\d{19})-([0-9a-f-]{36})(\\.snap|\\.part)");

  private SnapshotFormat() {}

  /** Numbers with all digits a long can have, so that the order of names is that of indexes. */
  static String fileName(Snapshot snapshot, String suffix) {
    LogPosition last = snapshot.last();
    return digits(last.index()) + "-" + digits(last.term()) + "-" + snapshot.id() + suffix;
  }

  private static String digits(long number) {
    String digits = Long.toString(number);
    return "0".repeat(19 - digits.length()) + digits;
  }

  /** The position that a name tells, null if it is not the name of a file of snapshots. */
  static LogPosition position(String fileName) {
    Matcher name = NAME.matcher(fileName);
    if (!name.matches()) {
      return null;
    }
    try {
      return new LogPosition(Long.parseLong(name.group(2)), Long.parseLong(name.group(1)));
    } catch (NumberFormatException e) {
      return null;
    }
  }

  /** The checksum of bytes that follow others with a checksum. */
  static int checksum(int previous, ByteBuffer... bytes) {
    CRC32C crc = new CRC32C();
    crc.update(ByteBuffer.allocate(4).putInt(previous).flip());
    for (ByteBuffer part : bytes) {
      crc.update(part);
    }
    return (int) crc.getValue();
  }
}
