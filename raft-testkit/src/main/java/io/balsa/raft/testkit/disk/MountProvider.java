package io.balsa.raft.testkit.disk;

import java.io.IOException;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.AccessMode;
import java.nio.file.CopyOption;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileStore;
import java.nio.file.FileSystem;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributeView;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.FileAttributeView;
import java.nio.file.spi.FileSystemProvider;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Turns the operations of {@link Files} into those of the disk. */
final class MountProvider extends FileSystemProvider {
  private static final int CHUNK = 64 << 10;

  private final Mount mount;

  MountProvider(Mount mount) {
    this.mount = mount;
  }

  /** The names of a path that belongs here. */
  private List<String> names(Path path) {
    MountedPath mounted = MountedPath.of(path);
    if (mounted.mount() != mount) {
      throw new IllegalArgumentException(path + " is a path of another mount");
    }
    return mounted.resolved();
  }

  @Override
  public String getScheme() {
    return "simulated";
  }

  @Override
  public FileChannel newFileChannel(
      Path path, Set<? extends OpenOption> options, FileAttribute<?>... attributes)
      throws IOException {
    checkNone(attributes);
    return mount.driver().open(mount, names(path), options);
  }

  private static void checkNone(FileAttribute<?>... attributes) {
    if (attributes.length > 0) {
      throw Mount.unsupported("the attribute " + attributes[0].name());
    }
  }

  @Override
  public SeekableByteChannel newByteChannel(
      Path path, Set<? extends OpenOption> options, FileAttribute<?>... attributes)
      throws IOException {
    return newFileChannel(path, options, attributes);
  }

  @Override
  public DirectoryStream<Path> newDirectoryStream(
      Path path, DirectoryStream.Filter<? super Path> filter) throws IOException {
    List<Path> children = new ArrayList<>();
    for (String name : mount.driver().list(mount, names(path))) {
      children.add(path.resolve(name));
    }
    return new Listing(children, filter);
  }

  /** The children of a directory, by their names. */
  private static final class Listing implements DirectoryStream<Path> {
    private final List<Path> children;
    private final Filter<? super Path> filter;
    private boolean used;

    Listing(List<Path> children, Filter<? super Path> filter) {
      this.children = children;
      this.filter = filter;
    }

    @Override
    public Iterator<Path> iterator() {
      if (used) {
        throw new IllegalStateException("a listing is read once");
      }
      used = true;
      return children.stream().filter(this::accepts).iterator();
    }

    private boolean accepts(Path child) {
      try {
        return filter.accept(child);
      } catch (IOException e) {
        throw new DirectoryIteratorException(e);
      }
    }

    @Override
    public void close() {
      used = true;
    }
  }

  @Override
  public void createDirectory(Path path, FileAttribute<?>... attributes) throws IOException {
    checkNone(attributes);
    mount.driver().createDirectory(mount, names(path));
  }

  @Override
  public void delete(Path path) throws IOException {
    mount.driver().delete(mount, names(path));
  }

  @Override
  public void move(Path source, Path target, CopyOption... options) throws IOException {
    List<CopyOption> given = Arrays.asList(options);
    boolean replace =
        given.contains(StandardCopyOption.ATOMIC_MOVE)
            || given.contains(StandardCopyOption.REPLACE_EXISTING);
    mount.driver().rename(mount, names(source), names(target), replace);
  }

  @Override
  public void copy(Path source, Path target, CopyOption... options) throws IOException {
    if (isSameFile(source, target)) {
      return;
    }
    if (Arrays.asList(options).contains(StandardCopyOption.REPLACE_EXISTING)) {
      deleteIfExists(target);
    }
    if (Files.isDirectory(source)) {
      createDirectory(target);
      return;
    }
    try (FileChannel from = newFileChannel(source, Set.of(StandardOpenOption.READ));
        FileChannel to =
            newFileChannel(
                target, Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE))) {
      ByteBuffer bytes = ByteBuffer.allocate(CHUNK);
      while (from.read(bytes.clear()) >= 0) {
        bytes.flip();
        while (bytes.hasRemaining()) {
          to.write(bytes);
        }
      }
    }
  }

  @Override
  public void checkAccess(Path path, AccessMode... modes) throws IOException {
    mount.driver().attributes(mount, names(path));
  }

  @Override
  public <A extends BasicFileAttributes> A readAttributes(
      Path path, Class<A> type, LinkOption... options) throws IOException {
    if (type != BasicFileAttributes.class) {
      throw Mount.unsupported(type.getSimpleName());
    }
    return type.cast(mount.driver().attributes(mount, names(path)));
  }

  @Override
  public boolean isSameFile(Path one, Path other) throws IOException {
    if (one.equals(other)) {
      return true;
    }
    if (!(other instanceof MountedPath path) || path.mount() != mount) {
      return false;
    }
    return names(one).equals(names(other));
  }

  @Override
  public boolean isHidden(Path path) {
    return path.getFileName() != null && path.getFileName().toString().startsWith(".");
  }

  @Override
  public <V extends FileAttributeView> V getFileAttributeView(
      Path path, Class<V> type, LinkOption... options) {
    if (type != BasicFileAttributeView.class) {
      // Told so by contract.
      return null;
    }
    throw Mount.unsupported("views of attributes; read the attributes");
  }

  @Override
  public FileSystem newFileSystem(URI uri, Map<String, ?> options) {
    throw Mount.unsupported("URIs");
  }

  @Override
  public FileSystem getFileSystem(URI uri) {
    throw Mount.unsupported("URIs");
  }

  @Override
  public Path getPath(URI uri) {
    throw Mount.unsupported("URIs");
  }

  @Override
  public FileStore getFileStore(Path path) {
    throw Mount.unsupported("file stores");
  }

  @Override
  public Map<String, Object> readAttributes(Path path, String names, LinkOption... options) {
    throw Mount.unsupported("attributes by name");
  }

  @Override
  public void setAttribute(Path path, String name, Object value, LinkOption... options) {
    throw Mount.unsupported("setting the attribute " + name);
  }
}
