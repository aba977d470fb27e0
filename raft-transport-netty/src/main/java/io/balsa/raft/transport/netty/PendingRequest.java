package io.balsa.raft.transport.netty;

import io.balsa.raft.ClientAnswer;
import io.balsa.raft.RaftException;
import java.util.Comparator;
import java.util.function.BiConsumer;

/** What a caller of a client waits for. Used by the thread of the client only. */
final class PendingRequest {
  /** What a caller may ask for. */
  enum Kind {
    PROPOSE,
    READ,
    STATUS
  }

  /** What a request costs besides its bytes, about. */
  static final int OVERHEAD = 256;

  static final Comparator<PendingRequest> BY_DEADLINE =
      Comparator.<PendingRequest>comparingLong(r -> r.deadline).thenComparingLong(r -> r.number);

  final Kind kind;
  final byte[] bytes;

  /** Called once: with an answer, or with the reason why there is none. */
  final BiConsumer<ClientAnswer, RaftException> caller;

  /** Its place among all requests of the client. */
  long number;

  long deadline;

  /** Its number in the session, 0 as long as it has none. */
  long sequence;

  /** Whether a node has got it, and has not said that it was not executed. */
  boolean uncertain;

  PendingRequest(Kind kind, byte[] bytes, BiConsumer<ClientAnswer, RaftException> caller) {
    this.kind = kind;
    this.bytes = bytes;
    this.caller = caller;
  }

  static long weight(byte[] bytes) {
    return bytes.length + (long) OVERHEAD;
  }

  boolean isProposal() {
    return kind == Kind.PROPOSE;
  }
}
