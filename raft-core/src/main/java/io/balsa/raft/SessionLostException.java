package io.balsa.raft;

/**
 * The session has ended, because nothing was heard of its client for too long. What was proposed in
 * it and not answered may have been executed; it is not proposed again in another session, since
 * that might execute it twice.
 */
public final class SessionLostException extends RaftException {
  private static final long serialVersionUID = 1L;

  /**
   * For transports that tell a client of it.
   *
   * @param message which session, and what is known
   */
  public SessionLostException(String message) {
    super(message, null);
  }
}
