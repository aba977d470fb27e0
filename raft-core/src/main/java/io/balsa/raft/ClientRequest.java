package io.balsa.raft;

/**
 * What a program that is no member asks of a node. A transport carries it to {@link
 * Transport.Receiver#asked}, and the {@link ClientAnswer} back.
 */
public sealed interface ClientRequest {

  /**
   * Open a session. Repeating it opens another one; that of which nobody knows ends by itself.
   *
   * @param timeoutMillis after so long without a sign of the client the session ends
   */
  record OpenSession(long timeoutMillis) implements ClientRequest {}

  /**
   * The client of a session is still there.
   *
   * @param session which session
   * @param answeredBelow the client never asks again for what has a lower sequence number
   */
  record KeepAlive(long session, long answeredBelow) implements ClientRequest {}

  /**
   * The session is not needed any more.
   *
   * @param session which session
   */
  record CloseSession(long session) implements ClientRequest {}

  /**
   * Execute a command, once, however often this is asked with the same session and sequence.
   *
   * @param session which session
   * @param sequence the client's number for the command in this session, from 1
   * @param answeredBelow the client never asks again for what has a lower sequence number
   * @param command the command; neither side changes it
   */
  record Propose(long session, long sequence, long answeredBelow, byte[] command)
      implements ClientRequest {}

  /**
   * Ask the state machine, linearizably.
   *
   * @param query for {@link StateMachine#query}; neither side changes it
   */
  record Read(byte[] query) implements ClientRequest {}

  /** Say who leads and who the members are. Answered at once. */
  record Status() implements ClientRequest {}

  /**
   * Something that a later version can do.
   *
   * @param what a few words for people
   */
  record Unknown(String what) implements ClientRequest {}
}
