package io.balsa.raft;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * What the session table says to a request, as the answer of an entry: a status, and what belongs
 * to it.
 */
final class SessionAnswer {
  private static final byte DONE = 0;
  private static final byte LOST = 1;
  private static final byte NOT_KEPT = 2;
  private static final byte REFUSED = 3;
  private static final byte FORGOTTEN = 4;

  private SessionAnswer() {}

  static byte[] done(byte[] response) {
    return of(DONE, response);
  }

  static byte[] opened(long session) {
    return of(DONE, ByteBuffer.allocate(Long.BYTES).putLong(session).array());
  }

  /** There is no such session any more, or never was. */
  static byte[] lost() {
    return of(LOST, new byte[0]);
  }

  /** The command was executed, but what the state machine answered is not known here any more. */
  static byte[] notKept() {
    return of(NOT_KEPT, new byte[0]);
  }

  /** The client has said that it waits for no answer to this command any more. */
  static byte[] forgotten() {
    return of(FORGOTTEN, new byte[0]);
  }

  static byte[] refused(String reason) {
    return of(REFUSED, reason.getBytes(StandardCharsets.UTF_8));
  }

  private static byte[] of(byte status, byte[] rest) {
    byte[] answer = new byte[1 + rest.length];
    answer[0] = status;
    System.arraycopy(rest, 0, answer, 1, rest.length);
    return answer;
  }

  /**
   * The state machine's answer.
   *
   * @throws RaftException why there is none
   */
  static byte[] response(byte[] answer) {
    byte[] rest = Arrays.copyOfRange(answer, 1, answer.length);
    return switch (answer[0]) {
      case DONE -> rest;
      case LOST ->
          throw new SessionLostException(
              "the session is over: nothing was heard of it for longer than its timeout, or it was"
                  + " closed");
      case NOT_KEPT ->
          throw new AnswerLostException(
              "the command was executed, once; but its answer is not kept any more");
      case FORGOTTEN ->
          throw new OutcomeUnknownException(
              "the client has given this command up before, executed or not");
      default -> throw new NotExecutedException(new String(rest, StandardCharsets.UTF_8));
    };
  }

  static long session(byte[] response) {
    return ByteBuffer.wrap(response).getLong();
  }
}
