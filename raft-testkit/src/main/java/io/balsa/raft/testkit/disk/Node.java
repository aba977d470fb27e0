package io.balsa.raft.testkit.disk;

/**
 * A file or directory, whatever it is called.
 *
 * <ul>
 *   <li>It has at most one durable name.
 * </ul>
 */
abstract class Node {
  private final long id;
  private DirectoryNode durableParent;
  private String durableName;

  Node(long id) {
    this.id = id;
  }

  long id() {
    return id;
  }

  /** Gives it a durable name instead of the one it has; what has that name loses it. */
  void placeDurably(DirectoryNode parent, String name) {
    removeDurably();
    Node replaced = parent.durable().put(name, this);
    if (replaced != null) {
      replaced.durableParent = null;
    }
    durableParent = parent;
    durableName = name;
  }

  void removeDurably() {
    if (durableParent != null) {
      durableParent.durable().remove(durableName);
      durableParent = null;
    }
  }
}
