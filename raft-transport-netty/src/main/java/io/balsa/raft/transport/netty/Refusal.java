package io.balsa.raft.transport.netty;

/**
 * Why an acceptor does not want a connection. The order of the constants is part of the wire
 * format.
 */
enum Refusal {
  NONE,
  VERSION,
  ROLE,
  UNKNOWN_GROUP,
  OTHER_CLUSTER,
  OTHER_NODE,
  UNKNOWN_NODE,
  SAME_NODE,
  OTHER_INCARNATION,
  CERTIFICATE,
  NOT_PERMITTED,
  FULL;

  private static final Refusal[] BY_CODE = values();

  int code() {
    return ordinal();
  }

  /** The refusal with this code; null if this version does not know the code. */
  static Refusal ofCode(int code) {
    return code >= 0 && code < BY_CODE.length ? BY_CODE[code] : null;
  }

  /** Whether the cause is usually over soon: a node that is about to learn who its peers are. */
  boolean mayPass() {
    return this == UNKNOWN_GROUP || this == UNKNOWN_NODE;
  }
}
