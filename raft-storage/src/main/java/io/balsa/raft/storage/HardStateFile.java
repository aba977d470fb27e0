package io.balsa.raft.storage;

import io.balsa.raft.DamagedLogException;
import io.balsa.raft.StorageException;
import io.balsa.raft.core.HardState;
import io.balsa.raft.core.NodeId;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.UUID;
import java.util.zip.CRC32C;

/**
 * The file with term and vote.
 *
 * <ul>
 *   <li>It is there before the first segment of the log is: a log without it has lost it.
 *   <li>It is bound to its directory by the incarnation.
 * </ul>
 */
final class HardStateFile {
  private static final int MAGIC = 0x424C4853; // "BLHS"
  private static final int VERSION = 1;
  private static final int FIXED = 4 + 2 + 2 + 8 + 16;
  private static final int CRC = 4;

  private HardStateFile() {}

  static void write(Path file, UUID incarnation, HardState state) throws IOException {
    byte[] vote =
        state.votedFor() == null
            ? new byte[0]
            : state.votedFor().value().getBytes(StandardCharsets.US_ASCII);
    ByteBuffer bytes = ByteBuffer.allocate(FIXED + vote.length + CRC);
    bytes.putInt(MAGIC).putShort((short) VERSION).putShort((short) vote.length);
    bytes.putLong(state.term());
    bytes.putLong(incarnation.getMostSignificantBits());
    bytes.putLong(incarnation.getLeastSignificantBits());
    bytes.put(vote);
    bytes.putInt(checksum(bytes.array()));
    DurableReplace.write(file, bytes.array());
  }

  static HardState read(Path file, UUID incarnation) throws IOException {
    ByteBuffer bytes = ByteBuffer.wrap(Files.readAllBytes(file));
    int end = bytes.capacity() - CRC;
    if (end < FIXED || bytes.getInt(end) != checksum(bytes.array()) || bytes.getInt(0) != MAGIC) {
      throw new DamagedLogException(
          file.toString(), 0, 0, "term and vote have not the checksum they were written with");
    }
    int version = bytes.getShort(4);
    if (version != VERSION) {
      throw new NewerFormatException(file, "has format " + version);
    }
    long term = bytes.getLong(8);
    if (!new UUID(bytes.getLong(16), bytes.getLong(24)).equals(incarnation)) {
      throw new StorageException(
          file + " was written in another directory. Put back the one that belongs here");
    }
    String vote = new String(bytes.array(), FIXED, end - FIXED, StandardCharsets.US_ASCII);
    return new HardState(term, vote.isEmpty() ? null : new NodeId(vote));
  }

  private static int checksum(byte[] bytes) {
    CRC32C crc = new CRC32C();
    crc.update(bytes, 0, bytes.length - CRC);
    return (int) crc.getValue();
  }
}
