package io.balsa.raft.storage;

import io.balsa.raft.Identity;
import io.balsa.raft.StorageException;
import io.balsa.raft.core.Configuration;
import io.balsa.raft.core.Entry;
import io.balsa.raft.core.HardState;
import io.balsa.raft.core.LogPosition;
import io.balsa.raft.core.Member;
import io.balsa.raft.core.NodeId;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.UUID;

/**
 * What is left of a cluster in the directory of one of its nodes, which is not running.
 *
 * @param directory where it is
 * @param group the group
 * @param identity the node, and the cluster that its log says
 * @param hardState term and vote
 * @param last the last position of the log, which is not empty
 * @param committed up to here the log is known to be committed; more may be
 * @param configuration the one in force, committed or not
 */
record Survivor(
    Path directory,
    String group,
    Identity identity,
    HardState hardState,
    LogPosition last,
    long committed,
    Configuration configuration) {

  /**
   * Reads all of a directory and changes nothing.
   *
   * @throws StorageException if it is open, damaged, of a newer version, or has no log
   */
  static Survivor look(Path path) throws IOException {
    try (Inspection inspection = Inspection.open(path)) {
      inspection.run();
      Configuration configuration = configuration(inspection);
      if (configuration == null) {
        throw new StorageException(path + " has no log: there is nothing to go on from");
      }
      Map<String, String> fields = inspection.fields();
      LogOutline log = inspection.outline();
      return new Survivor(
          path,
          fields.get("group"),
          new Identity(
              configuration.clusterId(),
              new NodeId(fields.get("node")),
              UUID.fromString(fields.get("incarnation"))),
          inspection.hardState(),
          log.last(),
          log.commitIndex(),
          configuration);
    }
  }

  private static Configuration configuration(Inspection inspection) {
    Entry entry = inspection.outline().lastConfiguration();
    if (entry != null) {
      return Configuration.fromBytes(entry.data());
    }
    return inspection.snapshot() == null ? null : inspection.snapshot().configuration();
  }

  NodeId node() {
    return identity.nodeId();
  }

  /** Where the members reach it, null if it is none of them. */
  String address() {
    Member member = configuration.member(node());
    return member == null ? null : member.address();
  }
}
