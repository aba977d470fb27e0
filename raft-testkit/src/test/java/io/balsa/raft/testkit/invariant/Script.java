package io.balsa.raft.testkit.invariant;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.balsa.raft.core.Configuration;
import io.balsa.raft.core.Decision;
import io.balsa.raft.core.Entry;
import io.balsa.raft.core.EntryType;
import io.balsa.raft.core.HardState;
import io.balsa.raft.core.LogPosition;
import io.balsa.raft.core.Message;
import io.balsa.raft.core.NodeId;
import io.balsa.raft.core.RaftView;
import io.balsa.raft.core.Role;
import io.balsa.raft.core.Snapshot;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.UUID;
import java.util.function.Function;

/**
 * A stream of observations, written by hand, and the one invariant that judges it: what is told up
 * to the last step must be fine, and the last may be one that is not.
 */
final class Script {
  static final Configuration ABC = configuration("voter a=a:1", "voter b=b:1", "voter c=c:1");

  /** The same, with the incarnation of each. */
  private static final Configuration PINNED =
      configuration(
          "voter a=a:1 " + new UUID(0, 1),
          "voter b=b:1 " + new UUID(0, 2),
          "voter c=c:1 " + new UUID(0, 3));

  private record View(
      NodeId self,
      long term,
      Role role,
      LogPosition last,
      long persistedIndex,
      long commitIndex,
      Configuration configuration,
      long configurationIndex)
      implements RaftView {
    @Override
    public LogPosition start() {
      return LogPosition.ZERO;
    }

    @Override
    public Snapshot snapshot() {
      return null;
    }

    @Override
    public NodeId votedFor() {
      return null;
    }

    @Override
    public NodeId leader() {
      return null;
    }
  }

  private final Evidence evidence = new Evidence(ABC);
  private final Invariant invariant;

  private Script(Function<Evidence, Invariant> invariant) {
    this.invariant = invariant.apply(evidence);
  }

  static Script of(Function<Evidence, Invariant> invariant) {
    return new Script(invariant);
  }

  static NodeId id(String name) {
    return new NodeId(name);
  }

  static Configuration configuration(String... lines) {
    return Configuration.fromBytes(String.join("\n", lines).getBytes(StandardCharsets.UTF_8));
  }

  static Entry entry(long index, long term) {
    return entry(index, term, "at " + index);
  }

  static Entry entry(long index, long term, String command) {
    return new Entry(term, index, EntryType.COMMAND, bytes(command));
  }

  static Entry noOp(long index, long term) {
    return new Entry(term, index, EntryType.NO_OP, new byte[0]);
  }

  static Entry entry(long index, long term, Configuration configuration) {
    return new Entry(term, index, EntryType.CONFIGURATION, configuration.toBytes());
  }

  static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  /** Tells something that may happen. */
  Script tell(Observation observation) {
    evidence.take(observation);
    invariant.observe(observation);
    return this;
  }

  /** Tells something that must not happen, and expects to be told why, in these words. */
  void fails(Function<Script, Script> step, String... words) {
    assertThatExceptionOfType(Violated.class)
        .isThrownBy(() -> step.apply(this))
        .satisfies(
            violated -> {
              String name = invariant.getClass().getSimpleName().toLowerCase();
              assertThat(violated.invariant().toLowerCase().replaceAll("[ -]", "")).isEqualTo(name);
              assertThat(violated).hasMessageContainingAll(words);
            });
  }

  // ---- what there is to tell

  Script started(String node, long term, String vote, long commitIndex, Entry... log) {
    HardState hardState = new HardState(term, vote == null ? null : id(vote));
    return tell(new Observation.Started(id(node), hardState, List.of(log), commitIndex));
  }

  Script stopped(String node) {
    return tell(new Observation.Stopped(id(node)));
  }

  Script killed(String node) {
    return tell(new Observation.Killed(id(node)));
  }

  Script written(String node, Entry... entries) {
    return tell(new Observation.Written(id(node), List.of(entries)));
  }

  Script synced(String... nodes) {
    for (String node : nodes) {
      tell(new Observation.Synced(id(node)));
    }
    return this;
  }

  /** Writes and syncs. */
  Script kept(String node, Entry... entries) {
    return written(node, entries).synced(node);
  }

  Script saved(String node, long term, String vote) {
    HardState hardState = new HardState(term, vote == null ? null : id(vote));
    return tell(new Observation.HardStateSaved(id(node), hardState));
  }

  Script applied(String node, long index, String command, long stateHash) {
    return tell(new Observation.Applied(id(node), index, bytes(command), stateHash));
  }

  Script asked(String node, long request) {
    return tell(new Observation.Asked(id(node), request));
  }

  Script answered(String node, long request) {
    return tell(new Observation.Answered(id(node), request));
  }

  Script filled(String node, long amount, long limit) {
    return tell(new Observation.Filled(id(node), "mailbox", amount, limit));
  }

  Script becomes(String node, Role role, long term) {
    return becomes(node, role, term, ABC);
  }

  Script becomes(String node, Role role, long term, Configuration inForce) {
    return decided(
        node,
        new Decision.RoleChanged(Role.FOLLOWER, role, term, "the script says so"),
        new View(id(node), term, role, LogPosition.ZERO, 0, 0, inForce, 0));
  }

  /** By a configuration of this index, with a log that is committed up to another one. */
  Script campaigns(String node, Configuration inForce, long index, long commitIndex) {
    LogPosition last = new LogPosition(1, Math.max(index, commitIndex));
    return decided(
        node,
        new Decision.RoleChanged(Role.FOLLOWER, Role.PRE_CANDIDATE, 1, "the script says so"),
        new View(id(node), 1, Role.PRE_CANDIDATE, last, 0, commitIndex, inForce, index));
  }

  Script leads(String node, long term) {
    return becomes(node, Role.LEADER, term);
  }

  Script sends(String node, String to, Message message) {
    return decided(node, new Decision.Sent(id(to), message, 0), view(node, 0, 0, 0));
  }

  /** Speaks of what a follower has confirmed. */
  Script heartbeats(String node, String to, long term, long matchIndex) {
    return heartbeats(node, to, term, matchIndex, PINNED);
  }

  Script heartbeats(
      String node, String to, long term, long matchIndex, Configuration configuration) {
    LogPosition match = new LogPosition(1, matchIndex);
    Message heartbeat = new Message.AppendEntries(term, 1, match, 0, List.of(), false);
    Decision sent = new Decision.Sent(id(to), heartbeat, matchIndex);
    return decided(node, sent, view(node, 0, 0, 0, configuration));
  }

  Script appends(String node, long term, long first, long last) {
    LogPosition from = new LogPosition(term, first);
    Decision decision = new Decision.Appended(from, new LogPosition(term, last));
    return decided(node, decision, view(node, last, 0, 0));
  }

  Script truncates(String node, long index, long term) {
    Decision decision = new Decision.Truncated(new LogPosition(term, index));
    return decided(node, decision, view(node, index - 1, index - 1, index - 1));
  }

  /** Commits a log that is on disk. */
  Script commits(String node, long index) {
    return decided(node, new Decision.Committed(index), view(node, index, index, index));
  }

  Script hears(String node, String from, Message message) {
    return decided(node, new Decision.Heard(id(from), message), view(node, 0, 0, 0));
  }

  Script persists(String node, long token, long index) {
    return persists(node, token, index, index, ABC);
  }

  Script persists(String node, long token, long index, long last, Configuration inForce) {
    View view =
        new View(id(node), 9, Role.FOLLOWER, new LogPosition(9, last), index, index, inForce, 0);
    return decided(node, new Decision.Persisted(token, index), view);
  }

  /** All of a log that ends like this. */
  Script persists(String node, long token, LogPosition last) {
    long index = last.index();
    View view = new View(id(node), 9, Role.FOLLOWER, last, index, index, ABC, 0);
    return decided(node, new Decision.Persisted(token, index), view);
  }

  Script reconfigures(String node, Configuration configuration) {
    return decided(node, new Decision.Reconfigured(configuration), view(node, 0, 0, 0));
  }

  /** What comes into force by a snapshot is announced right after this. */
  Script installs(String node, Snapshot snapshot) {
    return decided(node, new Decision.Installed(snapshot), view(node, 0, 0, 0))
        .reconfigures(node, snapshot.configuration());
  }

  Script restartsBehind(String node, Snapshot snapshot) {
    return tell(new Observation.Restarted(id(node), snapshot));
  }

  /** By an entry of this index, the last of its log. */
  Script reconfigures(String node, Configuration configuration, long index) {
    LogPosition last = new LogPosition(9, index);
    View view = new View(id(node), 9, Role.FOLLOWER, last, 0, 0, configuration, index);
    return decided(node, new Decision.Reconfigured(configuration), view);
  }

  Script hasSnapshot(String node, long index, long configurationIndex, Configuration of) {
    return tell(new Observation.SnapshotSaved(id(node), snapshot(index, configurationIndex, of)));
  }

  static Snapshot snapshot(long index, long configurationIndex, Configuration of) {
    LogPosition last = new LogPosition(1, index);
    return new Snapshot(new UUID(0, index), last, configurationIndex, of, 10);
  }

  /** Any decision, with the numbers of the state after it. */
  Script shows(String node, long term, long last, long persisted, long commitIndex) {
    return decided(
        node,
        new Decision.Refused(id(node), "the script says so"),
        new View(
            id(node),
            term,
            Role.FOLLOWER,
            new LogPosition(term, last),
            persisted,
            commitIndex,
            ABC,
            0));
  }

  static RaftView view(
      String node, long last, long persisted, long commitIndex, Configuration inForce) {
    return new View(
        id(node), 9, Role.FOLLOWER, new LogPosition(9, last), persisted, commitIndex, inForce, 0);
  }

  static RaftView view(String node, long last, long persisted, long commitIndex) {
    return new View(
        id(node), 9, Role.FOLLOWER, new LogPosition(9, last), persisted, commitIndex, ABC, 0);
  }

  private Script decided(String node, Decision decision, RaftView after) {
    return tell(new Observation.Decided(id(node), decision, after));
  }
}
