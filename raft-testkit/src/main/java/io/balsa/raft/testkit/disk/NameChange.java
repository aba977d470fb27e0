package io.balsa.raft.testkit.disk;

/**
 * A file or directory that was created, renamed or removed, in a directory that was not forced yet.
 * It is there after a power cut as a whole or not at all.
 *
 * @param sequence its place among all changes of the disk
 * @param node what it is about
 * @param from the directory it was in, null if it was created
 * @param to the directory it is in, null if it was removed
 * @param name its name there
 */
record NameChange(long sequence, Node node, DirectoryNode from, DirectoryNode to, String name) {
  boolean touches(Iterable<DirectoryNode> directories) {
    for (DirectoryNode directory : directories) {
      if (from == directory || to == directory) {
        return true;
      }
    }
    return false;
  }

  void applyDurably() {
    if (to == null) {
      node.removeDurably();
    } else {
      node.placeDurably(to, name);
    }
  }
}
