package io.balsa.raft;

import io.balsa.raft.core.Entry;
import io.balsa.raft.core.HardState;
import io.balsa.raft.core.LogPosition;
import java.io.IOException;
import java.util.List;

/**
 * The durable log and hard state of one group on one node.
 *
 * <p>One thread at a time calls {@link #append}, {@link #saveHardState}, {@link #sync} and {@link
 * #close}; {@link #read} may be called by any thread at any time between opening and closing.
 *
 * <p>After any of the writing methods threw, the store is dead: every later call throws {@link
 * StorageException}, and the only way on is to close it and to open it again. Nothing is retried,
 * because a second sync may succeed without having written what the first one lost.
 */
public interface LogStore extends AutoCloseable {

  /**
   * Whose store this is: node and incarnation of the place, and the cluster of who opened it.
   *
   * @return the identity
   */
  Identity identity();

  /**
   * What was found when the store was opened.
   *
   * @return the state at that time; later writes do not change it
   */
  RecoveredLog recovered();

  /**
   * Writes entries, durable only after the next {@link #sync}. The first entry may be at or below
   * the last index of the log: it then replaces everything from its index on, and so may any later
   * one in the list (the last of several entries with one index stays). The caller must not change
   * the entries afterwards.
   *
   * @param entries entries in the order in which they took effect, without a gap to the log or to
   *     each other
   * @param commitIndex a hint, stored with the entries: up to here the log is known to be committed
   * @throws IllegalArgumentException if there is a gap, or if an entry would replace one at or
   *     below an earlier commit hint; nothing is written then
   * @throws IOException if the file system fails; the store is dead then
   */
  void append(List<Entry> entries, long commitIndex) throws IOException;

  /**
   * Replaces the hard state; it is durable when this returns.
   *
   * @param hardState the new state
   * @throws IOException if the file system fails; the store is dead then
   */
  void saveHardState(HardState hardState) throws IOException;

  /**
   * Returns when everything appended before is durable.
   *
   * @throws IOException if the file system fails; the store is dead then
   */
  void sync() throws IOException;

  /**
   * Gives up entries that a durable snapshot stands for. May keep more of them than it must. May be
   * called with an index below the first one that is left, and does nothing then.
   *
   * @param index entries up to here are not needed any more; at most that of the latest snapshot
   *     and of the log's end
   * @throws IllegalArgumentException if no snapshot stands for them
   * @throws IOException if the file system fails; the store is dead then
   */
  void discard(long index) throws IOException;

  /**
   * Begins the log anew behind the latest snapshot, as the one that does not fit the log was
   * received from the leader; durable when it returns. Everything in the log is given up, and the
   * next entry has the index after that of the position. A store that is opened with a latest
   * snapshot whose position is not in the log has done this by itself: a crash may come in between.
   *
   * @param position the last position of the latest snapshot
   * @throws IllegalArgumentException if it is not that, or if the log is known to be committed
   *     beyond it
   * @throws IOException if the file system fails; the store is dead then
   */
  void restartAfter(LogPosition position) throws IOException;

  /**
   * The snapshots that belong to the log.
   *
   * @return their store, open as long as this one is
   */
  SnapshotStore snapshots();

  /**
   * Reads entries back, written or synced. Stops before the entry that would exceed the bytes, but
   * gives at least one.
   *
   * @param firstIndex the first index wanted, within the log
   * @param lastIndex the last index wanted, within the log
   * @param maxBytes how many bytes of entries to return at most, each counted with its {@link
   *     Entry#size}
   * @return consecutive entries from {@code firstIndex} on
   * @throws IndexOutOfBoundsException if the log does not have these indexes
   * @throws DamagedLogException if an entry is not what was written
   * @throws IOException if the file system fails
   */
  List<Entry> read(long firstIndex, long lastIndex, long maxBytes) throws IOException;

  /**
   * Closes the store; everything that was synced stays. May be called more than once, and on a dead
   * store.
   *
   * @throws IOException if the file system fails; the store is closed all the same
   */
  @Override
  void close() throws IOException;
}
