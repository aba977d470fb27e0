package io.balsa.raft;

import java.io.IOException;

/**
 * A place that keeps what a node must not forget. The library calls it as this interface says; a
 * user only makes one and hands it to the builder of a node.
 */
public interface Storage extends AutoCloseable {

  /**
   * Opens the log of a group, recovering whatever a crash left. A place that is still empty becomes
   * the given node's. Blocks until recovery is done. After a store failed, opening it again
   * re-reads and re-checks everything.
   *
   * <p>A place is one node's for one group, and has an incarnation of its own. Of which cluster the
   * node is, its log says, in its configurations; the place keeps nothing else about that, and the
   * store has the cluster of who opened it.
   *
   * @param group the name of the group
   * @param identity who opens it; its incarnation is used only if the place is still empty
   * @param environment where threads, if any are needed, and the size of files come from
   * @return the log, to be closed before it can be opened again
   * @throws DamagedLogException if something that had been synced is not what was written
   * @throws StorageException if the place belongs to another node or group, has a newer format, is
   *     open already, or can't be read or written
   * @throws IOException if the file system fails
   */
  LogStore open(String group, Identity identity, Environment environment) throws IOException;

  /**
   * Closes what is open and gives the place free. May be called more than once.
   *
   * @throws IOException if the file system fails; the place is given free all the same
   */
  @Override
  void close() throws IOException;
}
