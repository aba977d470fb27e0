package io.balsa.raft;

import static org.assertj.core.api.Assertions.assertThat;

import io.balsa.raft.core.Configuration;
import io.balsa.raft.core.Effects;
import io.balsa.raft.core.Event;
import io.balsa.raft.core.HardState;
import io.balsa.raft.core.LogPosition;
import io.balsa.raft.core.Member;
import io.balsa.raft.core.Message;
import io.balsa.raft.core.NodeId;
import io.balsa.raft.core.Raft;
import io.balsa.raft.core.RaftOptions;
import io.balsa.raft.core.RestoredState;
import io.balsa.raft.core.Role;
import java.util.List;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;

/** A leader of three, a clock that stands still until it is told to go on, and the lease. */
class LeaseTest {
  private static final NodeId N2 = new NodeId("n2");
  private static final RaftOptions OPTIONS = RaftOptions.defaults();
  private static final long TICK = 1_000_000;
  private static final long LEASE = Lease.nanos(OPTIONS, TICK);

  private long now = Long.MAX_VALUE - LEASE / 2; // the clock may begin anywhere, and run over

  private final Environment environment =
      new Environment() {
        @Override
        public Runner runner(String name, long periodNanos) {
          throw new AssertionError("nothing runs here");
        }

        @Override
        public long nanoTime() {
          return now;
        }

        @Override
        public RandomGenerator random() {
          throw new AssertionError("nothing is random here");
        }

        @Override
        public Limits limits() {
          throw new AssertionError("nothing is limited here");
        }
      };

  private final Lease lease = new Lease(environment, OPTIONS, TICK);
  private final ByteBudget budget = new ByteBudget(1 << 10);
  private final Raft raft = leader();

  private static Raft leader() {
    Configuration members =
        Configuration.of(
            List.of(
                new Member(new NodeId("n1"), "h1:1"),
                new Member(N2, "h2:1"),
                new Member(new NodeId("n3"), "h3:1")));
    RestoredState empty =
        new RestoredState(
            new HardState(0, null), null, LogPosition.ZERO, List.of(), 0, 0, members, List.of());
    Raft raft = new Raft(new NodeId("n1"), OPTIONS, empty, bound -> 0, null);
    while (raft.role() == Role.FOLLOWER) {
      raft.step(new Event.Tick());
    }
    for (Effects.Envelope e : raft.takeEffects().messages()) {
      if (e.message() instanceof Message.PreVote m && e.to().equals(N2)) {
        raft.step(new Event.Received(N2, new Message.PreVoteReply(0, m.round(), true)));
      }
    }
    persist(raft);
    raft.step(new Event.Received(N2, new Message.RequestVoteReply(1, true)));
    persist(raft);
    raft.step(new Event.Received(N2, new Message.AppendEntriesAccepted(1, raft.round(), 1)));
    assertThat(raft.commitIndex()).isEqualTo(1);
    return raft;
  }

  private static void persist(Raft raft) {
    raft.step(new Event.Persisted(raft.takeEffects().save().token()));
  }

  /** Sends a round that asks for the promise. */
  private void send() {
    raft.step(new Event.Read(1, true));
    raft.step(new Event.LeaseChecked(false));
    lease.update(raft);
    raft.takeEffects();
  }

  private void receive(long round) {
    raft.step(new Event.Received(N2, new Message.AppendEntriesAccepted(1, round, 1)));
    lease.update(raft);
  }

  @Test
  void rd04_aLeaseCountsFromWhenItsRoundWasSent() {
    send();
    assertThat(lease.holds()).isFalse();
    now += LEASE - 1; // the answer takes its time
    receive(raft.round());
    assertThat(lease.holds()).isTrue();
    now++;
    assertThat(lease.holds()).isFalse();
    receive(raft.round()); // the same once more says nothing new
    assertThat(lease.holds()).isFalse();
  }

  @Test
  void rd04_theAnswerToAnEarlierRoundGivesNoMoreThanThatRound() {
    send();
    long first = raft.round();
    now += LEASE / 2;
    for (int i = 0; i < OPTIONS.heartbeatTicks(); i++) {
      raft.step(new Event.Tick());
    }
    lease.update(raft);
    assertThat(raft.round()).isGreaterThan(first);
    receive(first);
    now += LEASE / 2 + 1;
    assertThat(lease.holds()).isFalse();
  }

  /** Whatever two clocks do within the bound, the promise outlasts the lease. */
  @Test
  void rd03_theLeaseEndsBeforeThePromiseByAnyTwoClocks() {
    long promise = (OPTIONS.electionTicks() - OPTIONS.heartbeatTicks() - 1) * TICK;
    assertThat(LEASE / 0.8).isLessThanOrEqualTo(promise / 1.2 + 1);
    assertThat(LEASE).isGreaterThan(4 * OPTIONS.heartbeatTicks() * TICK); // or it would be no use
  }

  /** The process stands still between the look at the clock and the answer. */
  @Test
  void rd04_aValueThatCameTooLateIsThrownAway() {
    send();
    receive(raft.round());
    ReadRequest.ByLease<String> read =
        new ReadRequest.ByLease<>(
            () -> {
              now += LEASE;
              return "old";
            },
            budget,
            new Seen());
    read.vouchedForBy(lease);
    assertThat(read.answer(1)).isFalse();
    assertThat(read.future).isNotDone();
    assertThat(read.isStrict()).isTrue();
    assertThat(read.answer(1)).isTrue(); // a quorum has vouched for it
    assertThat(read.future).isCompletedWithValue("old");
  }

  @Test
  void rd10_aTransferEndsTheLeaseBeforeItsMessageLeaves() {
    send();
    receive(raft.round());
    assertThat(lease.holds()).isTrue();
    raft.step(new Event.TransferLeadership(7, N2));
    lease.update(raft);
    assertThat(lease.holds()).isFalse();
  }

  @Test
  void rd05_theLeaseEndsWithTheLeadership() {
    send();
    receive(raft.round());
    raft.step(new Event.Received(N2, new Message.RequestVoteReply(9, false)));
    lease.update(raft);
    assertThat(lease.holds()).isFalse();
  }
}
