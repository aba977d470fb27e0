package io.balsa.raft;

/**
 * A proposal or a read was not answered. The subclasses say what its caller may do next: {@link
 * NotExecutedException} try again, {@link OutcomeUnknownException} find out first, {@link
 * SessionLostException} the same, and open another session, {@link ClosedException} use another
 * node.
 */
public abstract sealed class RaftException extends RuntimeException
    permits NotExecutedException, OutcomeUnknownException, SessionLostException, ClosedException {
  private static final long serialVersionUID = 1L;

  RaftException(String message, Throwable cause) {
    super(message, cause);
  }
}
