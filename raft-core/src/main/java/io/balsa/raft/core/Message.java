package io.balsa.raft.core;

import java.util.List;

/**
 * What nodes say to each other: the RPCs of the dissertation (figures 3.1 and 6.1) as one-way
 * messages. Any of them may be lost, delayed, repeated or reordered.
 */
public sealed interface Message {

  /**
   * The term of the sender, except in a {@link PreVote}, where it is the term the sender would
   * campaign in.
   *
   * @return the term
   */
  long term();

  /**
   * Whether the receiver counts it towards a quorum.
   *
   * @return true for votes and acknowledgements
   */
  default boolean isCounted() {
    return this instanceof PreVoteReply
        || this instanceof RequestVoteReply
        || this instanceof AppendEntriesAccepted
        || this instanceof AppendEntriesRejected;
  }

  /**
   * Would you vote for me? Asked before a term is spent on an election (section 9.6); changes
   * nothing at the receiver.
   *
   * @param term the term the sender would campaign in, one above its own
   * @param last where the sender's log ends
   * @param round a number that tells this question from the sender's earlier ones
   */
  record PreVote(long term, LogPosition last, long round) implements Message {}

  /**
   * The answer to a {@link PreVote}.
   *
   * @param term the voter's own term
   * @param round the round of the question
   * @param granted whether the voter would vote for the sender
   */
  record PreVoteReply(long term, long round, boolean granted) implements Message {}

  /**
   * Vote for me (section 3.4).
   *
   * @param term the candidate's term
   * @param last where the candidate's log ends
   * @param transfer whether the leader has asked for this election, so that nobody shields it from
   *     it (section 3.10)
   */
  record RequestVote(long term, LogPosition last, boolean transfer) implements Message {
    /**
     * For an election that nobody has asked for.
     *
     * @param term the candidate's term
     * @param last where the candidate's log ends
     */
    public RequestVote(long term, LogPosition last) {
      this(term, last, false);
    }
  }

  /**
   * The answer to a {@link RequestVote}.
   *
   * @param term the voter's term
   * @param granted whether the candidate got the vote
   */
  record RequestVoteReply(long term, boolean granted) implements Message {}

  /**
   * Entries for the log, or none as a heartbeat (section 3.5).
   *
   * @param term the leader's term
   * @param round the leader's count of confirmation rounds; acknowledging it confirms the leader
   *     (section 6.4)
   * @param previous the position right before the entries, where the logs must agree
   * @param commitIndex up to where the leader's log is committed
   * @param entries consecutive entries from {@code previous.index() + 1} on
   * @param lease whether the receiver is to promise to help nobody else to lead for an election
   *     timeout, whatever it hears (section 6.4.1)
   */
  record AppendEntries(
      long term,
      long round,
      LogPosition previous,
      long commitIndex,
      List<Entry> entries,
      boolean lease)
      implements Message {
    /**
     * Without asking for a promise.
     *
     * @param term the leader's term
     * @param round the leader's count of confirmation rounds
     * @param previous the position right before the entries
     * @param commitIndex up to where the leader's log is committed
     * @param entries consecutive entries
     */
    public AppendEntries(
        long term, long round, LogPosition previous, long commitIndex, List<Entry> entries) {
      this(term, round, previous, commitIndex, entries, false);
    }

    /**
     * The same with other entries.
     *
     * @param others consecutive entries from {@code previous.index() + 1} on
     * @return the message
     */
    public AppendEntries withEntries(List<Entry> others) {
      return new AppendEntries(term, round, previous, commitIndex, others, lease);
    }

    /**
     * The last index this message vouches for.
     *
     * @return the index of its last entry, or of {@code previous} if it has none
     */
    public long lastIndex() {
      return previous.index() + entries.size();
    }
  }

  /**
   * The receiver's log agrees with the leader's, on disk, up to an index.
   *
   * @param term the receiver's term
   * @param round the round of the {@link AppendEntries}, 0 if that was of an earlier term
   * @param matchIndex the last index the acknowledged message vouched for
   */
  record AppendEntriesAccepted(long term, long round, long matchIndex) implements Message {}

  /**
   * The receiver's log has something else, or nothing, at {@code previous}.
   *
   * @param term the receiver's term
   * @param round the round of the {@link AppendEntries}, 0 if that was of an earlier term
   * @param previousIndex the index at which the logs do not agree
   * @param hint the last position of the receiver at which the logs may agree (section 3.5,
   *     skipping whole terms)
   */
  record AppendEntriesRejected(long term, long round, long previousIndex, LogPosition hint)
      implements Message {}

  /**
   * The leader does not have the entries any more that the receiver lacks, but has a snapshot that
   * stands for them (section 5.1). Goes out in place of a heartbeat until the receiver's log
   * continues the leader's; the bytes are fetched by the receiver.
   *
   * @param term the leader's term
   * @param round as in {@link AppendEntries}; the answer is an {@link AppendEntriesAccepted} with
   *     what the receiver has on disk and committed
   * @param snapshot the snapshot
   * @param lease as in {@link AppendEntries}
   */
  record InstallSnapshot(long term, long round, Snapshot snapshot, boolean lease)
      implements Message {
    /**
     * Without asking for a promise.
     *
     * @param term the leader's term
     * @param round as in {@link AppendEntries}
     * @param snapshot the snapshot
     */
    public InstallSnapshot(long term, long round, Snapshot snapshot) {
      this(term, round, snapshot, false);
    }
  }

  /**
   * Campaign at once: the leader makes way for the receiver (section 3.10).
   *
   * @param term the leader's term
   */
  record TimeoutNow(long term) implements Message {}

  /**
   * Up to which index must I have applied to answer a read that arrived before now (section 6.4)?
   *
   * @param term the sender's term
   * @param round a number that tells this question from the sender's earlier ones
   * @param byLease whether the receiver may answer by its lease, without asking a quorum
   */
  record ReadIndex(long term, long round, boolean byLease) implements Message {
    /**
     * To be confirmed by a quorum.
     *
     * @param term the sender's term
     * @param round a number that tells this question from the sender's earlier ones
     */
    public ReadIndex(long term, long round) {
      this(term, round, false);
    }
  }

  /**
   * The answer to a {@link ReadIndex}.
   *
   * @param term the leader's term
   * @param round the round of the question
   * @param index an index that was committed after the question was asked
   */
  record ReadIndexReply(long term, long round, long index) implements Message {}
}
