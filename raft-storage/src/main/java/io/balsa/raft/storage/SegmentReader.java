package io.balsa.raft.storage;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.zip.CRC32C;

/**
 * Walks over the records of one segment, one after the other. Used by one thread at a time.
 *
 * <ul>
 *   <li>Has a channel of its own, so that an interrupted reader closes only its own.
 *   <li>Holds at most {@link #WINDOW} bytes, however long a record claims to be.
 *   <li>Between two calls of {@link #goTo} no byte is read twice, and none at or after the given
 *       end.
 * </ul>
 */
final class SegmentReader implements Closeable {
  private static final int WINDOW = 64 << 10;

  private final Path file;
  private final long number;
  private final FileChannel channel;
  private final long fileSize;
  private final CRC32C crc = new CRC32C();
  private final ByteBuffer window = ByteBuffer.allocateDirect(WINDOW);
  private final ByteBuffer view = window.duplicate();
  private final ByteBuffer seed = ByteBuffer.allocate(4);

  /** Where in the file the window ends, and where reading ends. */
  private long loaded;

  private long end;

  private long offset;
  private long nextOffset;
  private int checksum;
  private int previous;
  private int length;
  private int group;
  private int type;
  private long index;
  private long term;

  SegmentReader(Path file, long number, int seed) throws IOException {
    this.file = file;
    this.number = number;
    this.channel = Disk.openForReading(file);
    this.fileSize = channel.size();
    this.seed.putInt(0, seed);
  }

  /** Goes to where a record begins; bytes at {@code end} or after it are not looked at. */
  void goTo(long newOffset, long newEnd) {
    window.clear().limit(0);
    loaded = newOffset;
    nextOffset = newOffset;
    end = Math.min(newEnd, fileSize);
  }

  /**
   * Reads the header of the next record.
   *
   * @return false if there is no room for it, or for the data it claims to have; {@link #offset()}
   *     is then where it would begin
   */
  boolean next() throws IOException {
    offset = nextOffset;
    if (end - offset < WalFormat.RECORD_HEADER) {
      return false;
    }
    load(WalFormat.RECORD_HEADER);
    int at = window.position();
    checksum = window.getInt(at);
    previous = window.getInt(at + WalFormat.PREVIOUS);
    length = window.getInt(at + WalFormat.LENGTH);
    group = window.getShort(at + WalFormat.GROUP_NUMBER);
    type = window.get(at + WalFormat.TYPE) & 0xff;
    index = window.getLong(at + WalFormat.INDEX);
    term = window.getLong(at + WalFormat.TERM);
    if (length < 0 || length > WalFormat.MAX_DATA) {
      return false;
    }
    nextOffset = offset + WalFormat.recordSize(length);
    return nextOffset <= end;
  }

  /**
   * Reads the rest of the record and checks it.
   *
   * @param data takes the data of the record, of the right length; null if it isn't wanted
   * @return whether the checksum is right
   */
  boolean verify(byte[] data) throws IOException {
    crc.reset();
    crc.update(seed.array());
    window.position(window.position() + 4);
    update(WalFormat.RECORD_HEADER - 4, null);
    update(length, data);
    update(nextOffset - offset - WalFormat.RECORD_HEADER - length, null);
    return (int) crc.getValue() == checksum;
  }

  private void update(long bytes, byte[] data) throws IOException {
    long left = bytes;
    while (left > 0) {
      load(1);
      int n = (int) Math.min(left, window.remaining());
      int at = window.position();
      crc.update(view.clear().position(at).limit(at + n));
      if (data != null) {
        window.get(at, data, (int) (bytes - left), n);
      }
      window.position(at + n);
      left -= n;
    }
  }

  /**
   * Makes sure that so many bytes are in the window; {@link #next} made sure that the file has
   * them.
   */
  private void load(int bytes) throws IOException {
    if (window.remaining() >= bytes) {
      return;
    }
    window.compact();
    window.limit((int) Math.min(window.capacity(), window.position() + end - loaded));
    int before = window.position();
    Disk.read(channel, window, loaded);
    loaded += window.position() - before;
    window.flip();
    if (window.remaining() < bytes) {
      throw new IOException(file + " became shorter while it was read");
    }
  }

  Path file() {
    return file;
  }

  long number() {
    return number;
  }

  /** Where the record begins. */
  long offset() {
    return offset;
  }

  /** Where the record after this one begins. */
  long nextOffset() {
    return nextOffset;
  }

  int checksum() {
    return checksum;
  }

  int previous() {
    return previous;
  }

  int length() {
    return length;
  }

  int group() {
    return group;
  }

  int type() {
    return type;
  }

  long index() {
    return index;
  }

  long term() {
    return term;
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }
}
