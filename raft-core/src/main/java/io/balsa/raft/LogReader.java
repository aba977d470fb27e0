package io.balsa.raft;

import io.balsa.raft.core.Effects;
import io.balsa.raft.core.Entry;
import java.io.IOException;
import java.util.List;

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
      return answer(task, task.store.read(task.first, task.last, maxBytes));
    } catch (IndexOutOfBoundsException e) {
      if (task.replication == null) {
        return new Mail.StorageFailed(task.opening, e);
      }
      // Since the task was given the node has lost its leadership, and the end of its log with it.
      return answer(task, List.of());
    } catch (IOException | RuntimeException | Error e) {
      return new Mail.StorageFailed(task.opening, e);
    }
  }

  private static Mail answer(Task task, List<Entry> entries) {
    return task.replication == null
        ? new Mail.ReadForApply(task.opening, entries)
        : new Mail.ReadForPeer(task.opening, task.replication, entries);
  }
}
