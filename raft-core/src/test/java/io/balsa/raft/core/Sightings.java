package io.balsa.raft.core;

import java.util.EnumMap;
import java.util.Map;

/** Notes what a {@link Search} comes across, and how deep; one that saw little has shown little. */
final class Sightings {
  enum Kind {
    COMMIT,
    COMMIT_IN_LATER_TERM,
    COMMAND_COMMITTED,
    TRUNCATION,
    CRASH,
    CRASH_THAT_LOST_A_SAVE,
    CRASH_WITH_A_TORN_SAVE,
    TWO_LEADERS,
    SPLIT_VOTE,
    JOINT_CONFIGURATION_COMMITTED,
    CHANGE_COMPLETED,
    CONFIGURATION_TAKEN_BACK,
    READ_ANSWERED,
    READ_ANSWERED_TO_A_FOLLOWER
  }

  private final Map<Kind, Integer> depths = new EnumMap<>(Kind.class);
  private int depth;

  /** The depth at which each was seen first. */
  Map<Kind, Integer> depths() {
    return depths;
  }

  /**
   * Looks at a new state.
   *
   * @param before the node that acted, as it was
   * @param nodes all of them, as they are now
   * @param history if it has changed
   */
  void see(
      int newDepth,
      TestNode before,
      Action action,
      Moves.Outcome outcome,
      TestNode[] nodes,
      History history) {
    depth = newDepth;
    history.committed().forEach(this::seeCommitted);
    TestNode node = nodes[Action.place(before.id)];
    if (action.kind() == Action.Kind.CRASH) {
      seeCrash(before, action.argument());
    } else if (outcome.truncated()) {
      note(Kind.TRUNCATION);
      if (!before.raft().configuration().equals(node.raft().configuration())) {
        note(Kind.CONFIGURATION_TAKEN_BACK);
      }
    }
    if (!outcome.readable().isEmpty()) {
      note(node.leads() ? Kind.READ_ANSWERED : Kind.READ_ANSWERED_TO_A_FOLLOWER);
    }
    for (TestNode other : nodes) {
      if (other != node && node.leads() && other.leads()) {
        note(Kind.TWO_LEADERS);
      } else if (other != node && isCandidateOf(node, other)) {
        note(Kind.SPLIT_VOTE);
      }
    }
  }

  private static boolean isCandidateOf(TestNode one, TestNode other) {
    return one.raft().role() == Role.CANDIDATE
        && other.raft().role() == Role.CANDIDATE
        && one.raft().term() == other.raft().term();
  }

  private void seeCommitted(Entry entry) {
    note(Kind.COMMIT);
    if (entry.term() > 1) {
      note(Kind.COMMIT_IN_LATER_TERM);
    }
    if (entry.type() == EntryType.COMMAND) {
      note(Kind.COMMAND_COMMITTED);
    } else if (entry.type() == EntryType.CONFIGURATION) {
      boolean joint = Configuration.fromBytes(entry.data()).isJoint();
      note(joint ? Kind.JOINT_CONFIGURATION_COMMITTED : Kind.CHANGE_COMPLETED);
    }
  }

  private void seeCrash(TestNode node, int remains) {
    note(Kind.CRASH);
    if (node.disk.underWay() > remains >> 4) {
      boolean torn = (remains & 15) > 0;
      note(torn ? Kind.CRASH_WITH_A_TORN_SAVE : Kind.CRASH_THAT_LOST_A_SAVE);
    }
  }

  private void note(Kind kind) {
    depths.putIfAbsent(kind, depth);
  }
}
