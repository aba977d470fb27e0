package io.balsa.raft;

/**
 * The command was executed, exactly once, but what the state machine answered is not to be had:
 * answers of sessions have a bounded place in memory, a state machine that keeps its state on disk
 * is not asked again for what it did before it was restarted, and what is larger than a command may
 * be is not passed on from the leader to the node where the command was proposed. Read the state
 * instead.
 */
public final class AnswerLostException extends RaftException {
  private static final long serialVersionUID = 1L;

  /**
   * For transports that tell a client of it.
   *
   * @param message what is known
   */
  public AnswerLostException(String message) {
    super(message, null);
  }
}
