package io.balsa.raft.testkit.disk;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.MappedByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.NonReadableChannelException;
import java.nio.channels.NonWritableChannelException;
import java.nio.channels.ReadableByteChannel;
import java.nio.channels.WritableByteChannel;

/**
 * A channel on a file, or on a directory for forcing it.
 *
 * <ul>
 *   <li>When the process is dead, every operation fails and closing does nothing.
 *   <li>Operations at the position of the channel exclude each other; those with an offset of their
 *       own do not.
 * </ul>
 */
final class OpenFile extends FileChannel {
  private static final int CHUNK = 64 << 10;

  private final Mount mount;
  private final Node node;
  private final String path;
  private final OpenMode mode;
  private final Object positionLock = new Object();
  private long position;

  OpenFile(Mount mount, Node node, String path, OpenMode mode) {
    this.mount = mount;
    this.node = node;
    this.path = path;
    this.mode = mode;
  }

  private Driver driver() throws IOException {
    if (!isOpen()) {
      throw new ClosedChannelException();
    }
    return mount.driver();
  }

  private Driver readable() throws IOException {
    Driver driver = driver();
    if (!mode.reads()) {
      throw new NonReadableChannelException();
    }
    return driver;
  }

  private Driver writable() throws IOException {
    Driver driver = driver();
    if (!mode.writes()) {
      throw new NonWritableChannelException();
    }
    return driver;
  }

  private FileNode file() throws IOException {
    if (node instanceof FileNode file) {
      return file;
    }
    throw new IOException(path + ": Is a directory");
  }

  private static void checkNotNegative(long number) {
    if (number < 0) {
      throw new IllegalArgumentException(number + " is negative");
    }
  }

  @Override
  public int read(ByteBuffer bytes, long offset) throws IOException {
    checkNotNegative(offset);
    return readable().read(mount, file(), path, bytes, offset);
  }

  @Override
  public int read(ByteBuffer bytes) throws IOException {
    synchronized (positionLock) {
      int n = read(bytes, position);
      position += Math.max(0, n);
      return n;
    }
  }

  @Override
  public long read(ByteBuffer[] bytes, int offset, int length) throws IOException {
    long total = 0;
    for (int i = offset; i < offset + length; i++) {
      while (bytes[i].hasRemaining()) {
        int n = read(bytes[i]);
        if (n < 0) {
          return total == 0 ? -1 : total;
        }
        total += n;
      }
    }
    return total;
  }

  @Override
  public int write(ByteBuffer bytes, long offset) throws IOException {
    checkNotNegative(offset);
    Driver driver = writable();
    int n = driver.write(mount, file(), path, bytes, mode.appends() ? size() : offset);
    if (mode.forces()) {
      driver.force(mount, node, path);
    }
    return n;
  }

  @Override
  public int write(ByteBuffer bytes) throws IOException {
    synchronized (positionLock) {
      long at = mode.appends() ? size() : position;
      int n = write(bytes, at);
      position = at + n;
      return n;
    }
  }

  @Override
  public long write(ByteBuffer[] bytes, int offset, int length) throws IOException {
    long total = 0;
    for (int i = offset; i < offset + length; i++) {
      while (bytes[i].hasRemaining()) {
        total += write(bytes[i]);
      }
    }
    return total;
  }

  @Override
  public long position() throws IOException {
    driver();
    synchronized (positionLock) {
      return position;
    }
  }

  @Override
  public FileChannel position(long newPosition) throws IOException {
    checkNotNegative(newPosition);
    driver();
    synchronized (positionLock) {
      position = newPosition;
    }
    return this;
  }

  @Override
  public long size() throws IOException {
    return driver().size(mount, node);
  }

  @Override
  public FileChannel truncate(long size) throws IOException {
    checkNotNegative(size);
    writable().truncate(mount, file(), path, size);
    synchronized (positionLock) {
      position = Math.min(position, size);
    }
    return this;
  }

  @Override
  public void force(boolean metaData) throws IOException {
    driver().force(mount, node, path);
  }

  @Override
  public long transferTo(long offset, long count, WritableByteChannel target) throws IOException {
    checkNotNegative(count);
    ByteBuffer bytes = ByteBuffer.allocate((int) Math.min(count, CHUNK));
    read(bytes, offset);
    return target.write(bytes.flip());
  }

  @Override
  public long transferFrom(ReadableByteChannel source, long offset, long count) throws IOException {
    checkNotNegative(count);
    ByteBuffer bytes = ByteBuffer.allocate((int) Math.min(count, CHUNK));
    source.read(bytes);
    bytes.flip();
    long at = offset;
    while (bytes.hasRemaining()) {
      at += write(bytes, at);
    }
    return at - offset;
  }

  @Override
  public MappedByteBuffer map(MapMode mapMode, long offset, long size) {
    throw Mount.unsupported("mapping a file into memory");
  }

  @Override
  public FileLock tryLock(long offset, long size, boolean shared) throws IOException {
    Driver driver = shared ? readable() : writable();
    return driver.lock(mount, path, new RegionLock(this, mount, node, offset, size, shared));
  }

  /** Nobody but this process can hold a lock, so there is nothing to wait for. */
  @Override
  public FileLock lock(long offset, long size, boolean shared) throws IOException {
    return tryLock(offset, size, shared);
  }

  @Override
  protected void implCloseChannel() {
    mount.unlockAll(node);
  }
}
