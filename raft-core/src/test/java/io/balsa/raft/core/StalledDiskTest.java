package io.balsa.raft.core;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** A disk that stalls without an error: heartbeats alone must not keep a leader in office. */
class StalledDiskTest {
  private static final NodeId N1 = new NodeId("n1");
  private static final NodeId N2 = new NodeId("n2");
  private static final RaftOptions OPTIONS = new RaftOptions(10, 2, 1000, 10, 1000);

  private final Raft leader =
      new Raft(
          N1,
          OPTIONS,
          RestoredState.empty(
              Configuration.of(List.of(Member.parse("n1=h:1"), Member.parse("n2=h:2")))),
          bound -> 0,
          null);
  private final List<Decision> notable = new ArrayList<>();

  /** Performs the effects with a healthy follower; its answers come at once. */
  private void exchange(boolean diskWorks) {
    Effects effects = leader.takeEffects();
    notable.addAll(effects.notable());
    if (diskWorks && effects.save() != null) {
      leader.step(new Event.Persisted(effects.save().token()));
      exchange(true);
    }
    for (Effects.Envelope e : effects.messages()) {
      if (e.message() instanceof Message.PreVote m) {
        answer(new Message.PreVoteReply(0, m.round(), true));
      } else if (e.message() instanceof Message.RequestVote m) {
        answer(new Message.RequestVoteReply(m.term(), true));
      }
    }
    for (Effects.Replication r : effects.replications()) {
      answer(
          new Message.AppendEntriesAccepted(r.header().term(), r.header().round(), r.lastIndex()));
    }
  }

  private void answer(Message message) {
    leader.step(new Event.Received(N2, message));
  }

  private void lead() {
    for (int i = 0; i < 50 && leader.role() != Role.LEADER; i++) {
      leader.step(new Event.Tick());
      exchange(true);
    }
    exchange(true);
    exchange(true);
    assertThat(leader.role()).isEqualTo(Role.LEADER);
    assertThat(leader.commitIndex()).isEqualTo(1);
  }

  private void ticks(int count, boolean diskWorks) {
    for (int i = 0; i < count; i++) {
      leader.step(new Event.Tick());
      exchange(diskWorks);
    }
  }

  @Test
  void st19_aLeaderWhoseDiskStallsMakesWay() {
    lead();
    leader.step(new Event.Propose(1, List.of(new byte[1])));
    exchange(false);
    ticks(29, false);
    assertThat(leader.role()).isEqualTo(Role.LEADER);
    ticks(2, false);
    assertThat(leader.role()).isEqualTo(Role.FOLLOWER);
    assertThat(notable.get(notable.size() - 1).toString()).contains("its disk has not finished");
  }

  @Test
  void st19_aDiskThatIsOnlySlowCostsNothing() {
    lead();
    for (int i = 2; i < 20; i++) {
      leader.step(new Event.Propose(i, List.of(new byte[1])));
      Effects effects = leader.takeEffects();
      ticks(25, false);
      leader.step(new Event.Persisted(effects.save().token()));
      exchange(true);
    }
    ticks(100, true);
    assertThat(leader.role()).isEqualTo(Role.LEADER);
  }
}
