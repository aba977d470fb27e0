package io.balsa.raft.storage;

import io.balsa.raft.Environment;
import io.balsa.raft.LogStore;
import io.balsa.raft.RecoveredLog;
import io.balsa.raft.StorageException;
import io.balsa.raft.core.Configuration;
import io.balsa.raft.core.Entry;
import io.balsa.raft.core.EntryType;
import io.balsa.raft.core.HardState;
import io.balsa.raft.core.LogPosition;
import io.balsa.raft.core.Member;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.UUID;

/**
 * What is added to the log of a survivor, so that it goes on as the only voter of another cluster.
 *
 * <ul>
 *   <li>Nothing in the log is removed or replaced.
 *   <li>The term is higher than any that the survivor has seen, durable before there is an entry of
 *       it, and without a vote.
 *   <li>The configuration comes before the account of what was done: a crash between the two may
 *       leave the survivor without an account, but never in the old cluster with an entry that no
 *       leader made.
 * </ul>
 */
final class NewGeneration {
  /** Who recovers, when, and what the cluster is called from then on. */
  record Act(Instant at, String by, UUID cluster) {}

  private final Survivor survivor;
  private final Configuration configuration;
  private final HardState hardState;
  private final Act act;

  /** Goes on from a survivor that is reached at an address. */
  NewGeneration(Survivor survivor, String address, Act act) {
    this.survivor = survivor;
    this.act = act;
    Member only = new Member(survivor.node(), address, survivor.identity().incarnation());
    configuration = Configuration.of(List.of(only)).withClusterId(act.cluster);
    hardState =
        new HardState(Math.max(survivor.hardState().term(), survivor.last().term()) + 1, null);
  }

  Configuration configuration() {
    return configuration;
  }

  /** The two entries that are added. */
  List<Entry> entries() {
    long index = survivor.last().index();
    byte[] account = account().getBytes(StandardCharsets.UTF_8);
    return List.of(
        new Entry(hardState.term(), index + 1, EntryType.CONFIGURATION, configuration.toBytes()),
        new Entry(hardState.term(), index + 2, EntryType.NO_OP, account));
  }

  private String account() {
    return ("recovered from the loss of a majority\n")
        + ("at " + act.at + "\n")
        + ("by " + printable(act.by) + "\n")
        + ("node " + survivor.node() + " " + survivor.identity().incarnation() + "\n")
        + ("log " + survivor.last() + " term " + survivor.hardState().term())
        + (" committed " + survivor.committed() + "\n")
        + ("new cluster " + act.cluster + "\n")
        + ("before:\n" + survivor.configuration());
  }

  private static String printable(String text) {
    return text.replaceAll("\\p{Cntrl}", "?");
  }

  /**
   * Adds them. After a crash in between it can be done again from what is there then.
   *
   * @throws StorageException if the directory is not as it was found, or is open
   * @throws IOException if the file system fails
   */
  void write(Environment environment) throws IOException {
    try (FileStorage storage = FileStorage.open(survivor.directory())) {
      LogStore log = storage.open(survivor.group(), survivor.identity(), environment);
      checkUnchanged(log);
      log.saveHardState(hardState);
      log.append(entries(), survivor.committed());
      log.sync();
    }
  }

  private void checkUnchanged(LogStore log) throws StorageException {
    RecoveredLog found = log.recovered();
    int runs = found.termStarts().size();
    long term = runs == 0 ? found.start().term() : found.termStarts().get(runs - 1).term();
    if (!log.identity().incarnation().equals(survivor.identity().incarnation())
        || !new LogPosition(term, found.lastIndex()).equals(survivor.last())
        || !found.hardState().equals(survivor.hardState())) {
      throw new StorageException(
          survivor.directory()
              + " was used since it was looked at. Nothing was changed; look again");
    }
  }
}
