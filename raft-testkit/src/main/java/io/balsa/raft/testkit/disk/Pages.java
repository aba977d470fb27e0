package io.balsa.raft.testkit.disk;

import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * The bytes of a file.
 *
 * <ul>
 *   <li>A page that is not there is all zeros.
 *   <li>A page is shared with copies until one of them writes to it; a shared page never changes.
 *   <li>What is in a page behind {@link #size} is zero.
 * </ul>
 */
final class Pages {
  private static final int PAGE = 4096;
  private static final ByteBuffer ZEROS = ByteBuffer.allocate(PAGE).asReadOnlyBuffer();

  private byte[][] pages;
  private boolean[] shared;
  private long size;

  Pages() {
    this(new byte[0][], new boolean[0], 0);
  }

  private Pages(byte[][] pages, boolean[] shared, long size) {
    this.pages = pages;
    this.shared = shared;
    this.size = size;
  }

  Pages copy() {
    Arrays.fill(shared, true);
    return new Pages(pages.clone(), shared.clone(), size);
  }

  long size() {
    return size;
  }

  /** Puts the rest of the buffer there; the file grows as needed. */
  void write(long offset, ByteBuffer bytes) {
    long at = offset;
    while (bytes.hasRemaining()) {
      int n = Math.min(PAGE - (int) (at % PAGE), bytes.remaining());
      put(at, bytes, n);
      at += n;
    }
    size = Math.max(size, at);
  }

  /** Puts zeros there; the file grows as needed. */
  void clear(long offset, long length) {
    long end = offset + length;
    for (long at = offset; at < end; ) {
      int n = (int) Math.min(PAGE - at % PAGE, end - at);
      clearInPage(at, n);
      at += n;
    }
    size = Math.max(size, end);
  }

  private void clearInPage(long at, int n) {
    int page = Math.toIntExact(at / PAGE);
    if (page < pages.length && pages[page] != null) {
      if (n == PAGE) {
        pages[page] = null;
      } else {
        int from = (int) (at % PAGE);
        Arrays.fill(own(page), from, from + n, (byte) 0);
      }
    }
  }

  private void put(long at, ByteBuffer bytes, int n) {
    int page = Math.toIntExact(at / PAGE);
    boolean there = page < pages.length && pages[page] != null;
    if ((!there || n == PAGE) && isZero(bytes, n)) {
      bytes.position(bytes.position() + n);
      if (there) {
        pages[page] = null;
      }
    } else {
      bytes.get(own(page), (int) (at % PAGE), n);
    }
  }

  /** Whether the next bytes are all zeros. */
  static boolean isZero(ByteBuffer bytes, int length) {
    for (int done = 0; done < length; done += PAGE) {
      int n = Math.min(PAGE, length - done);
      if (bytes.slice(bytes.position() + done, n).mismatch(ZEROS.slice(0, n)) >= 0) {
        return false;
      }
    }
    return true;
  }

  private byte[] own(int page) {
    if (page >= pages.length) {
      int length = Math.max(page + 1, pages.length * 2);
      pages = Arrays.copyOf(pages, length);
      shared = Arrays.copyOf(shared, length);
    }
    if (pages[page] == null) {
      pages[page] = new byte[PAGE];
    } else if (shared[page]) {
      pages[page] = pages[page].clone();
    }
    shared[page] = false;
    return pages[page];
  }

  /** Makes a range what it is in another file, as far as that goes. */
  void copy(Pages source, long from, long to) {
    long end = Math.min(to, source.size);
    for (long at = from; at < end; ) {
      int n = (int) Math.min(PAGE - at % PAGE, end - at);
      if (source.isThere(at)) {
        put(at, source.view(at, n), n);
      } else {
        clearInPage(at, n);
      }
      at += n;
    }
    size = Math.max(size, end);
  }

  private boolean isThere(long at) {
    int page = (int) (at / PAGE);
    return page < pages.length && pages[page] != null;
  }

  private ByteBuffer view(long at, int n) {
    return isThere(at)
        ? ByteBuffer.wrap(pages[(int) (at / PAGE)], (int) (at % PAGE), n)
        : ZEROS.slice(0, n);
  }

  /** Reads what there is, up to the limit of the buffer; -1 at the end of the file. */
  int read(long offset, ByteBuffer into) {
    if (offset >= size) {
      return -1;
    }
    int length = (int) Math.min(into.remaining(), size - offset);
    for (int done = 0; done < length; ) {
      int n = (int) Math.min(PAGE - (offset + done) % PAGE, length - done);
      into.put(view(offset + done, n));
      done += n;
    }
    return length;
  }

  byte[] toArray() {
    ByteBuffer bytes = ByteBuffer.allocate(Math.toIntExact(size));
    read(0, bytes);
    return bytes.array();
  }

  /** Cuts the end off, or adds zeros. */
  void resize(long newSize) {
    if (newSize < size) {
      int end = Math.toIntExact((newSize + PAGE - 1) / PAGE);
      for (int page = end; page < pages.length; page++) {
        pages[page] = null;
      }
      int kept = (int) (newSize % PAGE);
      if (kept > 0 && end <= pages.length && pages[end - 1] != null) {
        Arrays.fill(own(end - 1), kept, PAGE, (byte) 0);
      }
    }
    size = newSize;
  }

  void addTo(Fingerprint fingerprint) {
    fingerprint.add(size);
    for (int page = 0; page < pages.length; page++) {
      if (pages[page] != null && !isZero(ByteBuffer.wrap(pages[page]), PAGE)) {
        fingerprint.add(page);
        fingerprint.add(pages[page]);
      }
    }
  }
}
