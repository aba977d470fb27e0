package io.balsa.raft.testkit.disk;

import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;

/**
 * What there is to know of a file or directory. It was made and changed at the beginning of time:
 * the disk has no clock.
 */
record Attributes(long id, boolean isDirectory, long size) implements BasicFileAttributes {
  private static final FileTime BEGINNING = FileTime.fromMillis(0);

  static Attributes of(Node node) {
    return node instanceof FileNode file
        ? new Attributes(node.id(), false, file.current().size())
        : new Attributes(node.id(), true, 0);
  }

  @Override
  public FileTime lastModifiedTime() {
    return BEGINNING;
  }

  @Override
  public FileTime lastAccessTime() {
    return BEGINNING;
  }

  @Override
  public FileTime creationTime() {
    return BEGINNING;
  }

  @Override
  public boolean isRegularFile() {
    return !isDirectory;
  }

  @Override
  public boolean isSymbolicLink() {
    return false;
  }

  @Override
  public boolean isOther() {
    return false;
  }

  @Override
  public Object fileKey() {
    return id;
  }
}
