package io.balsa.raft;

import java.util.ArrayList;
import java.util.List;

/**
 * Hands things from any thread to one.
 *
 * <ul>
 *   <li>They arrive in the order in which they were put.
 *   <li>Once it is closed nothing gets in; what was in it comes out with the next take.
 *   <li>Whoever puts something large accounts for its bytes before; the number of things is bounded
 *       here.
 * </ul>
 */
final class Mailbox<T> {
  private static final int MAX_SIZE = 1 << 17;

  private final Runner reader;
  private List<T> items = new ArrayList<>();
  private boolean closed;

  Mailbox(Runner reader) {
    this.reader = reader;
  }

  /** Puts something that must not get lost. Returns false if the mailbox is closed. */
  boolean put(T item) {
    synchronized (this) {
      if (closed) {
        return false;
      }
      items.add(item);
    }
    reader.wake();
    return true;
  }

  /**
   * Puts something that may get lost. Returns false if it is, since the mailbox is closed or full.
   */
  boolean offer(T item) {
    synchronized (this) {
      if (closed || items.size() >= MAX_SIZE) {
        return false;
      }
      items.add(item);
    }
    reader.wake();
    return true;
  }

  synchronized List<T> take() {
    if (items.isEmpty()) {
      return List.of();
    }
    List<T> taken = items;
    items = new ArrayList<>();
    return taken;
  }

  synchronized void close() {
    closed = true;
  }
}
