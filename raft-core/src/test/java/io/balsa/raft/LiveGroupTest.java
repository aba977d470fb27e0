package io.balsa.raft;

import static org.assertj.core.api.Assertions.assertThat;

import io.balsa.raft.core.Configuration;
import io.balsa.raft.core.Entry;
import io.balsa.raft.core.EntryType;
import io.balsa.raft.core.Event;
import io.balsa.raft.core.HardState;
import io.balsa.raft.core.LogPosition;
import io.balsa.raft.core.Member;
import io.balsa.raft.core.Message;
import io.balsa.raft.core.NodeId;
import io.balsa.raft.core.Raft;
import io.balsa.raft.core.RaftOptions;
import io.balsa.raft.core.RestoredState;
import io.balsa.raft.core.Snapshot;
import java.io.InputStream;
import java.util.Collection;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;

class LiveGroupTest {
  private static final class Echo implements StateMachine {
    @Override
    public byte[] apply(long index, byte[] command) {
      return command;
    }

    @Override
    public SnapshotWriter snapshot() {
      return out -> {};
    }

    @Override
    public void restore(InputStream image) {}
  }

  private static final NodeId LEADER = new NodeId("n2");

  private static final Runner NOBODY = new IdleRunner();

  private static final Transport.Link NOWHERE =
      new Transport.Link() {
        @Override
        public void introduce(Identity identity, String address, boolean formed) {}

        @Override
        public void setPeers(Collection<Member> peers) {}

        @Override
        public boolean send(NodeId to, Packet packet) {
          return true;
        }

        @Override
        public void close() {}
      };

  private static final Configuration MEMBERS =
      Configuration.of(
          List.of(
              new Member(new NodeId("n1"), "h1:1"),
              new Member(LEADER, "h2:1"),
              new Member(new NodeId("n3"), "h3:1")));

  private final Mailbox<LogWriter.Task> writer = new Mailbox<>(NOBODY);
  private final Mailbox<LogReader.Task> reader = new Mailbox<>(NOBODY);
  private final Mailbox<SnapshotKeeper.Task> snapshots = new Mailbox<>(NOBODY);
  private Applier applier;

  private LiveGroup group(RestoredState restored) {
    Limits limits = Limits.forHeap(1 << 30);
    Raft raft = new Raft(new NodeId("n1"), RaftOptions.defaults(), restored, bound -> 0, null);
    Answers answers = new Answers();
    Waiting waiting = new Waiting(answers);
    Replies replies = new Replies(NOWHERE, Limits.forHeap(1 << 30));
    applier =
        new Applier(
            new ReplicatedState(new Echo(), limits.applyBytes()),
            limits.applyBytes(),
            new Mailbox<>(NOBODY),
            new Mailbox<>(NOBODY),
            NOBODY,
            replies);
    Wiring wiring =
        new Wiring(
            NOWHERE,
            writer,
            reader,
            snapshots,
            applier,
            replies,
            new ByteBudget(1 << 20),
            new SessionDesk(data -> null, () -> 0));
    return new LiveGroup(
        raft,
        new NoStore(),
        1,
        wiring,
        limits,
        waiting,
        new Reads(applier, waiting, answers, new Freshness(Environment.system())),
        Environment.system(),
        new Lease(Environment.system(), RaftOptions.defaults(), 1_000_000),
        answers,
        new LogClock(() -> 0, () -> 0));
  }

  private static RestoredState restored() {
    return new RestoredState(
        new HardState(10, null),
        null,
        LogPosition.ZERO,
        List.of(new LogPosition(1, 1), new LogPosition(10, 30)),
        36,
        34,
        MEMBERS,
        List.of());
  }

  /** The log ends in an entry that was never committed, and is replaced after a restart. */
  @Test
  void rp18_aReplacedEntryIsNotReadFromDiskForTheStateMachine() {
    LiveGroup group = group(restored());
    Entry replacement = new Entry(13, 36, EntryType.COMMAND, new byte[] {1});
    group.step(
        new Event.Received(
            LEADER,
            new Message.AppendEntries(13, 1, new LogPosition(10, 35), 36, List.of(replacement))));
    group.perform(0);
    assertThat(group.raft().commitIndex()).isEqualTo(36);
    assertThat(reader.take())
        .singleElement()
        .isInstanceOfSatisfying(
            LogReader.Read.class, read -> assertThat(read.last()).isEqualTo(35));
  }

  @Test
  void sn06_whatWasReadBeforeASnapshotWasInstalledIsNotApplied() {
    LiveGroup group = group(restored());
    group.perform(0);
    assertThat(reader.take()).hasOnlyElementsOfType(LogReader.Read.class);
    Snapshot snapshot = new Snapshot(new UUID(1, 1), new LogPosition(13, 50), 0, MEMBERS, 10);
    group.step(new Event.Received(LEADER, new Message.InstallSnapshot(13, 1, snapshot)));
    group.step(new Event.SnapshotReceived(snapshot));
    group.perform(0);
    List<Entry> read = List.of(new Entry(1, 1, EntryType.COMMAND, new byte[] {1}));
    group.onReadForApply(new Mail.ReadForApply(1, read));
    assertThat(applier.handedIndex()).isZero();
  }

  private void writeAll(LiveGroup group) {
    for (LogWriter.Task task : writer.take()) {
      if (task instanceof LogWriter.Task.Write write) {
        group.step(new Event.Persisted(write.save().token()));
      }
    }
  }

  /** Receiving another one would drop the first, of which the algorithm thinks that it is there. */
  @Test
  void sn05_aLaterSnapshotIsNotReceivedBeforeTheFirstIsInItsPlace() {
    LiveGroup group = group(restored());
    group.perform(0);
    Snapshot first = new Snapshot(new UUID(1, 1), new LogPosition(13, 50), 0, MEMBERS, 10);
    group.step(new Event.Received(LEADER, new Message.InstallSnapshot(13, 1, first)));
    group.step(new Event.SnapshotReceived(first));
    group.perform(0);
    snapshots.take();
    Snapshot later = new Snapshot(new UUID(1, 2), new LogPosition(13, 70), 0, MEMBERS, 10);
    Event offer = new Event.Received(LEADER, new Message.InstallSnapshot(13, 2, later));
    group.step(offer);
    group.perform(0);
    assertThat(snapshots.take()).isEmpty();
    writeAll(group);
    group.step(offer);
    group.perform(0);
    assertThat(snapshots.take())
        .singleElement()
        .isInstanceOfSatisfying(
            SnapshotKeeper.Task.Receive.class,
            receive -> assertThat(receive.snapshot()).isEqualTo(later));
  }

  /** The state machine has gone on meanwhile, or in this case back to the beginning. */
  @Test
  void sn09_aSnapshotStandsForTheIndexAtWhichItWasCaptured() {
    LiveGroup group = group(restored());
    group.perform(0);
    group.onSnapshotMail(new Mail.Captured(1, 30, out -> {}, null), 0);
    group.perform(0);
    assertThat(applier.appliedIndex()).isNotEqualTo(30);
    assertThat(snapshots.take())
        .singleElement()
        .isInstanceOfSatisfying(
            SnapshotKeeper.Task.Take.class,
            take -> assertThat(take.plan().last()).isEqualTo(new LogPosition(10, 30)));
  }
}
