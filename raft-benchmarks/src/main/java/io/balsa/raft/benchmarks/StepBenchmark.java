package io.balsa.raft.benchmarks;

import io.balsa.raft.core.Configuration;
import io.balsa.raft.core.Effects;
import io.balsa.raft.core.Entry;
import io.balsa.raft.core.EntryType;
import io.balsa.raft.core.Event;
import io.balsa.raft.core.LogPosition;
import io.balsa.raft.core.Member;
import io.balsa.raft.core.Message;
import io.balsa.raft.core.NodeId;
import io.balsa.raft.core.Raft;
import io.balsa.raft.core.RaftOptions;
import io.balsa.raft.core.RestoredState;
import io.balsa.raft.core.Role;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * What the algorithm itself costs: a batch of proposals through a leader, and the same batch
 * through a follower.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class StepBenchmark {
  private static final NodeId N1 = new NodeId("n1");
  private static final NodeId N2 = new NodeId("n2");
  private static final NodeId N3 = new NodeId("n3");
  private static final byte[] COMMAND = new byte[256];

  /** How many proposals share a step. */
  @Param({"1", "64", "512"})
  public int batch;

  private Raft leader;
  private Raft follower;
  private List<byte[]> commands;
  private long round;

  private static Raft node(NodeId id) {
    Configuration members =
        Configuration.of(
            List.of(new Member(N1, "h:1"), new Member(N2, "h:2"), new Member(N3, "h:3")));
    return new Raft(id, RaftOptions.defaults(), RestoredState.empty(members), bound -> 0, null);
  }

  /** Elects the leader and introduces the follower to it. */
  @Setup
  public void setUp() {
    commands = Collections.nCopies(batch, COMMAND);
    leader = node(N1);
    while (leader.role() == Role.FOLLOWER) {
      leader.step(new Event.Tick());
    }
    leader.takeEffects();
    leader.step(new Event.Received(N2, new Message.PreVoteReply(0, 1, true)));
    persist(leader);
    leader.step(new Event.Received(N2, new Message.RequestVoteReply(1, true)));
    persist(leader);
    acknowledge(N2, leader.last().index());
    acknowledge(N3, leader.last().index());

    follower = node(N2);
    follower.step(
        new Event.Received(
            N1, new Message.AppendEntries(1, ++round, LogPosition.ZERO, 0, List.of())));
    persist(follower);
  }

  private static Effects persist(Raft node) {
    Effects effects = node.takeEffects();
    if (effects.save() != null) {
      node.step(new Event.Persisted(effects.save().token()));
    }
    return effects;
  }

  private void acknowledge(NodeId from, long matchIndex) {
    leader.step(
        new Event.Received(from, new Message.AppendEntriesAccepted(leader.term(), 1, matchIndex)));
  }

  /** From the proposal to the commit: append, replicate to two, own write, two acknowledgements. */
  @Benchmark
  public Effects leaderBatch() {
    leader.step(new Event.Propose(1, commands));
    persist(leader);
    acknowledge(N2, leader.last().index());
    acknowledge(N3, leader.last().index());
    return leader.takeEffects();
  }

  /** Takes the entries, has them written and acknowledges them. */
  @Benchmark
  public Effects followerBatch() {
    LogPosition previous = follower.last();
    List<Entry> entries = new ArrayList<>(batch);
    for (int i = 1; i <= batch; i++) {
      entries.add(new Entry(1, previous.index() + i, EntryType.COMMAND, COMMAND));
    }
    follower.step(
        new Event.Received(
            N1, new Message.AppendEntries(1, ++round, previous, previous.index(), entries)));
    persist(follower);
    return follower.takeEffects();
  }
}
