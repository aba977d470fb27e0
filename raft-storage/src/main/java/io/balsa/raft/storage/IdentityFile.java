package io.balsa.raft.storage;

import io.balsa.raft.DamagedLogException;
import io.balsa.raft.Identity;
import io.balsa.raft.StorageException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.UUID;
import java.util.zip.CRC32C;

/**
 * The file that says whose directory this is: lines of text, the last one a checksum.
 *
 * <ul>
 *   <li>It is the first file of a directory and is never written again.
 *   <li>A later format keeps the first word, the line "format" and the checksum, so that it can be
 *       refused by name.
 * </ul>
 */
final class IdentityFile {
  private static final String TITLE = "balsa-storage\n";
  private static final String CHECKSUM = "crc32c=";
  private static final int CHECKSUM_LINE = CHECKSUM.length() + 8 + 1;
  private static final int MAX_GROUP = 255;

  private IdentityFile() {}

  static void checkGroup(String group) {
    if (group.isEmpty() || group.length() > MAX_GROUP) {
      throw new IllegalArgumentException(
          "a group name has 1 to " + MAX_GROUP + " characters, this one has " + group.length());
    }
    if (group.chars().anyMatch(Character::isISOControl)) {
      throw new IllegalArgumentException("a group name has no control characters");
    }
  }

  static void create(Path file, String group, Identity identity) throws IOException {
    String text =
        TITLE
            + ("format=" + WalFormat.VERSION + "\n")
            + ("node=" + identity.nodeId() + "\n")
            + ("incarnation=" + identity.incarnation() + "\n")
            + ("group=" + group + "\n");
    byte[] bytes = (text + checksumLine(text)).getBytes(StandardCharsets.UTF_8);
    DurableReplace.write(file, bytes);
  }

  /**
   * Reads whose directory it is, and refuses it if that isn't the given node and group. Of which
   * cluster the node is, its log says and not this file: it had none when the directory was made.
   */
  static Identity read(Path file, String group, Identity expected) throws IOException {
    Map<String, String> fields = fields(file);
    check(file, "format", fields, Integer.toString(WalFormat.VERSION));
    check(file, "node", fields, expected.nodeId().value());
    check(file, "group", fields, group);
    return new Identity(
        expected.clusterId(), expected.nodeId(), UUID.fromString(fields.get("incarnation")));
  }

  /** Reads what it says, by name; whose it should be is not asked. */
  static Map<String, String> fields(Path file) throws IOException {
    String text = new String(Files.readAllBytes(file), StandardCharsets.UTF_8);
    int end = text.length() - CHECKSUM_LINE;
    if (end < 0
        || !text.startsWith(TITLE)
        || !text.substring(end).equals(checksumLine(text.substring(0, end)))) {
      throw new DamagedLogException(
          file.toString(), 0, 0, "the identity has not the checksum it was written with");
    }
    Map<String, String> fields = new HashMap<>();
    for (String line : text.substring(TITLE.length(), end).split("\n")) {
      int equals = line.indexOf('=');
      fields.put(line.substring(0, equals), line.substring(equals + 1));
    }
    return fields;
  }

  private static void check(Path file, String name, Map<String, String> fields, String expected)
      throws StorageException {
    String found = fields.get(name);
    if (found.equals(expected)) {
      return;
    }
    String belongs =
        name.equals("format")
            ? " has format "
                + found
                + ", written by a newer version of this library; this version"
                + " reads format "
                + expected
                + ". Use the newer version"
            : " belongs to "
                + name
                + " "
                + found
                + ", not to "
                + expected
                + ". Use the directory of this "
                + name;
    throw new StorageException(file.getParent() + belongs);
  }

  private static String checksumLine(String text) {
    CRC32C crc = new CRC32C();
    crc.update(text.getBytes(StandardCharsets.UTF_8));
    return CHECKSUM + String.format("%08x", crc.getValue()) + "\n";
  }
}
