package io.balsa.raft.core;

/**
 * Something that Raft rules out has happened. Never leaves the package: it stops the group with its
 * message.
 */
final class BrokenInvariantException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  BrokenInvariantException(String evidence) {
    super(evidence);
  }
}
