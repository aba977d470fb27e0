package io.balsa.raft;

import io.balsa.raft.core.Effects;
import java.io.IOException;

/** Reads entries that have left the cache from disk, off the event loop. */
final class LogReader {

  /**
   * What there is to read.
   *
   * @param opening which opening of the storage it belongs to
   * @param store where to read
   * @param first the first index
   * @param last the last index
   * @param replication for whom, or null for the state machine
   */
  record Task(
      int opening, LogStore store, long first, long last, Effects.Replication replication) {}

  private final Mailbox<Task> tasks;
  private final Mailbox<Mail> loop;
  private final long maxBytes;

  LogReader(Mailbox<Task> tasks, Mailbox<Mail> loop, long maxBytes) {
    this.tasks = tasks;
    this.loop = loop;
    this.maxBytes = maxBytes;
  }

  void poll() {
    for (Task task : tasks.take()) {
      loop.put(read(task));
    }
  }

  private Mail read(Task task) {
    try {
      var entries = task.store.read(task.first, task.last, maxBytes);
      return task.replication == null
          ? new Mail.ReadForApply(task.opening, entries)
          : new Mail.ReadForPeer(task.opening, task.replication, entries);
    } catch (IOException | RuntimeException e) {
      return new Mail.StorageFailed(task.opening, e);
    }
  }
}
