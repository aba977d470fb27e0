package io.balsa.raft.storage;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.zip.CRC32C;

/**
 * Encodes records into one reused buffer and hands them on in as few pieces as fit.
 *
 * <ul>
 *   <li>Each record carries the checksum of the one before, also across pieces.
 *   <li>Nothing is allocated for a record; the buffer grows with the batches up to {@link #LIMIT}.
 *   <li>Data is copied or written before the call that brought it returns.
 * </ul>
 */
final class RecordBuffer {
  static final int LIMIT = 4 << 20;
  private static final int INITIAL = 64 << 10;

  private final CRC32C crc = new CRC32C();
  private final ByteBuffer mark = ByteBuffer.allocate(WalFormat.MARK_PAYLOAD);
  private final ByteBuffer padding = ByteBuffer.allocate(8);
  private ByteBuffer buffer;
  private ByteBuffer view;
  private int seed;
  private int chain;

  /** Where the pieces go. */
  interface Sink {
    void write(ByteBuffer bytes) throws IOException;
  }

  RecordBuffer() {
    allocate(INITIAL);
  }

  private void allocate(int capacity) {
    buffer = ByteBuffer.allocateDirect(capacity);
    view = buffer.duplicate();
  }

  /** Goes on in a segment after the record with this checksum; the buffer is empty. */
  void continueAfter(int checksum, int segmentSeed) {
    chain = checksum;
    seed = segmentSeed;
  }

  /** The checksum of the last record. */
  int chain() {
    return chain;
  }

  /** The bytes that were encoded but not handed on. */
  int pending() {
    return buffer.position();
  }

  /** Makes room for a batch; the buffer is empty. */
  void expect(long bytes) {
    if (bytes > buffer.capacity() && buffer.capacity() < LIMIT) {
      long rounded = Long.highestOneBit(bytes - 1) << 1;
      allocate((int) Math.min(LIMIT, rounded));
    }
  }

  void putMark(int type, long index, long term, long synced, long commitIndex, Sink sink)
      throws IOException {
    mark.putLong(0, synced).putLong(8, commitIndex);
    put(type, index, term, mark.array(), sink);
  }

  void put(int type, long index, long term, byte[] data, Sink sink) throws IOException {
    int size = WalFormat.recordSize(data.length);
    if (size > buffer.remaining()) {
      flush(sink);
    }
    int start = buffer.position();
    buffer.putInt(seed).putInt(chain).putInt(data.length);
    buffer.putShort((short) WalFormat.GROUP).put((byte) type).put((byte) 0);
    buffer.putLong(index).putLong(term);
    if (size > buffer.capacity()) {
      putInPieces(data, sink);
      return;
    }
    buffer.put(data);
    pad(size - WalFormat.RECORD_HEADER - data.length);
    // The seed stands where the checksum goes, so that one pass covers both.
    crc.reset();
    crc.update(view.clear().position(start).limit(buffer.position()));
    chain = (int) crc.getValue();
    buffer.putInt(start, chain);
  }

  private void pad(int bytes) {
    for (int i = 0; i < bytes; i++) {
      buffer.put((byte) 0);
    }
  }

  /** A record larger than the buffer: its header is all the buffer holds. */
  private void putInPieces(byte[] data, Sink sink) throws IOException {
    int pad = WalFormat.recordSize(data.length) - WalFormat.RECORD_HEADER - data.length;
    crc.reset();
    crc.update(view.clear().limit(WalFormat.RECORD_HEADER));
    crc.update(data);
    crc.update(padding.array(), 0, pad);
    chain = (int) crc.getValue();
    buffer.putInt(0, chain);
    int done = 0;
    while (done < data.length) {
      int n = Math.min(buffer.remaining(), data.length - done);
      buffer.put(data, done, n);
      done += n;
      flush(sink);
    }
    pad(pad);
  }

  void flush(Sink sink) throws IOException {
    if (buffer.position() > 0) {
      buffer.flip();
      sink.write(buffer);
      buffer.clear();
    }
  }
}
