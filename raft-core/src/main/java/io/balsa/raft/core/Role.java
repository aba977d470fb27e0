package io.balsa.raft.core;

/** What a node is in its term (section 3.3). */
public enum Role {
  /** Answers a leader, or waits for one. */
  FOLLOWER,
  /** Asks whether it could win an election, without starting one (section 9.6). */
  PRE_CANDIDATE,
  /** Asks for votes. */
  CANDIDATE,
  /** Decides what is in the log. */
  LEADER,
  /** Does nothing any more: an invariant was found broken. */
  STOPPED
}
