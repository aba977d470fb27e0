package io.balsa.raft.transport.netty;

/** Two nodes hold one connection for each lane. The codes are part of the wire format. */
enum Lane {
  /** What is small and urgent: votes, heartbeats, acknowledgements, ReadIndex. */
  CONSENSUS(1),
  /** What may be large: entries, forwarded proposals and their outcomes. */
  BULK(2);

  private final int code;

  Lane(int code) {
    this.code = code;
  }

  int code() {
    return code;
  }

  /** The lane with this code, or null if this version does not know it. */
  static Lane ofCode(int code) {
    return code == CONSENSUS.code ? CONSENSUS : code == BULK.code ? BULK : null;
  }
}
