package io.balsa.raft;

/**
 * The proposal was passed on, but whether it is in the log is not known: it may have been executed,
 * may be executed later, or never. Proposing it again may execute it twice.
 */
public final class OutcomeUnknownException extends RaftException {
  private static final long serialVersionUID = 1L;

  /**
   * For transports that tell a client of it.
   *
   * @param message what is known
   */
  public OutcomeUnknownException(String message) {
    super(message, null);
  }
}
