package io.balsa.raft.storage;

import io.balsa.raft.SnapshotStore;
import io.balsa.raft.StorageException;
import io.balsa.raft.core.Snapshot;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.Objects;

/**
 * Writes a snapshot file, in blocks.
 *
 * <ul>
 *   <li>Holds one block, however long the image is.
 *   <li>The file has a temporary name until everything in it is durable.
 *   <li>After a failure nothing can be published.
 * </ul>
 */
final class SnapshotImage extends SnapshotStore.Image {
  private final FileSnapshots store;
  private final Path file;
  private final SnapshotHeader header;
  private final FileChannel channel;
  private final int headerChecksum;

  /** The next block, with room for its header in front. */
  private final ByteBuffer block =
      ByteBuffer.allocateDirect(SnapshotFormat.BLOCK_HEADER + SnapshotFormat.BLOCK);

  private int chain;
  private long written;
  private long imageBytes;
  private boolean failed;
  private boolean closed;

  SnapshotImage(FileSnapshots store, Path file, SnapshotHeader header) throws IOException {
    this.store = store;
    this.file = file;
    this.header = header;
    ByteBuffer bytes = header.encode();
    headerChecksum = bytes.getInt(bytes.limit() - SnapshotFormat.CRC);
    chain = headerChecksum;
    block.position(SnapshotFormat.BLOCK_HEADER);
    channel = Disk.create(file);
    boolean done = false;
    try {
      put(bytes);
      done = true;
    } finally {
      if (!done) {
        channel.close();
      }
    }
  }

  @Override
  public void write(int octet) throws IOException {
    write(new byte[] {(byte) octet}, 0, 1);
  }

  @Override
  public void write(byte[] bytes, int from, int length) throws IOException {
    Objects.checkFromIndexSize(from, length, bytes.length);
    checkUsable();
    int done = 0;
    while (done < length) {
      int n = Math.min(block.remaining(), length - done);
      block.put(bytes, from + done, n);
      done += n;
      if (!block.hasRemaining()) {
        putBlock();
      }
    }
  }

  private void putBlock() throws IOException {
    int length = block.position() - SnapshotFormat.BLOCK_HEADER;
    block.flip().putInt(0, length);
    ByteBuffer lengthField = block.duplicate().limit(4);
    chain =
        SnapshotFormat.checksum(
            chain, lengthField, block.duplicate().position(SnapshotFormat.BLOCK_HEADER));
    block.putInt(4, chain);
    put(block);
    imageBytes += length;
    block.clear().position(SnapshotFormat.BLOCK_HEADER);
  }

  private void put(ByteBuffer bytes) throws IOException {
    int length = bytes.remaining();
    failed = true;
    Disk.write(channel, bytes, written);
    failed = false;
    written += length;
  }

  private void checkUsable() throws StorageException {
    if (closed || failed) {
      throw new StorageException(file + (closed ? " is closed" : " could not be written before"));
    }
  }

  @Override
  public Snapshot publish() throws IOException {
    checkUsable();
    if (block.position() > SnapshotFormat.BLOCK_HEADER) {
      putBlock();
    }
    ByteBuffer footer = ByteBuffer.allocate(SnapshotFormat.FOOTER);
    footer.putInt(0).putInt(chain).putLong(imageBytes).putLong(written + SnapshotFormat.FOOTER);
    footer.putInt(SnapshotFormat.checksum(headerChecksum, footer.duplicate().flip()));
    put(footer.flip());
    failed = true;
    channel.force(true);
    channel.close();
    Snapshot snapshot = header.snapshot(written);
    store.publish(this, file, snapshot);
    closed = true;
    return snapshot;
  }

  /** Ends the writing, whoever writes; {@link #close} also removes what was written. */
  void abandon() throws IOException {
    channel.close();
  }

  @Override
  public void close() throws IOException {
    if (!closed) {
      closed = true;
      channel.close();
      store.drop(this, file);
    }
  }
}
