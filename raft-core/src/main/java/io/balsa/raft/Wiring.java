package io.balsa.raft;

/**
 * Who the event loop works with.
 *
 * @param link to the peers
 * @param writer writes saves
 * @param reader reads what has left the cache
 * @param snapshots writes and receives snapshots
 * @param applier applies and answers
 * @param replies to other nodes whose proposals came here
 * @param proposed the bytes of all unanswered proposals
 * @param sessions those of this node's service
 */
record Wiring(
    Transport.Link link,
    Mailbox<LogWriter.Task> writer,
    Mailbox<LogReader.Task> reader,
    Mailbox<SnapshotKeeper.Task> snapshots,
    Applier applier,
    Replies replies,
    ByteBudget proposed,
    SessionDesk sessions) {}
