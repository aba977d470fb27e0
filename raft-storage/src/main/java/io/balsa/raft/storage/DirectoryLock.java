package io.balsa.raft.storage;

import io.balsa.raft.StorageException;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Keeps a directory for one owner, in this process and among processes.
 *
 * <ul>
 *   <li>The lock of the operating system ends with the process, however that ends; the file stays.
 *   <li>The file is never opened while this process holds the lock: on POSIX systems, closing any
 *       channel on a file gives up all locks the process has on it. The set of held directories,
 *       the only static state of this module, is there for that reason.
 * </ul>
 */
final class DirectoryLock implements AutoCloseable {
  private static final String FILE = "LOCK";
  private static final Set<Path> HELD = ConcurrentHashMap.newKeySet();

  private final Path directory;
  private final FileChannel channel;

  private DirectoryLock(Path directory, FileChannel channel) {
    this.directory = directory;
    this.channel = channel;
  }

  static DirectoryLock acquire(Path directory) throws IOException {
    return acquire(directory, false);
  }

  /**
   * Keeps owners out, but not others who read; creates and changes nothing. A directory without the
   * file was never open where it is now, and nobody is kept out.
   */
  static DirectoryLock acquireForReading(Path directory) throws IOException {
    return acquire(directory, true);
  }

  private static DirectoryLock acquire(Path directory, boolean shared) throws IOException {
    Path real = directory.toRealPath();
    if (!HELD.add(real)) {
      throw openHere(directory);
    }
    FileChannel channel = null;
    boolean locked = false;
    try {
      channel = shared ? openIfThere(real.resolve(FILE)) : Disk.openOrCreate(real.resolve(FILE));
      if (channel != null && lock(channel, shared) == null) {
        throw new StorageException(
            directory
                + " is open in another process"
                + LockHolder.of(real.resolve(FILE))
                + ". Stop that process, or use another directory");
      }
      locked = true;
      return new DirectoryLock(real, channel);
    } catch (OverlappingFileLockException e) {
      throw openHere(directory);
    } finally {
      if (!locked) {
        release(real, channel);
      }
    }
  }

  private static FileChannel openIfThere(Path file) throws IOException {
    return Files.exists(file) ? Disk.openForReading(file) : null;
  }

  private static FileLock lock(FileChannel channel, boolean shared) throws IOException {
    return channel.tryLock(0, Long.MAX_VALUE, shared);
  }

  private static StorageException openHere(Path directory) {
    return new StorageException(
        directory + " is open in this process already. Close it first, or use another directory");
  }

  @Override
  public void close() throws IOException {
    release(directory, channel);
  }

  private static void release(Path directory, FileChannel channel) throws IOException {
    try {
      if (channel != null) {
        channel.close();
      }
    } finally {
      HELD.remove(directory);
    }
  }
}
