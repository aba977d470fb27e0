package io.balsa.raft.testkit.disk;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;

/**
 * What of a directory tree would be there after the power was cut.
 *
 * <ul>
 *   <li>A sector that was written since its file was last forced is there in its old or its new
 *       state.
 *   <li>Of what was created, renamed and removed in a directory since it was last forced, a first
 *       part is there: a file system keeps the order of such changes, and each of them is there as
 *       a whole or not at all.
 *   <li>A force that failed leaves what it should have forced for clean: later forces do not write
 *       it.
 * </ul>
 */
final class DurableTree {
  private static final int SECTOR = 512;

  private final Path root;
  private final Map<Path, Node> nodes = new HashMap<>();

  /** A file or a directory, whatever it is called at the moment. */
  private static final class Node {
    private final boolean directory;
    private final Map<String, Node> durableChildren = new TreeMap<>();
    private final List<Change> changes = new ArrayList<>();
    private final BitSet dirty = new BitSet();
    private byte[] durable = {};

    /**
     * The content that is in the file now, kept only while the power is off or when the file was
     * removed.
     */
    private byte[] current = {};

    Node(boolean directory) {
      this.directory = directory;
    }
  }

  /** A change to the names in a directory. */
  private interface Change {
    void apply(Map<String, Node> children);
  }

  DurableTree(Path root) throws IOException {
    this.root = root;
    load();
  }

  /** Takes everything that is there for durable. */
  private void load() throws IOException {
    nodes.clear();
    try (Stream<Path> paths = Files.walk(root)) {
      for (Path path : paths.sorted().toList()) {
        Node node = new Node(Files.isDirectory(path));
        nodes.put(path, node);
        if (!node.directory) {
          node.durable = Files.readAllBytes(path);
        }
        if (!path.equals(root)) {
          parent(path).durableChildren.put(path.getFileName().toString(), node);
        }
      }
    }
  }

  private Node parent(Path path) {
    return nodes.get(path.getParent());
  }

  void created(Path path, boolean directory) {
    Node node = new Node(directory);
    nodes.put(path, node);
    String name = path.getFileName().toString();
    parent(path).changes.add(children -> children.put(name, node));
  }

  void written(Path path, long offset, int length) {
    if (length > 0) {
      nodes
          .get(path)
          .dirty
          .set((int) (offset / SECTOR), (int) ((offset + length - 1) / SECTOR) + 1);
    }
  }

  void deleted(Path path, byte[] content) {
    nodes.remove(path).current = content;
    String name = path.getFileName().toString();
    parent(path).changes.add(children -> children.remove(name));
  }

  void renamed(Path source, Path target, byte[] replaced) {
    Node node = nodes.remove(source);
    Node old = nodes.put(target, node);
    if (old != null) {
      old.current = replaced;
    }
    String from = source.getFileName().toString();
    String to = target.getFileName().toString();
    parent(target)
        .changes
        .add(
            children -> {
              children.remove(from);
              children.put(to, node);
            });
  }

  void forced(Path path) throws IOException {
    Node node = nodes.get(path);
    if (node == null) {
      // Above the root: taken for durable.
      return;
    }
    if (node.directory) {
      node.changes.forEach(change -> change.apply(node.durableChildren));
      node.changes.clear();
    } else {
      node.durable = merge(node, Files.readAllBytes(path), sector -> true);
      node.dirty.clear();
    }
  }

  void forceFailed(Path path) {
    Node node = nodes.get(path);
    if (node != null) {
      node.dirty.clear();
    }
  }

  private interface Choice {
    boolean keeps(int sector);
  }

  private static byte[] merge(Node node, byte[] current, Choice choice) {
    byte[] merged = node.durable.clone();
    for (int s = node.dirty.nextSetBit(0); s >= 0; s = node.dirty.nextSetBit(s + 1)) {
      int from = s * SECTOR;
      int to = Math.min(current.length, from + SECTOR);
      if (choice.keeps(s) && to > from) {
        merged = to > merged.length ? Arrays.copyOf(merged, to) : merged;
        System.arraycopy(current, from, merged, from, to - from);
      }
    }
    return merged;
  }

  /** Makes the tree what the random choices leave of it. */
  void cutPower(RandomGenerator random) throws IOException {
    List<Path> paths = new ArrayList<>(nodes.keySet());
    paths.sort(null);
    for (Path path : paths) {
      if (!nodes.get(path).directory) {
        nodes.get(path).current = Files.readAllBytes(path);
      }
    }
    Node top = nodes.get(root);
    for (int i = paths.size() - 1; i > 0; i--) {
      Files.delete(paths.get(i));
    }
    restore(top, root, random);
    load();
  }

  private void restore(Node directory, Path path, RandomGenerator random) throws IOException {
    Map<String, Node> children = new TreeMap<>(directory.durableChildren);
    int kept = random.nextInt(directory.changes.size() + 1);
    directory.changes.subList(0, kept).forEach(change -> change.apply(children));
    for (Map.Entry<String, Node> entry : children.entrySet()) {
      Path child = path.resolve(entry.getKey());
      Node node = entry.getValue();
      if (node.directory) {
        Files.createDirectory(child);
        restore(node, child, random);
      } else {
        Files.write(child, merge(node, node.current, sector -> random.nextBoolean()));
      }
    }
  }
}
