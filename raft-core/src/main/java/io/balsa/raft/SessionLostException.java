package io.balsa.raft;

/**
 * The session is over: its client was not heard of for longer than its timeout, or has closed it.
 * The command was not executed by this call. Whether an earlier try of the same command was, which
 * ended with an {@link OutcomeUnknownException}, can't be told any more. A new session is opened
 * only by whoever has read this.
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
