package io.balsa.raft.testkit.disk;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.CopyOption;
import java.nio.file.FileStore;
import java.nio.file.FileSystem;
import java.nio.file.Files;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.PathMatcher;
import java.nio.file.WatchService;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.UserPrincipalLookupService;
import java.nio.file.spi.FileSystemProvider;
import java.util.List;
import java.util.Set;
import java.util.random.RandomGenerator;

/**
 * A file system over a real directory that fails where a test wants it to: writes and forces that
 * fail, writes that are torn, a disk that runs full, stalls, and a power cut that loses what was
 * not forced.
 *
 * <pre>{@code
 * FaultyFileSystem disk = FaultyFileSystem.over(tempDir);
 * Storage storage = FileStorage.open(disk.root().resolve("n1"));
 * disk.failForce(3);          // the third force from now on fails
 * }</pre>
 *
 * <p>It knows what a log does with files; other operations throw {@link
 * UnsupportedOperationException}. Files are expected to be small: the durable content of each is
 * kept in memory. May be used by several threads.
 */
public final class FaultyFileSystem extends FileSystem {
  private final FaultyProvider provider = new FaultyProvider(this);
  private final Path realRoot;
  private final DurableTree durable;

  private long writes;
  private long forces;
  private long failingWrite;
  private int tornBytes;
  private long failingForce;
  private long free = Long.MAX_VALUE;
  private boolean off;
  private volatile Runnable beforeWrite = () -> {};
  private volatile Runnable beforeForce = () -> {};

  private FaultyFileSystem(Path realRoot) throws IOException {
    this.realRoot = realRoot;
    this.durable = new DurableTree(realRoot);
  }

  /**
   * A file system over a directory. What is in it now counts as durable.
   *
   * @param directory a directory of the default file system
   * @return the file system
   * @throws IOException if the directory can't be read
   */
  public static FaultyFileSystem over(Path directory) throws IOException {
    return new FaultyFileSystem(directory.toRealPath());
  }

  /**
   * The directory as a path of this file system.
   *
   * @return the path from which all others are resolved
   */
  public Path root() {
    return new FaultyPath(this, realRoot);
  }

  /**
   * Makes one write fail without writing anything; those after it succeed.
   *
   * @param n which one, 1 being the next
   */
  public synchronized void failWrite(long n) {
    tearWrite(n, 0);
  }

  /**
   * Makes one write fail after some of its bytes; those after it succeed.
   *
   * @param n which one, 1 being the next
   * @param bytes how many bytes are written, if there are so many
   */
  public synchronized void tearWrite(long n, int bytes) {
    failingWrite = writes + n;
    tornBytes = bytes;
  }

  /**
   * Makes one force of a file or directory fail; those after it succeed, but without making durable
   * what the failed one should have.
   *
   * @param n which one, 1 being the next
   */
  public synchronized void failForce(long n) {
    failingForce = forces + n;
  }

  /**
   * Lets files grow by so many bytes in all until the disk is full; removed files give their bytes
   * back.
   *
   * @param bytes how many
   */
  public synchronized void limitSpace(long bytes) {
    free = bytes;
  }

  /** Ends every fault that was asked for. */
  public synchronized void heal() {
    failingWrite = 0;
    failingForce = 0;
    free = Long.MAX_VALUE;
    beforeWrite = () -> {};
    beforeForce = () -> {};
  }

  /**
   * Calls something before each write, outside any lock; it may block for a stall.
   *
   * @param hook what to call
   */
  public void beforeWrite(Runnable hook) {
    beforeWrite = hook;
  }

  /**
   * Calls something before each force, outside any lock; it may block for a stall.
   *
   * @param hook what to call
   */
  public void beforeForce(Runnable hook) {
    beforeForce = hook;
  }

  /** Makes every operation that changes something fail until {@link #restorePower}. */
  public synchronized void cutPower() {
    off = true;
  }

  /**
   * Lets the disk be used again, with what the power cut left: of everything that was not forced,
   * an arbitrary part. Whatever was open must have been closed.
   *
   * @param random decides what is left
   * @throws IOException if the real directory can't be changed
   */
  public synchronized void restorePower(RandomGenerator random) throws IOException {
    durable.cutPower(random);
    off = false;
  }

  /**
   * How many writes there were.
   *
   * @return the count, failed ones included
   */
  public synchronized long writes() {
    return writes;
  }

  /**
   * How many forces there were, of files and of directories.
   *
   * @return the count, failed ones included
   */
  public synchronized long forces() {
    return forces;
  }

  int write(Path path, FileChannel channel, ByteBuffer bytes, long offset) throws IOException {
    beforeWrite.run();
    synchronized (this) {
      checkPower();
      int wanted = bytes.remaining();
      boolean fails = ++writes == failingWrite;
      int allowed = fails ? Math.min(wanted, tornBytes) : wanted;
      long size = channel.size();
      long room = free == Long.MAX_VALUE ? wanted : Math.max(0, size - offset) + free;
      if (allowed > 0 && room <= 0) {
        throw new IOException("No space left on device");
      }
      allowed = (int) Math.min(allowed, room);
      ByteBuffer part = bytes.slice(bytes.position(), allowed);
      bytes.position(bytes.position() + allowed);
      for (long at = offset; part.hasRemaining(); ) {
        at += channel.write(part, at);
      }
      durable.written(path, offset, allowed);
      use(channel.size() - size);
      if (fails) {
        throw new IOException("injected failure of a write");
      }
      return allowed;
    }
  }

  private void use(long bytes) {
    if (free != Long.MAX_VALUE) {
      free -= bytes;
    }
  }

  void force(Path path, FileChannel channel) throws IOException {
    beforeForce.run();
    synchronized (this) {
      checkPower();
      if (++forces == failingForce) {
        durable.forceFailed(path);
        throw new IOException("injected failure of a force");
      }
      durable.forced(path);
    }
  }

  synchronized FileChannel open(
      Path path, Set<? extends OpenOption> options, FileAttribute<?>... attributes)
      throws IOException {
    boolean there = Files.exists(path);
    if (!there) {
      checkPower();
    }
    FileChannel channel = FileChannel.open(path, options, attributes);
    if (!there) {
      durable.created(path, false);
    }
    return channel;
  }

  synchronized void createDirectory(Path path, FileAttribute<?>... attributes) throws IOException {
    checkPower();
    Files.createDirectory(path, attributes);
    durable.created(path, true);
  }

  synchronized void delete(Path path) throws IOException {
    checkPower();
    byte[] content = Files.isRegularFile(path) ? Files.readAllBytes(path) : new byte[0];
    Files.delete(path);
    durable.deleted(path, content);
    use(-content.length);
  }

  synchronized void move(Path source, Path target, CopyOption... options) throws IOException {
    checkPower();
    byte[] replaced = Files.exists(target) ? Files.readAllBytes(target) : new byte[0];
    Files.move(source, target, options);
    durable.renamed(source, target, replaced);
    use(-replaced.length);
  }

  private void checkPower() throws IOException {
    if (off) {
      throw new IOException("the power is off");
    }
  }

  @Override
  public FileSystemProvider provider() {
    return provider;
  }

  @Override
  public void close() {
    throw new UnsupportedOperationException();
  }

  @Override
  public boolean isOpen() {
    return true;
  }

  @Override
  public boolean isReadOnly() {
    return false;
  }

  @Override
  public String getSeparator() {
    return realRoot.getFileSystem().getSeparator();
  }

  @Override
  public Iterable<Path> getRootDirectories() {
    return List.of(root());
  }

  @Override
  public Iterable<FileStore> getFileStores() {
    throw new UnsupportedOperationException();
  }

  @Override
  public Set<String> supportedFileAttributeViews() {
    return realRoot.getFileSystem().supportedFileAttributeViews();
  }

  @Override
  public Path getPath(String first, String... more) {
    return new FaultyPath(this, realRoot.getFileSystem().getPath(first, more));
  }

  @Override
  public PathMatcher getPathMatcher(String syntaxAndPattern) {
    throw new UnsupportedOperationException();
  }

  @Override
  public UserPrincipalLookupService getUserPrincipalLookupService() {
    throw new UnsupportedOperationException();
  }

  @Override
  public WatchService newWatchService() {
    throw new UnsupportedOperationException();
  }
}
