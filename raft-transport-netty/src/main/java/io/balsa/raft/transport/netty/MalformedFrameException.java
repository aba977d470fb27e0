package io.balsa.raft.transport.netty;

import java.io.IOException;

/**
 * Bytes from the network that the wire format does not allow. The message says why, in a few words.
 */
final class MalformedFrameException extends IOException {
  private static final long serialVersionUID = 1L;

  MalformedFrameException(String reason) {
    super(reason);
  }

  /** Strangers can make us throw this as often as they like; where it was thrown tells nothing. */
  @Override
  public synchronized Throwable fillInStackTrace() {
    return this;
  }
}
