package io.balsa.raft;

import java.io.IOException;

/** A place can't be used as storage, or no longer; the message says which, why, and what to do. */
public class StorageException extends IOException {
  private static final long serialVersionUID = 1L;

  /**
   * With a message.
   *
   * @param message what happened, to what, and what to do next
   */
  public StorageException(String message) {
    super(message);
  }

  /**
   * With a message and what caused it.
   *
   * @param message what happened, to what, and what to do next
   * @param cause the failure below
   */
  public StorageException(String message, Throwable cause) {
    super(message, cause);
  }
}
