package io.balsa.raft.testkit.disk;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.ReadableByteChannel;
import java.nio.channels.WritableByteChannel;
import java.nio.file.Path;

/**
 * A channel on a real file or directory whose writes and forces go by way of the {@link
 * FaultyFileSystem}.
 */
final class FaultyChannel extends FileChannel {
  private final FaultyFileSystem system;
  private final Path path;
  private final FileChannel real;

  FaultyChannel(FaultyFileSystem system, Path path, FileChannel real) {
    this.system = system;
    this.path = path;
    this.real = real;
  }

  @Override
  public int write(ByteBuffer bytes, long offset) throws IOException {
    return system.write(path, real, bytes, offset);
  }

  @Override
  public void force(boolean metaData) throws IOException {
    system.force(path, real);
  }

  @Override
  public int read(ByteBuffer bytes) throws IOException {
    return real.read(bytes);
  }

  @Override
  public int read(ByteBuffer bytes, long offset) throws IOException {
    return real.read(bytes, offset);
  }

  @Override
  public long position() throws IOException {
    return real.position();
  }

  @Override
  public FileChannel position(long offset) throws IOException {
    real.position(offset);
    return this;
  }

  @Override
  public long size() throws IOException {
    return real.size();
  }

  @Override
  public FileLock tryLock(long offset, long size, boolean shared) throws IOException {
    return real.tryLock(offset, size, shared);
  }

  @Override
  protected void implCloseChannel() throws IOException {
    real.close();
  }

  @Override
  public int write(ByteBuffer bytes) {
    throw new UnsupportedOperationException();
  }

  @Override
  public long write(ByteBuffer[] bytes, int offset, int length) {
    throw new UnsupportedOperationException();
  }

  @Override
  public long read(ByteBuffer[] bytes, int offset, int length) {
    throw new UnsupportedOperationException();
  }

  @Override
  public FileChannel truncate(long size) {
    throw new UnsupportedOperationException();
  }

  @Override
  public long transferTo(long offset, long count, WritableByteChannel target) {
    throw new UnsupportedOperationException();
  }

  @Override
  public long transferFrom(ReadableByteChannel source, long offset, long count) {
    throw new UnsupportedOperationException();
  }

  @Override
  public MappedByteBuffer map(MapMode mode, long offset, long size) {
    throw new UnsupportedOperationException();
  }

  @Override
  public FileLock lock(long offset, long size, boolean shared) {
    throw new UnsupportedOperationException();
  }
}
