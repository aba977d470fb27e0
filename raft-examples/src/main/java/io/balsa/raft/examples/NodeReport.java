package io.balsa.raft.examples;

import io.balsa.raft.NodeStatus;
import io.balsa.raft.core.NodeId;
import java.util.HashMap;
import java.util.Map;

/**
 * What a node says of itself, as it travels from a node to its clients.
 *
 * @param id the node
 * @param health "OK", or what is wrong
 * @param role what it is in its term
 * @param term the latest term it has seen
 * @param leader who leads as far as it knows, or "none"
 * @param commitIndex up to where its log is known to be committed
 * @param appliedIndex up to where it has applied its log
 * @param snapshotIndex up to where its latest snapshot stands for the log, 0 without one
 * @param receiving the snapshot that it is getting from the leader, or "nothing"
 * @param membersIndex the index of the entry that says who the members are, 0 if they are those
 *     with which the cluster was formed
 * @param members who is in its cluster as far as it knows, see {@link MemberList}
 * @param value its own copy of the counter, or how many keys its store has; the cluster may be
 *     ahead of it
 */
record NodeReport(
    String id,
    String health,
    String role,
    long term,
    String leader,
    long commitIndex,
    long appliedIndex,
    long snapshotIndex,
    String receiving,
    long membersIndex,
    MemberList members,
    long value) {
  static final String NO_LEADER = "none";
  static final String NOTHING = "nothing";

  /** The inverse of {@link #toText()}. */
  static NodeReport parse(String text) {
    Map<String, String> fields = new HashMap<>();
    for (String line : text.split("\n")) {
      String[] parts = line.split(": ", 2);
      if (parts.length == 2) {
        fields.put(parts[0], parts[1]);
      }
    }
    return new NodeReport(
        field(fields, "id"),
        field(fields, "health"),
        field(fields, "role"),
        number(fields, "term"),
        field(fields, "leader"),
        number(fields, "commitIndex"),
        number(fields, "appliedIndex"),
        number(fields, "snapshotIndex"),
        field(fields, "receiving"),
        number(fields, "membersIndex"),
        MemberList.parse(field(fields, "members")),
        number(fields, "value"));
  }

  static NodeReport of(NodeStatus status, long value) {
    NodeStatus.Health health = status.health();
    return new NodeReport(
        status.id().value(),
        health.problem().isEmpty()
            ? health.state().name()
            : health.state() + ": " + oneLine(health.problem()),
        status.role().name(),
        status.term(),
        status.leader().map(NodeId::value).orElse(NO_LEADER),
        status.commitIndex(),
        status.appliedIndex(),
        status.snapshotIndex(),
        status.receiving().map(NodeReport::text).orElse(NOTHING),
        status.configurationIndex(),
        MemberList.of(status.configuration()),
        value);
  }

  private static String text(NodeStatus.Receiving receiving) {
    return "%d of %d bytes from %s, up to index %d"
        .formatted(
            receiving.received(), receiving.bytes(), receiving.from().value(), receiving.index());
  }

  private static String oneLine(String text) {
    return text.replaceAll("\\s+", " ");
  }

  /** What the others know may be older. */
  boolean knowsMoreThan(NodeReport other) {
    return term > other.term || term == other.term && commitIndex > other.commitIndex;
  }

  boolean leads() {
    return role.equals("LEADER");
  }

  String toText() {
    return """
        id: %s
        health: %s
        role: %s
        term: %d
        leader: %s
        commitIndex: %d
        appliedIndex: %d
        snapshotIndex: %d
        receiving: %s
        membersIndex: %d
        members: %s
        value: %d
        """
        .formatted(
            id,
            health,
            role,
            term,
            leader,
            commitIndex,
            appliedIndex,
            snapshotIndex,
            receiving,
            membersIndex,
            members,
            value);
  }

  private static String field(Map<String, String> fields, String name) {
    String value = fields.get(name);
    if (value == null) {
      throw new IllegalArgumentException("this is not the status of a node: no " + name);
    }
    return value;
  }

  private static long number(Map<String, String> fields, String name) {
    return Long.parseLong(field(fields, name));
  }

  String toJson() {
    return """
        {
          "id": "%s",
          "health": "%s",
          "role": "%s",
          "term": %d,
          "leader": "%s",
          "commitIndex": %d,
          "appliedIndex": %d,
          "snapshotIndex": %d,
          "receiving": "%s",
          "membersIndex": %d,
          "members": %s,
          "value": %d
        }
        """
        .formatted(
            id,
            escape(health),
            role,
            term,
            leader,
            commitIndex,
            appliedIndex,
            snapshotIndex,
            receiving,
            membersIndex,
            members.toJson(),
            value);
  }

  /** Ids are plain by definition, and {@code oneLine} has left no control characters but ESC. */
  private static String escape(String text) {
    return text.replaceAll("\\p{Cntrl}", "?").replace("\\", "\\\\").replace("\"", "\\\"");
  }
}
