package io.balsa.raft.core;

/** Something the algorithm decided or took note of, as told to a {@link RaftObserver}. */
public sealed interface Decision {

  /**
   * The node has another role, or the same one in another term.
   *
   * @param from the role before
   * @param to the role now
   * @param term the term now
   * @param reason why, in words
   */
  record RoleChanged(Role from, Role to, long term, String reason) implements Decision {}

  /**
   * The node answered a candidate.
   *
   * @param candidate who asked
   * @param granted whether it got the vote
   * @param reason why, in words
   */
  record Voted(NodeId candidate, boolean granted, String reason) implements Decision {}

  /**
   * Entries were added to the log.
   *
   * @param first the first of them
   * @param last the last of them
   */
  record Appended(LogPosition first, LogPosition last) implements Decision {}

  /**
   * Entries that conflict with the leader's were removed from the log.
   *
   * @param first the first of them
   */
  record Truncated(LogPosition first) implements Decision {}

  /**
   * Entries that a snapshot stands for were given up.
   *
   * @param start the position right before the first entry that is left
   */
  record Compacted(LogPosition start) implements Decision {}

  /**
   * The log was given up for a snapshot of the leader's, behind which it goes on.
   *
   * @param snapshot the snapshot
   */
  record Installed(Snapshot snapshot) implements Decision {}

  /**
   * The commit index rose.
   *
   * @param index the new one
   */
  record Committed(long index) implements Decision {}

  /**
   * Another configuration is in force.
   *
   * @param configuration the configuration
   */
  record Reconfigured(Configuration configuration) implements Decision {}

  /**
   * A message arrived.
   *
   * @param from who sent it
   * @param message the message
   */
  record Heard(NodeId from, Message message) implements Decision {}

  /**
   * A message may leave.
   *
   * @param to who it is for
   * @param message the message; an AppendEntries without its entries
   * @param lastIndex the last entry of an AppendEntries, else 0
   */
  record Sent(NodeId to, Message message, long lastIndex) implements Decision {}

  /**
   * Saves reached the disk.
   *
   * @param token up to which save
   * @param index up to where the log is on disk now
   */
  record Persisted(long token, long index) implements Decision {}

  /**
   * A message made no sense and was dropped.
   *
   * @param from who sent it
   * @param reason what is wrong with it
   */
  record Refused(NodeId from, String reason) implements Decision {}

  /**
   * Something that those who run the cluster should know.
   *
   * @param text what, in words
   */
  record Noted(String text) implements Decision {}
}
