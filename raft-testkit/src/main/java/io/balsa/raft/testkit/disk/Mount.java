package io.balsa.raft.testkit.disk;

import java.io.IOException;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.FileStore;
import java.nio.file.FileSystem;
import java.nio.file.Path;
import java.nio.file.PathMatcher;
import java.nio.file.WatchService;
import java.nio.file.attribute.UserPrincipalLookupService;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * A {@link SimulatedDisk} as one process sees it.
 *
 * <ul>
 *   <li>It ends with its process: then nothing that was reached through it works any more, and it
 *       holds on to nothing of the disk.
 *   <li>It has the locks of the process.
 * </ul>
 */
final class Mount extends FileSystem {
  private final MountProvider provider = new MountProvider(this);
  private final List<RegionLock> locks = new ArrayList<>();

  /** Null when the process is dead. */
  private volatile Driver driver;

  private volatile String causeOfDeath;

  Mount(Driver driver) {
    this.driver = driver;
  }

  /** Called with the lock of the driver. */
  void end(String cause) {
    causeOfDeath = cause;
    driver = null;
    synchronized (locks) {
      locks.clear();
    }
  }

  Driver driver() throws IOException {
    Driver current = driver;
    if (current == null) {
      throw new IOException(causeOfDeath);
    }
    return current;
  }

  boolean isDead() {
    return driver == null;
  }

  IOException death() {
    return new IOException(causeOfDeath);
  }

  void lock(RegionLock wanted) {
    synchronized (locks) {
      for (RegionLock held : locks) {
        if (held.file() == wanted.file() && held.overlaps(wanted.position(), wanted.size())) {
          throw new OverlappingFileLockException();
        }
      }
      locks.add(wanted);
    }
  }

  void unlock(RegionLock lock) {
    synchronized (locks) {
      locks.remove(lock);
    }
  }

  /** As on POSIX systems, closing any channel on a file gives up all locks on it. */
  void unlockAll(Node file) {
    synchronized (locks) {
      locks.removeIf(lock -> lock.file() == file);
    }
  }

  boolean isLocked(RegionLock lock) {
    synchronized (locks) {
      return locks.contains(lock);
    }
  }

  static UnsupportedOperationException unsupported(String what) {
    return new UnsupportedOperationException("a simulated disk does not support " + what);
  }

  @Override
  public MountProvider provider() {
    return provider;
  }

  @Override
  public void close() {
    throw unsupported("closing it; kill its process");
  }

  @Override
  public boolean isOpen() {
    return !isDead();
  }

  @Override
  public boolean isReadOnly() {
    return false;
  }

  @Override
  public String getSeparator() {
    return "/";
  }

  @Override
  public Iterable<Path> getRootDirectories() {
    return List.of(getPath("/"));
  }

  @Override
  public Iterable<FileStore> getFileStores() {
    throw unsupported("file stores");
  }

  @Override
  public Set<String> supportedFileAttributeViews() {
    return Set.of("basic");
  }

  @Override
  public Path getPath(String first, String... more) {
    StringBuilder text = new StringBuilder(first);
    for (String part : more) {
      text.append(text.isEmpty() || part.isEmpty() ? "" : "/").append(part);
    }
    return MountedPath.parse(this, text.toString());
  }

  @Override
  public PathMatcher getPathMatcher(String syntaxAndPattern) {
    throw unsupported("path matchers");
  }

  @Override
  public UserPrincipalLookupService getUserPrincipalLookupService() {
    throw unsupported("users");
  }

  @Override
  public WatchService newWatchService() {
    throw unsupported("watching a directory");
  }
}
