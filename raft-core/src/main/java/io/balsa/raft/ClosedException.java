package io.balsa.raft;

/**
 * It was not executed, because this node is closed or its group has failed for good; the message
 * says which and why.
 */
public final class ClosedException extends RaftException {
  private static final long serialVersionUID = 1L;

  /**
   * For transports that tell a client of it.
   *
   * @param message what is closed and why
   * @param cause what it failed of, or null
   */
  public ClosedException(String message, Throwable cause) {
    super(message, cause);
  }
}
