package io.balsa.raft.storage;

import io.balsa.raft.core.Configuration;
import io.balsa.raft.core.LogPosition;
import io.balsa.raft.core.Snapshot;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.UUID;

/**
 * What a snapshot file says of itself before its image.
 *
 * @param group the group of which it is
 * @param id its id
 * @param last the last position of the log that it stands for
 * @param configurationIndex the index of the configuration
 * @param configuration the configuration
 */
record SnapshotHeader(
    String group, UUID id, LogPosition last, long configurationIndex, Configuration configuration) {

  /** Ready to be written; the last four bytes are its checksum. */
  ByteBuffer encode() {
    byte[] name = group.getBytes(StandardCharsets.UTF_8);
    byte[] members = configuration.toBytes();
    int size = SnapshotFormat.FIXED + name.length + members.length;
    ByteBuffer bytes = ByteBuffer.allocate(size + SnapshotFormat.CRC);
    bytes.putLong(SnapshotFormat.MAGIC).putShort((short) SnapshotFormat.VERSION);
    bytes.putShort((short) name.length).putInt(members.length);
    bytes.putLong(id.getMostSignificantBits()).putLong(id.getLeastSignificantBits());
    bytes.putLong(last.index()).putLong(last.term()).putLong(configurationIndex);
    bytes.put(name).put(members);
    bytes.putInt(SnapshotFormat.checksum(0, bytes.duplicate().flip()));
    return bytes.flip();
  }

  static int version(ByteBuffer fixed) {
    return fixed.getShort(8);
  }

  /** The bytes of the header whose first {@link SnapshotFormat#FIXED} these are; -1 if none has. */
  static int size(ByteBuffer fixed) {
    int group = fixed.getShort(10);
    int configuration = fixed.getInt(12);
    boolean possible =
        group >= 0
            && group <= SnapshotFormat.MAX_GROUP
            && configuration >= 0
            && configuration <= SnapshotFormat.MAX_CONFIGURATION;
    return possible ? SnapshotFormat.FIXED + group + configuration + SnapshotFormat.CRC : -1;
  }

  /** Reads a header whose checksum is right. */
  static SnapshotHeader decode(ByteBuffer bytes) {
    int name = bytes.getShort(10);
    int members = bytes.getInt(12);
    byte[] data = bytes.array();
    int at = SnapshotFormat.FIXED;
    return new SnapshotHeader(
        new String(data, at, name, StandardCharsets.UTF_8),
        new UUID(bytes.getLong(16), bytes.getLong(24)),
        new LogPosition(bytes.getLong(40), bytes.getLong(32)),
        bytes.getLong(48),
        Configuration.fromBytes(Arrays.copyOfRange(data, at + name, at + name + members)));
  }

  Snapshot snapshot(long bytes) {
    return new Snapshot(id, last, configurationIndex, configuration, bytes);
  }
}
