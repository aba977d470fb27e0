package io.balsa.raft.core;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

/** What a leader wanted to send does not outlive its term, even if nobody has taken it yet. */
class TermFenceTest {
  private static final NodeId N1 = new NodeId("n1");
  private static final NodeId N2 = new NodeId("n2");
  private static final NodeId N3 = new NodeId("n3");

  private final Raft raft =
      new Raft(
          N1,
          new RaftOptions(10, 2, 1000, 10, 1000),
          RestoredState.empty(
              Configuration.of(
                  List.of(Member.parse("n1=h:1"), Member.parse("n2=h:2"), Member.parse("n3=h:3")))),
          bound -> 0,
          null);

  private void hear(NodeId from, Message message) {
    raft.step(new Event.Received(from, message));
  }

  private void persist() {
    Effects effects = raft.takeEffects();
    if (effects.save() != null) {
      raft.step(new Event.Persisted(effects.save().token()));
    }
  }

  private void lead() {
    raft.step(new Event.Tick());
    hear(N2, new Message.PreVoteReply(0, 1, true));
    persist();
    hear(N2, new Message.RequestVoteReply(1, true));
    hear(N2, new Message.AppendEntriesAccepted(1, 1, 0));
    persist();
    assertThat(raft.role()).isEqualTo(Role.LEADER);
  }

  @Test
  void rp19_rangesOfADeposedLeaderAreNotFilledWithItsSuccessorsEntries() {
    lead();
    hear(N2, new Message.AppendEntriesAccepted(1, 2, 1));
    hear(N3, new Message.AppendEntriesAccepted(1, 2, 1));
    raft.takeEffects();

    raft.step(new Event.Propose(1, List.of(new byte[1])));
    List<Entry> replacing = List.of(Entry.noOp(2, 2));
    hear(N3, new Message.AppendEntries(2, 1, new LogPosition(1, 1), 1, replacing));

    Effects effects = raft.takeEffects();
    assertThat(effects.save().entries()).hasSize(2);
    assertThat(raft.last()).isEqualTo(new LogPosition(2, 2));
    assertThat(effects.replications()).isEmpty();
  }

  @Test
  void rangesOfAnUndisturbedLeaderAreTaken() {
    lead();
    hear(N2, new Message.AppendEntriesAccepted(1, 2, 1));
    raft.takeEffects();
    raft.step(new Event.Propose(1, List.of(new byte[1])));
    assertThat(raft.takeEffects().replications()).extracting(Effects.Replication::to).contains(N2);
  }
}
