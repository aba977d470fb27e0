package io.balsa.raft;

import io.balsa.raft.core.Effects;
import io.balsa.raft.core.Entry;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes saves to the storage: all that have gathered while the last sync ran share the next one.
 *
 * <ul>
 *   <li>Saves are written in the order in which they were given, and reported when they are on
 *       disk.
 *   <li>After a long sync they may be many. So that the next one ends, and whoever watches the disk
 *       sees that it works, no more than {@link Limits#syncBytes} share one: a poll writes one such
 *       portion, and what is left is for the next.
 *   <li>After a failure nothing more is written until the storage was opened again.
 * </ul>
 */
final class LogWriter {
  private static final Logger LOG = LoggerFactory.getLogger(LogWriter.class);

  /** What there is to do. */
  sealed interface Task {
    /** Write a save. */
    record Write(Effects.Save save) implements Task {}

    /** Give up entries that a snapshot stands for. */
    record Discard(long index) implements Task {}

    /** Open the storage again. */
    record Reopen() implements Task {}
  }

  private final Storage storage;
  private final String group;
  private final Environment environment;
  private final long syncBytes;
  private final Runner runner;
  private final Mailbox<Task> tasks;
  private final Mailbox<Mail> loop;
  private final Deque<Task> waiting = new ArrayDeque<>();
  private LogStore store;
  private int opening = 1;
  private boolean failed;

  LogWriter(
      Storage storage,
      String group,
      Environment environment,
      LogStore store,
      Runner runner,
      Mailbox<Task> tasks,
      Mailbox<Mail> loop) {
    this.storage = storage;
    this.group = group;
    this.environment = environment;
    syncBytes = environment.limits().syncBytes();
    this.store = store;
    this.runner = runner;
    this.tasks = tasks;
    this.loop = loop;
  }

  void poll() {
    waiting.addAll(tasks.take());
    List<Effects.Save> saves = new ArrayList<>();
    long bytes = 0;
    long discardable = 0;
    while (bytes < syncBytes && !waiting.isEmpty()) {
      Task task = waiting.remove();
      if (task instanceof Task.Write write) {
        saves.add(write.save());
        bytes += size(write.save());
      } else if (task instanceof Task.Discard discard) {
        discardable = discard.index();
      } else {
        saves.clear(); // they belong to the opening that failed
        discardable = 0;
        reopen();
      }
    }
    if (!failed && !saves.isEmpty()) {
      writeAndReport(saves);
    }
    if (!failed && discardable > 0) {
      discard(discardable);
    }
    if (!waiting.isEmpty()) {
      runner.wake();
    }
  }

  private static long size(Effects.Save save) {
    long bytes = 0;
    for (Entry entry : save.entries()) {
      bytes += entry.size();
    }
    return bytes;
  }

  private void discard(long index) {
    try {
      store.discard(index);
    } catch (Throwable e) {
      failed = true;
      loop.put(new Mail.StorageFailed(opening, e));
    }
  }

  private void writeAndReport(List<Effects.Save> saves) {
    try {
      write(saves);
      loop.put(new Mail.Persisted(opening, saves.get(saves.size() - 1).token()));
    } catch (Throwable e) {
      failed = true;
      loop.put(new Mail.StorageFailed(opening, e));
    }
  }

  private void write(List<Effects.Save> saves) throws IOException {
    List<Entry> entries = new ArrayList<>();
    long commitIndex = 0;
    for (Effects.Save save : saves) {
      if (save.hardState() != null) {
        entries = append(entries, commitIndex);
        store.saveHardState(save.hardState());
      }
      if (save.snapshot() != null) {
        entries = append(entries, commitIndex);
        store.snapshots().activate(save.snapshot());
        store.restartAfter(save.snapshot().last());
      }
      entries.addAll(save.entries());
      commitIndex = save.commitIndex();
    }
    append(entries, commitIndex);
    store.sync();
  }

  /** Returns a list for those that follow; the store may keep the one it was given. */
  private List<Entry> append(List<Entry> entries, long commitIndex) throws IOException {
    if (entries.isEmpty()) {
      return entries;
    }
    store.append(entries, commitIndex);
    return new ArrayList<>();
  }

  private void reopen() {
    try {
      store.close();
    } catch (IOException e) {
      LOG.info("closing the failed storage: {}", e.toString());
    }
    try {
      store = storage.open(group, store.identity(), environment);
      opening++;
      failed = false;
      loop.put(new Mail.StorageOpened(store));
    } catch (Throwable e) {
      failed = true;
      loop.put(new Mail.StorageStillFailed(e));
    }
  }

  /**
   * Closes the store; to be called when nobody polls any more. What is still waiting was promised
   * to nobody.
   */
  void close() throws IOException {
    store.close();
  }
}
