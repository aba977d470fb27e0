package io.balsa.raft.examples;

/** How the programs of this package end. 2 is picocli's own, for arguments that make no sense. */
final class ExitCode {
  static final int OK = 0;
  static final int FAILED = 1;
  static final int USAGE = 2;

  /** A node: its data directory belongs to another node, is in use, or is damaged. */
  static final int STORAGE = 3;

  /** A node: one of its ports is taken. */
  static final int PORT_TAKEN = 4;

  /** A client: the change may have been executed, or may be executed later, or never. */
  static final int UNKNOWN = 5;

  /** A client: the key is not there, or has another version than expected. */
  static final int CONFLICT = 6;

  private ExitCode() {}
}
