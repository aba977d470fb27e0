package io.balsa.raft.testkit.disk;

import java.util.TreeMap;

/** A directory: the names a process sees in it, and those that a power cut can't take away. */
final class DirectoryNode extends Node {
  private final TreeMap<String, Node> current = new TreeMap<>();
  private final TreeMap<String, Node> durable = new TreeMap<>();

  DirectoryNode(long id) {
    super(id);
  }

  TreeMap<String, Node> current() {
    return current;
  }

  TreeMap<String, Node> durable() {
    return durable;
  }
}
