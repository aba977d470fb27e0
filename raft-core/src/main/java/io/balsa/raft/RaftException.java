package io.balsa.raft;

/**
 * A proposal or a read was not answered. The subclasses say what its caller may do next: {@link
 * NotExecutedException} try again, {@link OutcomeUnknownException} find out first, {@link
 * SessionLostException} find out and open another session, {@link AnswerLostException} read the
 * state, {@link ClosedException} use another node.
 */
public abstract sealed class RaftException extends RuntimeException
    permits NotExecutedException,
        OutcomeUnknownException,
        SessionLostException,
        AnswerLostException,
        ClosedException {
  private static final long serialVersionUID = 1L;

  RaftException(String message, Throwable cause) {
    super(message, cause);
  }
}
