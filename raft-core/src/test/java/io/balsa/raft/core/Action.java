package io.balsa.raft.core;

/**
 * What can happen to one node.
 *
 * @param kind what
 * @param argument which packet, command, set of members or remains of the disk; 0 if nothing
 */
record Action(Kind kind, int argument) {
  enum Kind {
    DELIVER,
    PERSIST,
    TIMEOUT,
    CAMPAIGN,
    FORGET,
    HEARTBEAT,
    STEP_DOWN,
    CRASH,
    PROPOSE,
    READ,
    CHANGE
  }

  private static final Kind[] KINDS = Kind.values();

  int code() {
    return kind.ordinal() << 26 | argument;
  }

  static Action of(int code) {
    return new Action(KINDS[code >>> 26], code & (1 << 26) - 1);
  }

  static Kind kind(int code) {
    return KINDS[code >>> 26];
  }

  /** n1 is at place 0. */
  static int place(NodeId id) {
    return id.value().charAt(1) - '1';
  }
}
