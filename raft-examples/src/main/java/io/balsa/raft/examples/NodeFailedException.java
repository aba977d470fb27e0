package io.balsa.raft.examples;

import java.io.IOException;

/** A node ended before it was ready; the message has what it said last. */
final class NodeFailedException extends IOException {
  private static final long serialVersionUID = 1L;

  private final int exitCode;

  NodeFailedException(String id, int exitCode, String lastWords) {
    super(id + " did not start (exit code " + exitCode + "): " + lastWords);
    this.exitCode = exitCode;
  }

  int exitCode() {
    return exitCode;
  }
}
