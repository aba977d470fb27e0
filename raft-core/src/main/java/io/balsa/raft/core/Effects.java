package io.balsa.raft.core;

import java.util.List;

/**
 * What the driver has to do after some {@link Raft#step}s. The parts are independent: messages and
 * replications may leave at once and in any order, since what they promise is on disk already; the
 * save is written behind earlier saves.
 *
 * @param messages complete messages to send
 * @param replications AppendEntries to fill from the log and to send
 * @param save what to write, or null
 * @param fetch a snapshot to get from the leader, or null; asked for again and again until it is
 *     there or not needed any more
 * @param discardable entries of the log up to here are not needed any more, once the save is done;
 *     0 if there is nothing new
 * @param accepted batches that are in the log now
 * @param refused batches that are not, and will not be
 * @param readable reads that may be answered
 * @param unreadable reads that will not be answered
 * @param changed changes of the configuration that are done
 * @param undecided changes of the configuration that this node began and can't see the end of
 * @param transferred transfers of the leadership for which this node has made way
 * @param commitIndex up to here entries may be applied; never falls
 * @param notable role changes and refused messages, for the log
 * @param failure null, or the evidence for which the group stopped: a broken invariant. Nothing
 *     follows it.
 */
public record Effects(
    List<Envelope> messages,
    List<Replication> replications,
    Save save,
    Fetch fetch,
    long discardable,
    List<Accepted> accepted,
    List<Refused> refused,
    List<Readable> readable,
    List<Long> unreadable,
    List<Changed> changed,
    List<Long> undecided,
    List<Long> transferred,
    long commitIndex,
    List<Decision> notable,
    String failure) {

  /**
   * A message and its receiver.
   *
   * @param to the receiver
   * @param message the message
   */
  public record Envelope(NodeId to, Message message) {}

  /**
   * An AppendEntries that names its entries instead of holding them. Must not be sent once the node
   * has left the term.
   *
   * @param to the receiver
   * @param header everything but the entries
   * @param lastIndex the last entry to send; fewer may be sent if they are too many bytes
   */
  public record Replication(NodeId to, Message.AppendEntries header, long lastIndex) {}

  /**
   * A snapshot and who has it.
   *
   * @param from the leader
   * @param snapshot the snapshot
   */
  public record Fetch(NodeId from, Snapshot snapshot) {}

  /**
   * Something to write. First the hard state, durable before the rest; then the snapshot, which
   * takes the place of the whole log; then the entries, where one at or below the end of the log
   * replaces everything from its index on.
   *
   * @param token comes back in {@link Event.Persisted}
   * @param hardState the new hard state, or null if it did not change
   * @param snapshot the snapshot that was received and behind which the log goes on, or null
   * @param entries the entries, in the order in which they took effect
   * @param commitIndex a hint to store with them
   */
  public record Save(
      long token, HardState hardState, Snapshot snapshot, List<Entry> entries, long commitIndex) {}

  /**
   * A batch got places in the log. Whether it will be committed is open.
   *
   * @param id the number of the batch
   * @param first the position of its first entry; the others follow
   */
  public record Accepted(long id, LogPosition first) {}

  /**
   * A batch got no place in the log and never will; or a change of the configuration or a transfer
   * of the leadership does not take place.
   *
   * @param id the number of the request
   * @param reason why
   * @param leader whom this node follows, or null
   */
  public record Refused(long id, String reason, NodeId leader) {}

  /**
   * Reads may be answered from a state that has applied an index.
   *
   * @param id the number of the batch
   * @param index the index
   * @param byLease whether this node's lease vouches for it, not a quorum
   */
  public record Readable(long id, long index, boolean byLease) {}

  /**
   * A configuration that was asked for is committed.
   *
   * @param id the number of the request
   * @param index the index of the entry that holds it
   * @param configuration the configuration
   */
  public record Changed(long id, long index, Configuration configuration) {}
}
