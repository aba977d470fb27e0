package io.balsa.raft;

import io.balsa.raft.core.Configuration;
import io.balsa.raft.core.LogPosition;
import io.balsa.raft.core.Snapshot;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.UUID;

/**
 * The durable snapshots of one group on one node, part of a {@link LogStore}.
 *
 * <ul>
 *   <li>A snapshot is there as a whole or not at all, whatever crash comes when.
 *   <li>The latest one stays until a later one is durable in its place.
 * </ul>
 *
 * <p>One thread at a time calls {@link #create} and {@link #receive} and writes to what they give;
 * the thread that writes the log calls {@link #activate}; the rest may be called by any thread at
 * any time between opening and closing. A failure here does not kill the log, except one of {@link
 * #activate}.
 */
public interface SnapshotStore {

  /**
   * The latest snapshot that is complete and durable.
   *
   * @return the snapshot, or null if there is none
   */
  Snapshot latest();

  /**
   * Begins a snapshot of this node's own state machine. What an earlier call left unfinished is
   * dropped.
   *
   * @param id its id
   * @param last the last position that was applied
   * @param configurationIndex the index of the configuration
   * @param configuration the configuration at that position
   * @return takes the image
   * @throws IOException if the file system fails
   */
  Image create(UUID id, LogPosition last, long configurationIndex, Configuration configuration)
      throws IOException;

  /**
   * Begins to receive another node's snapshot, or goes on with it where an earlier call, perhaps
   * before a restart, has come to. What was received of any other snapshot is dropped.
   *
   * @param snapshot the snapshot as announced by its sender
   * @return takes the bytes
   * @throws IOException if the file system fails
   */
  Receipt receive(Snapshot snapshot) throws IOException;

  /**
   * Makes a snapshot that was received as a whole and {@linkplain Receipt#verify() verified} the
   * latest one, durably. Does nothing if it is that already.
   *
   * @param snapshot the snapshot
   * @throws IllegalArgumentException if it was not verified since the store was opened, or if a
   *     later one is the latest
   * @throws IOException if the file system fails; the log store is dead then
   */
  void activate(Snapshot snapshot) throws IOException;

  /**
   * Opens the image of the latest snapshot, as the state machine has written it. Checksums are
   * verified on the way.
   *
   * @param snapshot the snapshot
   * @return the image; its reading throws {@link DamagedLogException} where bytes are not what was
   *     written; null if the snapshot is not the latest any more
   * @throws DamagedLogException if the snapshot can't be one that was written
   * @throws IOException if the file system fails
   */
  InputStream open(Snapshot snapshot) throws IOException;

  /**
   * Reads a piece of a snapshot for a peer, which gives it to {@link Receipt#write}.
   *
   * @param id the snapshot
   * @param offset where the piece begins, 0 to the size of the snapshot
   * @param maxBytes how many bytes to return at most
   * @return the bytes, none at the end; null if the snapshot is not the latest any more
   * @throws DamagedLogException if they are not there
   * @throws IOException if the file system fails
   */
  byte[] read(UUID id, long offset, int maxBytes) throws IOException;

  /** A snapshot that is being made. Closing it without {@link #publish} drops it. */
  abstract class Image extends OutputStream {

    /** For implementations. */
    protected Image() {}

    /**
     * Makes the snapshot durable, and the latest one.
     *
     * @return the snapshot
     * @throws IOException if the file system fails, or if a later one has become the latest
     *     meanwhile; it is not the latest one then
     */
    public abstract Snapshot publish() throws IOException;
  }

  /** A snapshot that is being received. Closing it keeps what was received. */
  interface Receipt extends Closeable {

    /**
     * How much has been received.
     *
     * @return the offset of the next piece
     */
    long received();

    /**
     * Takes the next piece.
     *
     * @param bytes the bytes at {@link #received()}
     * @throws IOException if the file system fails, or if they are more than were announced
     */
    void write(byte[] bytes) throws IOException;

    /**
     * Checks that all bytes are there and are what the sender has written, and makes them durable.
     * If they are not, what was received is dropped and has to be received anew.
     *
     * @throws DamagedLogException if a checksum, the length, or what the snapshot says of itself is
     *     wrong
     * @throws IOException if the file system fails
     */
    void verify() throws IOException;
  }
}
