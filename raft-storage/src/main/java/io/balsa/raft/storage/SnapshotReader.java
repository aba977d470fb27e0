package io.balsa.raft.storage;

import io.balsa.raft.DamagedLogException;
import io.balsa.raft.core.Snapshot;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.Objects;

/**
 * Reads a snapshot file: what it says of itself when it is opened, and then its image. The only
 * code that says whether such a file is good.
 *
 * <ul>
 *   <li>No byte of the image is given before the block that it is in was verified, and no end
 *       before the footer was reached where it must be.
 *   <li>Holds one block, however long the image is.
 * </ul>
 */
final class SnapshotReader extends InputStream {
  private final Path file;
  private final FileChannel channel;
  private final long size;
  private final ByteBuffer blockHeader = ByteBuffer.allocate(SnapshotFormat.BLOCK_HEADER);
  private SnapshotHeader header;

  /** The checksum of the last block that was read, or of the header. */
  private int chain;

  /** The checksum of the last block, and the bytes of the image, as the footer tells. */
  private int lastChecksum;

  private long imageBytes;

  /** The verified bytes that were not given yet. */
  private ByteBuffer block = ByteBuffer.allocate(SnapshotFormat.BLOCK).flip();

  private long offset;
  private long read;

  /** Opens a file and checks its header, its footer and its length. */
  SnapshotReader(Path file) throws IOException {
    this.file = file;
    this.channel = Disk.openForReading(file);
    boolean done = false;
    try {
      this.size = channel.size();
      readHeader();
      readFooter();
      done = true;
    } finally {
      if (!done) {
        channel.close();
      }
    }
  }

  SnapshotHeader header() {
    return header;
  }

  Snapshot snapshot() {
    return header.snapshot(size);
  }

  private void readHeader() throws IOException {
    ByteBuffer fixed = load(0, SnapshotFormat.FIXED, "the file ends before its header does");
    if (fixed.getLong(0) != SnapshotFormat.MAGIC) {
      throw damaged(0, "this is not a snapshot");
    }
    int length = SnapshotHeader.size(fixed);
    if (length < 0 || length > size - SnapshotFormat.FOOTER) {
      throw damaged(0, "the header tells an impossible length");
    }
    ByteBuffer bytes = load(0, length, "the file ends before its header does");
    int end = length - SnapshotFormat.CRC;
    chain = SnapshotFormat.checksum(0, bytes.duplicate().limit(end));
    if (bytes.getInt(end) != chain) {
      throw damaged(0, "the header has not the checksum it was written with");
    }
    if (SnapshotHeader.version(fixed) != SnapshotFormat.VERSION) {
      throw new NewerFormatException(file, "has format " + SnapshotHeader.version(fixed));
    }
    try {
      header = SnapshotHeader.decode(bytes);
    } catch (IllegalArgumentException e) {
      throw damaged(0, "the header holds no configuration: " + e.getMessage());
    }
    offset = length;
  }

  private void readFooter() throws IOException {
    long at = size - SnapshotFormat.FOOTER;
    ByteBuffer bytes = load(at, SnapshotFormat.FOOTER, "the file ends before its footer does");
    int end = SnapshotFormat.FOOTER - SnapshotFormat.CRC;
    int checksum = SnapshotFormat.checksum(chain, bytes.duplicate().limit(end));
    lastChecksum = bytes.getInt(4);
    imageBytes = bytes.getLong(8);
    if (bytes.getInt(end) != checksum || bytes.getInt(0) != 0 || bytes.getLong(16) != size) {
      throw damaged(at, "the file does not end with the footer that belongs to its header");
    }
  }

  private ByteBuffer load(long from, int length, String otherwise) throws IOException {
    ByteBuffer bytes = ByteBuffer.allocate(length);
    Disk.read(channel, bytes, from);
    if (bytes.hasRemaining()) {
      throw damaged(size, otherwise);
    }
    return bytes.flip();
  }

  /** Reads what is left, to see that it is good. */
  void verify() throws IOException {
    while (fill()) {
      block.position(block.limit());
    }
  }

  @Override
  public int read() throws IOException {
    return fill() ? block.get() & 0xff : -1;
  }

  @Override
  public int read(byte[] bytes, int from, int length) throws IOException {
    Objects.checkFromIndexSize(from, length, bytes.length);
    if (length == 0) {
      return 0;
    }
    if (!fill()) {
      return -1;
    }
    int n = Math.min(length, block.remaining());
    block.get(bytes, from, n);
    return n;
  }

  @Override
  public int available() {
    return block.remaining();
  }

  /** Makes sure that there are verified bytes to give; false at the end of the image. */
  private boolean fill() throws IOException {
    if (block.hasRemaining()) {
      return true;
    }
    long footer = size - SnapshotFormat.FOOTER;
    if (offset == footer) {
      if (chain != lastChecksum || read != imageBytes) {
        throw damaged(offset, "the last block is not the one that was written last");
      }
      return false;
    }
    readBlock(footer);
    return true;
  }

  private void readBlock(long footer) throws IOException {
    blockHeader.clear();
    Disk.read(channel, blockHeader, offset);
    int length = blockHeader.getInt(0);
    long data = offset + SnapshotFormat.BLOCK_HEADER;
    if (length < 1 || length > SnapshotFormat.MAX_BLOCK || length > footer - data) {
      throw damaged(offset, "a block of an impossible length");
    }
    if (length > block.capacity()) {
      block = ByteBuffer.allocate(length);
    }
    block.clear().limit(length);
    Disk.read(channel, block, data);
    boolean whole = !block.hasRemaining();
    block.flip();
    chain = SnapshotFormat.checksum(chain, blockHeader.clear().limit(4), block.duplicate());
    if (!whole || chain != blockHeader.clear().getInt(4)) {
      block.limit(0);
      throw damaged(offset, "the block here is not what was written");
    }
    read += length;
    offset = data + length;
  }

  private DamagedLogException damaged(long at, String detail) {
    return new DamagedLogException(file.toString(), at, 1, detail);
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }
}
