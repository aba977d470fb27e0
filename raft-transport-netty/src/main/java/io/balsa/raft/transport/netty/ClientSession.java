package io.balsa.raft.transport.netty;

import java.time.Duration;

/**
 * A client's session as the client sees it.
 *
 * <ul>
 *   <li>It is opened when there is something to propose, and when it is lost no other one takes its
 *       place before the caller wants that.
 * </ul>
 */
final class ClientSession {
  /** So many signs of life go into a timeout. */
  private static final int SIGNS = 3;

  private enum State {
    NONE,
    OPENING,
    OPEN,
    LOST
  }

  private final long timeoutNanos;
  private State state = State.NONE;
  private Sequences sequences = new Sequences();
  private long id;
  private long lastSign;

  ClientSession(Duration timeout) {
    timeoutNanos = timeout.toNanos();
  }

  long timeoutMillis() {
    return timeoutNanos / 1_000_000;
  }

  long id() {
    return id;
  }

  Sequences sequences() {
    return sequences;
  }

  boolean isOpen() {
    return state == State.OPEN;
  }

  boolean isLost() {
    return state == State.LOST;
  }

  boolean isNone() {
    return state == State.NONE;
  }

  void opening() {
    state = State.OPENING;
  }

  /** Whether it was opened is not known; if it was, it ends by itself. */
  void notOpened() {
    if (state == State.OPENING) {
      state = State.NONE;
    }
  }

  void opened(long session, long now) {
    state = State.OPEN;
    id = session;
    lastSign = now;
  }

  /** Something was sent from which the cluster sees that the client is there. */
  void sign(long now) {
    lastSign = now;
  }

  boolean needsSign(long now) {
    return state == State.OPEN && now - lastSign >= timeoutNanos / SIGNS;
  }

  void lost() {
    state = State.LOST;
  }

  /** The caller knows that the session was lost, and wants another one. */
  void forget() {
    if (state == State.LOST) {
      state = State.NONE;
      sequences = new Sequences();
    }
  }
}
