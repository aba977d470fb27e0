package io.balsa.raft.core;

import java.util.UUID;

/**
 * What a snapshot is of (chapter 5): it stands for the log up to an index, with the configuration
 * that was in force there. The image itself is the driver's.
 *
 * @param id drawn at random when it was made: of two snapshots of one position the bytes may differ
 * @param last the last position of the log that it stands for
 * @param configurationIndex the index of the entry that holds {@code configuration}, 0 if it is the
 *     one the cluster was formed with; at most {@code last.index()}
 * @param configuration the configuration at {@code last}, also if it is a joint one
 * @param bytes how many bytes have to be transferred
 */
public record Snapshot(
    UUID id, LogPosition last, long configurationIndex, Configuration configuration, long bytes) {

  /**
   * The last index that it stands for.
   *
   * @return the index of {@code last}
   */
  public long index() {
    return last.index();
  }

  /** Position and size; the members are in the configuration. */
  @Override
  public String toString() {
    return "snapshot " + last + "(" + bytes + " bytes)";
  }
}
