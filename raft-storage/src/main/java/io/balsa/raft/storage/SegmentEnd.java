package io.balsa.raft.storage;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.util.Arrays;
import java.util.zip.CRC32C;

/**
 * What is in a segment after its last valid record.
 *
 * <ul>
 *   <li>Only {@link #cut} and {@link #rewrite} change the file, and neither returns before that is
 *       durable.
 * </ul>
 */
final class SegmentEnd {
  private static final int CHUNK = 64 << 10;
  private static final byte[] ZEROS = new byte[CHUNK];

  private final FileChannel channel;
  private final long size;
  private final int seed;
  private final ByteBuffer chunk = ByteBuffer.allocate(CHUNK);

  SegmentEnd(FileChannel channel, int seed) throws IOException {
    this.channel = channel;
    this.size = channel.size();
    this.seed = seed;
  }

  /** The offset after the last byte that is not zero, {@code from} if there is none. */
  long endOfContent(long from) throws IOException {
    long end = from;
    for (long at = from; at < size; at += chunk.limit()) {
      load(at);
      int i = chunk.limit();
      if (Arrays.mismatch(chunk.array(), 0, i, ZEROS, 0, i) >= 0) {
        while (chunk.get(i - 1) == 0) {
          i--;
        }
        end = at + i;
      }
    }
    return end;
  }

  /**
   * Looks for a proof that the segment had been synced beyond {@code from}.
   *
   * @return the largest such offset a valid mark at or after {@code from} tells, {@code from} if
   *     there is none
   */
  long syncedBeyond(long from) throws IOException {
    long synced = from;
    int step = CHUNK - WalFormat.MARK_RECORD;
    for (long at = from; at < size; at += step) {
      load(at);
      for (int i = 0; i < step && i + WalFormat.MARK_RECORD <= chunk.limit(); i += 8) {
        if (isMark(i)) {
          synced = Math.max(synced, chunk.getLong(i + WalFormat.RECORD_HEADER));
        }
      }
    }
    return synced;
  }

  private boolean isMark(int at) {
    if (chunk.getInt(at + WalFormat.LENGTH) != WalFormat.MARK_PAYLOAD
        || WalFormat.isEntry(chunk.get(at + WalFormat.TYPE) & 0xff)) {
      return false;
    }
    CRC32C crc = new CRC32C();
    crc.update(ByteBuffer.allocate(4).putInt(seed).flip());
    crc.update(chunk.array(), at + 4, WalFormat.MARK_RECORD - 4);
    return (int) crc.getValue() == chunk.getInt(at);
  }

  private void load(long at) throws IOException {
    chunk.clear().limit((int) Math.min(CHUNK, size - at));
    Disk.read(channel, chunk, at);
    chunk.flip();
  }

  /** Fills the segment with zeros from {@code from} on. */
  void cut(long from, long endOfContent) throws IOException {
    ByteBuffer zeros = ByteBuffer.wrap(ZEROS);
    for (long at = from; at < endOfContent; at += zeros.limit()) {
      zeros.clear().limit((int) Math.min(CHUNK, endOfContent - at));
      Disk.write(channel, zeros, at);
    }
    channel.force(false);
  }

  /** Makes durable what was read. */
  void rewrite(long from, long to) throws IOException {
    Disk.rewrite(channel, from, to);
    channel.force(false);
  }
}
