package io.balsa.raft;

/**
 * It was not executed and never will be: no leader was found in time, or there is too much to do.
 * Trying again later is safe.
 */
public final class NotExecutedException extends RaftException {
  private static final long serialVersionUID = 1L;

  /**
   * For transports that tell a client of it.
   *
   * @param message why
   */
  public NotExecutedException(String message) {
    super(message, null);
  }
}
