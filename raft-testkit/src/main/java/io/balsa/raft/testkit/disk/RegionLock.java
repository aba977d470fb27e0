package io.balsa.raft.testkit.disk;

import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;

/** A lock of a part of a file, held by a process until it unlocks the file, closes it or dies. */
final class RegionLock extends FileLock {
  private final Mount mount;
  private final Node file;

  RegionLock(
      FileChannel channel, Mount mount, Node file, long position, long size, boolean shared) {
    super(channel, position, size, shared);
    this.mount = mount;
    this.file = file;
  }

  Node file() {
    return file;
  }

  @Override
  public boolean isValid() {
    return mount.isLocked(this);
  }

  @Override
  public void release() {
    mount.unlock(this);
  }
}
