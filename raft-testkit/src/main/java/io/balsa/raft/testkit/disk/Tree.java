package io.balsa.raft.testkit.disk;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * The files and directories of a disk under their names, and what of it is durable.
 *
 * <ul>
 *   <li>The durable names are the current ones without the unforced changes.
 *   <li>A rename from one directory to another is one change: forcing either directory makes it
 *       durable, with what was changed before in both.
 *   <li>Paths are lists of names that were normalized.
 * </ul>
 */
final class Tree {
  private DirectoryNode root;
  private final List<NameChange> unforced = new ArrayList<>();
  private long sequence;

  /** The bytes of all files that have a name. */
  private long used;

  Tree() {
    root = new DirectoryNode(next());
  }

  private long next() {
    return ++sequence;
  }

  Tree copy() {
    Tree copy = new Tree();
    copy.sequence = sequence;
    copy.used = used;
    Map<Node, Node> copies = new IdentityHashMap<>();
    copy.root = (DirectoryNode) copy(root, copies);
    for (NameChange c : unforced) {
      copy.unforced.add(
          new NameChange(
              c.sequence(),
              copy(c.node(), copies),
              c.from() == null ? null : (DirectoryNode) copy(c.from(), copies),
              c.to() == null ? null : (DirectoryNode) copy(c.to(), copies),
              c.name()));
    }
    return copy;
  }

  private static Node copy(Node node, Map<Node, Node> copies) {
    Node known = copies.get(node);
    if (known != null) {
      return known;
    }
    if (node instanceof FileNode file) {
      FileNode copy = file.copy();
      copies.put(node, copy);
      return copy;
    }
    DirectoryNode directory = (DirectoryNode) node;
    DirectoryNode copy = new DirectoryNode(directory.id());
    copies.put(node, copy);
    directory.current().forEach((name, child) -> copy.current().put(name, copy(child, copies)));
    directory.durable().forEach((name, child) -> copy(child, copies).placeDurably(copy, name));
    return copy;
  }

  long used() {
    return used;
  }

  List<NameChange> unforcedNames() {
    return unforced;
  }

  /** What has a path, null if nothing has. */
  Node find(List<String> path) {
    Node node = root;
    for (String name : path) {
      node = node instanceof DirectoryNode directory ? directory.current().get(name) : null;
    }
    return node;
  }

  Node get(List<String> path) throws NoSuchFileException {
    Node node = find(path);
    if (node == null) {
      throw new NoSuchFileException(text(path));
    }
    return node;
  }

  static String text(List<String> path) {
    return "/" + String.join("/", path);
  }

  DirectoryNode directory(List<String> path) throws IOException {
    if (get(path) instanceof DirectoryNode directory) {
      return directory;
    }
    throw new NotDirectoryException(text(path));
  }

  private DirectoryNode parent(List<String> path) throws IOException {
    if (path.isEmpty()) {
      throw new IOException("/: the root stays as it is");
    }
    return directory(path.subList(0, path.size() - 1));
  }

  private static String name(List<String> path) {
    return path.get(path.size() - 1);
  }

  FileNode createFile(List<String> path) throws IOException {
    FileNode file = new FileNode(next());
    create(path, file);
    file.name(true);
    return file;
  }

  void createDirectory(List<String> path) throws IOException {
    create(path, new DirectoryNode(next()));
  }

  private void create(List<String> path, Node node) throws IOException {
    if (find(path) != null) {
      throw new FileAlreadyExistsException(text(path));
    }
    DirectoryNode parent = parent(path);
    parent.current().put(name(path), node);
    unforced.add(new NameChange(next(), node, null, parent, name(path)));
  }

  void delete(List<String> path) throws IOException {
    Node node = get(path);
    DirectoryNode parent = parent(path);
    checkEmpty(node, path);
    parent.current().remove(name(path));
    forget(node);
    unforced.add(new NameChange(next(), node, parent, null, null));
  }

  private static void checkEmpty(Node node, List<String> path) throws IOException {
    if (node instanceof DirectoryNode directory && !directory.current().isEmpty()) {
      throw new DirectoryNotEmptyException(text(path));
    }
  }

  private void forget(Node node) {
    if (node instanceof FileNode file) {
      file.name(false);
      used -= file.current().size();
    }
  }

  void rename(List<String> source, List<String> target, boolean replace) throws IOException {
    Node node = get(source);
    Node replaced = find(target);
    if (node == replaced) {
      return;
    }
    DirectoryNode from = parent(source);
    DirectoryNode to = parent(target);
    if (target.size() > source.size() && target.subList(0, source.size()).equals(source)) {
      throw new IOException(text(source) + " can't be moved into itself");
    }
    if (replaced != null) {
      if (!replace) {
        throw new FileAlreadyExistsException(text(target));
      }
      checkEmpty(replaced, target);
      forget(replaced);
    }
    from.current().remove(name(source));
    to.current().put(name(target), node);
    unforced.add(new NameChange(next(), node, from, to, name(target)));
  }

  /** Makes the file grow as needed; the bytes count as used if it still has a name. */
  void write(FileNode file, ByteBuffer bytes, long offset) {
    long before = file.current().size();
    file.write(next(), offset, bytes);
    used += file.isNamed() ? file.current().size() - before : 0;
  }

  void truncate(FileNode file, long size) {
    used += file.isNamed() ? size - file.current().size() : 0;
    file.truncate(next(), size);
  }

  void truncateDurably(FileNode file, long size) {
    used += file.isNamed() ? size - file.current().size() : 0;
    file.damage(pages -> pages.resize(size));
  }

  /** The file with a path, which a test has named. */
  FileNode file(String path) {
    if (find(MountedPath.split(path)) instanceof FileNode file) {
      return file;
    }
    throw new IllegalArgumentException("there is no file " + path + ", but " + files());
  }

  /** The paths of all files, sorted. */
  List<String> files() {
    List<String> paths = new ArrayList<>();
    list(root, "/", paths);
    Collections.sort(paths);
    return paths;
  }

  private static void list(DirectoryNode directory, String path, List<String> paths) {
    directory
        .current()
        .forEach(
            (name, child) -> {
              if (child instanceof DirectoryNode below) {
                list(below, path + name + "/", paths);
              } else {
                paths.add(path + name);
              }
            });
  }

  /** Makes durable what was changed in a directory, and what was changed before that with it. */
  void force(DirectoryNode directory) {
    List<DirectoryNode> touched = new ArrayList<>(List.of(directory));
    List<NameChange> forced = new ArrayList<>();
    for (int i = unforced.size() - 1; i >= 0; i--) {
      NameChange change = unforced.get(i);
      if (change.touches(touched)) {
        forced.add(0, change);
        touched.add(change.from() == null ? directory : change.from());
        touched.add(change.to() == null ? directory : change.to());
      }
    }
    forced.forEach(NameChange::applyDurably);
    unforced.removeAll(forced);
  }

  /** Every file that can be there after a crash, in an order of its own. */
  Collection<FileNode> filesAfterCrash() {
    Map<Long, FileNode> files = new TreeMap<>();
    collect(root, files);
    unforced.forEach(change -> collect(change.node(), files));
    return files.values();
  }

  private static void collect(Node node, Map<Long, FileNode> files) {
    if (node instanceof FileNode file) {
      files.put(file.id(), file);
    } else {
      ((DirectoryNode) node).durable().values().forEach(child -> collect(child, files));
    }
  }

  /** Whether a power cut would lose nothing. */
  boolean isClean() {
    return unforced.isEmpty() && filesAfterCrash().stream().allMatch(FileNode::isClean);
  }

  /** Makes the tree what survived of it. */
  void crash(Survivors survivors) {
    for (NameChange change : unforced) {
      if (survivors.keeps(change)) {
        change.applyDurably();
      }
    }
    unforced.clear();
    used = 0;
    crash(root, survivors);
  }

  private void crash(DirectoryNode directory, Survivors survivors) {
    directory.current().clear();
    directory.current().putAll(directory.durable());
    for (Node child : directory.durable().values()) {
      if (child instanceof FileNode file) {
        file.crash(survivors);
        file.name(true);
        used += file.current().size();
      } else {
        crash((DirectoryNode) child, survivors);
      }
    }
  }

  /** A number that other names or other durable bytes would hardly have. */
  long fingerprint() {
    Fingerprint fingerprint = new Fingerprint();
    add(root, fingerprint);
    return fingerprint.value();
  }

  private static void add(Node node, Fingerprint fingerprint) {
    if (node instanceof FileNode file) {
      file.durable().addTo(fingerprint);
      return;
    }
    Map<String, Node> children = ((DirectoryNode) node).durable();
    fingerprint.add(-children.size() - 1L);
    children.forEach(
        (name, child) -> {
          fingerprint.add(name.getBytes(StandardCharsets.UTF_8));
          add(child, fingerprint);
        });
  }
}
