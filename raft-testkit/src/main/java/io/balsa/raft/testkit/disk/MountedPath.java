package io.balsa.raft.testkit.disk;

import java.io.IOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.FileSystem;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.ProviderMismatchException;
import java.nio.file.WatchEvent;
import java.nio.file.WatchKey;
import java.nio.file.WatchService;
import java.util.ArrayList;
import java.util.List;

/**
 * A path in a {@link Mount}; the working directory is the root.
 *
 * <ul>
 *   <li>A path without names is the root if it is absolute, the empty path if not; the latter
 *       counts as one empty name.
 *   <li>Equal paths are of the same mount: what a dead process was given equals nothing later.
 * </ul>
 */
final class MountedPath implements Path {
  private final Mount mount;
  private final boolean absolute;
  private final List<String> names;
  private final String text;

  private MountedPath(Mount mount, boolean absolute, List<String> names) {
    this.mount = mount;
    this.absolute = absolute;
    this.names = names;
    this.text = (absolute ? "/" : "") + String.join("/", names);
  }

  static MountedPath parse(Mount mount, String text) {
    return new MountedPath(mount, text.startsWith("/"), split(text));
  }

  /** The names between the slashes. */
  static List<String> split(String text) {
    List<String> names = new ArrayList<>();
    for (String name : text.split("/")) {
      if (!name.isEmpty()) {
        names.add(name);
      }
    }
    return List.copyOf(names);
  }

  static MountedPath of(Path path) {
    if (path instanceof MountedPath mounted) {
      return mounted;
    }
    throw new ProviderMismatchException(path + " is not a path of a simulated disk");
  }

  Mount mount() {
    return mount;
  }

  /** From the root to what the path means. */
  List<String> resolved() {
    return normalize().names;
  }

  private MountedPath with(boolean isAbsolute, List<String> newNames) {
    return new MountedPath(mount, isAbsolute, List.copyOf(newNames));
  }

  @Override
  public FileSystem getFileSystem() {
    return mount;
  }

  @Override
  public boolean isAbsolute() {
    return absolute;
  }

  @Override
  public MountedPath getRoot() {
    return absolute ? with(true, List.of()) : null;
  }

  private boolean isEmpty() {
    return !absolute && names.isEmpty();
  }

  @Override
  public MountedPath getFileName() {
    if (isEmpty()) {
      return this;
    }
    return names.isEmpty() ? null : getName(names.size() - 1);
  }

  @Override
  public MountedPath getParent() {
    if (names.isEmpty() || !absolute && names.size() == 1) {
      return null;
    }
    return with(absolute, names.subList(0, names.size() - 1));
  }

  @Override
  public int getNameCount() {
    return isEmpty() ? 1 : names.size();
  }

  @Override
  public MountedPath getName(int index) {
    return subpath(index, index + 1);
  }

  @Override
  public MountedPath subpath(int beginIndex, int endIndex) {
    if (beginIndex < 0 || beginIndex >= endIndex || endIndex > getNameCount()) {
      throw new IllegalArgumentException(beginIndex + " to " + endIndex + " of " + this);
    }
    return isEmpty() ? this : with(false, names.subList(beginIndex, endIndex));
  }

  @Override
  public boolean startsWith(Path other) {
    return other instanceof MountedPath path
        && path.mount == mount
        && path.absolute == absolute
        && path.isEmpty() == isEmpty()
        && names.size() >= path.names.size()
        && names.subList(0, path.names.size()).equals(path.names);
  }

  @Override
  public boolean endsWith(Path other) {
    if (!(other instanceof MountedPath path) || path.mount != mount) {
      return false;
    }
    if (path.absolute || path.isEmpty() || isEmpty()) {
      return equals(path);
    }
    int from = names.size() - path.names.size();
    return from >= 0 && names.subList(from, names.size()).equals(path.names);
  }

  @Override
  public MountedPath normalize() {
    if (!names.contains(".") && !names.contains("..")) {
      return this;
    }
    List<String> kept = new ArrayList<>();
    for (String name : names) {
      int last = kept.size() - 1;
      if (name.equals("..") && last >= 0 && !kept.get(last).equals("..")) {
        kept.remove(last);
      } else if (name.equals("..") ? !absolute : !name.equals(".")) {
        kept.add(name);
      }
    }
    return with(absolute, kept);
  }

  @Override
  public MountedPath resolve(Path other) {
    MountedPath path = of(other);
    if (path.absolute || isEmpty()) {
      return path;
    }
    List<String> joined = new ArrayList<>(names);
    joined.addAll(path.names);
    return with(absolute, joined);
  }

  @Override
  public MountedPath relativize(Path other) {
    MountedPath path = of(other);
    if (path.absolute != absolute) {
      throw new IllegalArgumentException(this + " and " + path + " have not the same root");
    }
    int common = 0;
    while (common < Math.min(names.size(), path.names.size())
        && names.get(common).equals(path.names.get(common))) {
      common++;
    }
    List<String> steps = new ArrayList<>();
    for (int i = common; i < names.size(); i++) {
      steps.add("..");
    }
    steps.addAll(path.names.subList(common, path.names.size()));
    return with(false, steps);
  }

  @Override
  public URI toUri() {
    try {
      return new URI("simulated", null, toAbsolutePath().toString(), null);
    } catch (URISyntaxException e) {
      throw new IllegalStateException(e);
    }
  }

  @Override
  public MountedPath toAbsolutePath() {
    return absolute ? this : with(true, names);
  }

  @Override
  public MountedPath toRealPath(LinkOption... options) throws IOException {
    MountedPath real = toAbsolutePath().normalize();
    mount.driver().attributes(mount, real.names);
    return real;
  }

  @Override
  public WatchKey register(
      WatchService watcher, WatchEvent.Kind<?>[] events, WatchEvent.Modifier... modifiers) {
    throw Mount.unsupported("watching a directory");
  }

  @Override
  public int compareTo(Path other) {
    return text.compareTo(of(other).text);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof MountedPath path && path.mount == mount && path.text.equals(text);
  }

  @Override
  public int hashCode() {
    return text.hashCode();
  }

  @Override
  public String toString() {
    return text;
  }
}
