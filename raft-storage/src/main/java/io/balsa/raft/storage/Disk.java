package io.balsa.raft.storage;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;

/**
 * The few things this package does to files, on whatever file system a path belongs to.
 *
 * <ul>
 *   <li>What is created here belongs to its owner alone, where the file system knows owners.
 *   <li>A new directory is durable when it is returned; a new file becomes so by {@link #force}.
 * </ul>
 */
final class Disk {
  private static final Set<PosixFilePermission> FILE = PosixFilePermissions.fromString("rw-------");
  private static final Set<PosixFilePermission> DIRECTORY =
      PosixFilePermissions.fromString("rwx------");

  private static final int CHUNK = 64 << 10;

  private Disk() {}

  /** Creates a file in place of what an earlier attempt may have left under this name. */
  static FileChannel create(Path file) throws IOException {
    Files.deleteIfExists(file);
    Set<OpenOption> options = Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
    return FileChannel.open(file, options, attributes(file, FILE));
  }

  /** Opens a file that need not be there yet. */
  static FileChannel openOrCreate(Path file) throws IOException {
    Set<OpenOption> options = Set.of(StandardOpenOption.CREATE, StandardOpenOption.WRITE);
    return FileChannel.open(file, options, attributes(file, FILE));
  }

  static FileChannel openForReading(Path file) throws IOException {
    return FileChannel.open(file, StandardOpenOption.READ);
  }

  static FileChannel openForWriting(Path file) throws IOException {
    return FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE);
  }

  /** Creates a directory and what is missing above it, each forced into its parent. */
  static void createDirectories(Path directory) throws IOException {
    if (Files.exists(directory)) {
      return;
    }
    Path parent = directory.toAbsolutePath().getParent();
    createDirectories(parent);
    Files.createDirectory(directory, attributes(directory, DIRECTORY));
    force(parent);
  }

  /**
   * Makes the name of a directory durable, and those of all that it is in: whoever made one of them
   * may have died before that was durable. One that can't be read was not made here.
   */
  static void forceAbove(Path directory) throws IOException {
    Path above = directory.toAbsolutePath().normalize().getParent();
    while (above != null) {
      if (Files.isReadable(above)) {
        force(above);
      }
      above = above.getParent();
    }
  }

  /** Makes durable which files a directory holds, and under which names. */
  static void force(Path directory) throws IOException {
    try (FileChannel channel = FileChannel.open(directory, StandardOpenOption.READ)) {
      channel.force(true);
    }
  }

  static void write(FileChannel channel, ByteBuffer bytes, long offset) throws IOException {
    long at = offset;
    while (bytes.hasRemaining()) {
      at += channel.write(bytes, at);
    }
  }

  /** Fills the buffer as far as the file goes. */
  static void read(FileChannel channel, ByteBuffer bytes, long offset) throws IOException {
    long at = offset;
    while (bytes.hasRemaining()) {
      int n = channel.read(bytes, at);
      if (n < 0) {
        return;
      }
      at += n;
    }
  }

  /**
   * Writes what is in a file once more, so that the next force makes it durable. Not idle: after a
   * force that failed, the system may hold the pages for clean although the disk never got them,
   * and would force nothing.
   */
  static void rewrite(FileChannel channel, long from, long to) throws IOException {
    ByteBuffer chunk = ByteBuffer.allocate((int) Math.min(CHUNK, Math.max(0, to - from)));
    for (long at = from; at < to; at += chunk.limit()) {
      chunk.clear().limit((int) Math.min(chunk.capacity(), to - at));
      read(channel, chunk, at);
      write(channel, chunk.flip(), at);
    }
  }

  private static FileAttribute<?>[] attributes(Path path, Set<PosixFilePermission> permissions) {
    boolean posix = path.getFileSystem().supportedFileAttributeViews().contains("posix");
    return posix
        ? new FileAttribute<?>[] {PosixFilePermissions.asFileAttribute(permissions)}
        : new FileAttribute<?>[0];
  }
}
