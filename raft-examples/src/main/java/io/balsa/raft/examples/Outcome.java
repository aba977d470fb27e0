package io.balsa.raft.examples;

/**
 * What became of a request to a cluster. The difference between the last two is never glossed over:
 * a lost connection or a missing answer makes it unknown, not failed.
 */
sealed interface Outcome<T> {

  /** It was executed, for good. */
  record Executed<T>(T value) implements Outcome<T> {}

  /** It was not and never will be, so it may be tried again. */
  record NotExecuted<T>(String reason) implements Outcome<T> {}

  /** It may have been executed, may be executed later, or never. */
  record Unknown<T>(String reason) implements Outcome<T> {}
}
