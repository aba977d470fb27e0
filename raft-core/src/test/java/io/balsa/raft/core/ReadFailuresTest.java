package io.balsa.raft.core;

import static io.balsa.raft.core.Cluster.id;
import static org.assertj.core.api.Assertions.assertThat;

import io.balsa.raft.core.Cluster.Packet;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** What went wrong with linearizable reads of real systems; see docs/testing.md for the ids. */
class ReadFailuresTest {
  private static final int ET = Cluster.OPTIONS.electionTicks();
  private static final int HB = Cluster.OPTIONS.heartbeatTicks();

  private static Cluster led() {
    return Cluster.ofFixedTimeouts("n1", "n2", "n3").elect("n1").rounds(HB);
  }

  @Test
  void rd01_noAnswerBeforeTheLeaderHasCommittedInItsTerm() {
    Cluster cluster = led();
    cluster.propose("n1", "a");
    cluster.stabilize(); // committed, but n2 does not know of it
    cluster.crash("n1").forgetLeader("n3").timeout("n2");
    for (int waves = 0; waves < 4; waves++) {
      cluster.deliver();
    }
    cluster.drop(p -> true); // the no-op
    assertThat(cluster.node("n2").leads()).isTrue();
    assertThat(cluster.raft("n2").commitIndex()).isEqualTo(1);
    long read = cluster.read("n2");
    hearHeartbeats(cluster);
    assertThat(cluster.readable()).isEmpty();
    cluster.rounds(3 * HB);
    assertThat(cluster.readable()).containsExactly(new Effects.Readable(read, 3, false));
  }

  /** The quorum confirms the leader, but does not get its entries. */
  private static void hearHeartbeats(Cluster cluster) {
    for (int i = 0; i < HB; i++) {
      cluster.tick("n2", 1);
      cluster.drop(p -> p.message() instanceof Message.AppendEntries a && !a.entries().isEmpty());
      cluster.deliver();
      cluster.deliver();
      cluster.drop(p -> p.message() instanceof Message.AppendEntries a && !a.entries().isEmpty());
    }
  }

  @Test
  void rd02_aDelayedAcknowledgementConfirmsNoLaterRead() {
    Cluster cluster = led();
    cluster.read("n1");
    List<Packet> firstRound = cluster.drop(p -> true);
    firstRound.stream().filter(p -> p.to().equals(id("n2"))).forEach(cluster::deliver);
    List<Packet> firstAcks = cluster.drop(p -> true); // late
    cluster.tick("n1", HB);
    cluster.stabilize(); // a later round confirms the first read
    assertThat(cluster.readable()).hasSize(1);

    cluster.partition("n1");
    cluster.read("n1");
    for (int i = 0; i < 3; i++) {
      firstAcks.forEach(cluster::deliver);
    }
    firstRound.forEach(cluster::deliver);
    cluster.stabilize();
    assertThat(cluster.readable()).hasSize(1);
  }

  /**
   * The rounds of a process and of the one before it are counted from anywhere, so those of the
   * former may be higher; who turns them away answers in the present term.
   */
  @Test
  void rd02_whoTurnsAwayWhatAnEarlierProcessSentConfirmsNoRead() {
    Cluster cluster = led();
    cluster.rounds(ET).tick("n1", HB);
    List<Packet> late = cluster.drop(p -> true);
    assertThat(late).hasSize(2);
    cluster.crash("n1").restart("n1").forgetLeader("n2", "n3").elect("n1");
    assertThat(cluster.raft("n1").term()).isGreaterThan(late.get(0).message().term());
    assertThat(cluster.raft("n1").round()).isLessThan(roundOf(late.get(0)));

    cluster.read("n1");
    cluster.drop(p -> true); // whom it asks does not hear of it
    late.forEach(cluster::deliver);
    late.forEach(p -> cluster.deliver(new Packet(p.from(), p.to(), installing(p))));
    cluster.stabilize();
    assertThat(cluster.sent())
        .extracting(Packet::message)
        .contains(
            new Message.AppendEntriesRejected(cluster.raft("n1").term(), 0, 1, LogPosition.ZERO))
        .contains(new Message.AppendEntriesAccepted(cluster.raft("n1").term(), 0, 0));
    assertThat(cluster.readable()).isEmpty();
  }

  @Test
  void rd02_anAnswerToWhatWasNotAskedInThisTermConfirmsNoRead() {
    Cluster cluster = led();
    cluster.propose("n1", "a");
    cluster.read("n1");
    cluster.drop(p -> true);
    long term = cluster.raft("n1").term();
    for (long round : new long[] {0, cluster.raft("n1").round() + 1, Long.MAX_VALUE}) {
      Message rejected = new Message.AppendEntriesRejected(term, round, 2, LogPosition.ZERO);
      cluster.step("n1", new Event.Received(id("n2"), rejected));
      Message accepted = new Message.AppendEntriesAccepted(term, round, 2);
      cluster.step("n1", new Event.Received(id("n2"), accepted));
    }
    assertThat(cluster.readable()).isEmpty();
    assertThat(cluster.raft("n1").commitIndex()).isEqualTo(1);
    assertThat(cluster.wires()).isEmpty();
  }

  private static long roundOf(Packet heartbeat) {
    return ((Message.AppendEntries) heartbeat.message()).round();
  }

  private static Message installing(Packet heartbeat) {
    Configuration members = Cluster.configuration("n1", "n2", "n3");
    Snapshot snapshot = new Snapshot(new UUID(7, 7), new LogPosition(1, 1), 0, members, 10);
    return new Message.InstallSnapshot(heartbeat.message().term(), roundOf(heartbeat), snapshot);
  }

  @Test
  void rd02_aReadThatArrivesDuringARoundWaitsForTheNext() {
    Cluster cluster = led();
    cluster.read("n1");
    cluster.deliver(); // the acknowledgements of the first round are on their way
    cluster.read("n1");
    cluster.deliver();
    assertThat(cluster.readable()).hasSize(1);
    cluster.stabilize();
    assertThat(cluster.readable()).hasSize(2);
  }

  @Test
  void rd05_aLeaderThatIsOneNoMoreDoesNotAnswer() {
    Cluster cluster = led();
    cluster.partition("n1");
    long read = cluster.read("n1");
    cluster.tick("n2", 0);
    cluster.forgetLeader("n3").timeout("n2").stabilize();
    cluster.propose("n2", "news");
    cluster.stabilize();
    cluster.heal();
    cluster.rounds(3 * ET);
    assertThat(cluster.readable()).isEmpty();
    assertThat(cluster.unreadable()).containsExactly(read);
  }

  @Test
  void rd05_anAnswerOfAnEarlierTermIsNotTaken() {
    Cluster cluster = led();
    long read = cluster.read("n2");
    Message.ReadIndex question = (Message.ReadIndex) cluster.wires().get(0).message();
    cluster.partition("n2");
    cluster.step("n2", new Event.Received(id("n3"), new Message.RequestVoteReply(5, false)));
    assertThat(cluster.unreadable()).containsExactly(read);
    Message late = new Message.ReadIndexReply(1, question.round(), 1);
    cluster.step("n2", new Event.Received(id("n1"), late));
    assertThat(cluster.readable()).isEmpty();
  }

  @Test
  void rd06_aRestartedVoterOfOneReadsEverythingItCommitted() {
    Cluster cluster = Cluster.ofFixedTimeouts("n1").elect("n1");
    cluster.propose("n1", "a");
    cluster.propose("n1", "b");
    cluster.crash("n1").restart("n1");
    cluster.read("n1"); // nobody leads
    assertThat(cluster.unreadable()).hasSize(1);
    cluster.elect("n1");
    long read = cluster.read("n1");
    assertThat(cluster.readable()).containsExactly(new Effects.Readable(read, 4, false));
  }

  @Test
  void rd08_everyReadIsAnsweredWhenTheLeaderGoes() {
    Cluster cluster = led();
    long waiting = cluster.read("n2");
    long mine = cluster.read("n1");
    cluster.drop(p -> true);
    long arrived = cluster.read("n1");
    cluster.partition("n1").rounds(2 * ET);
    assertThat(cluster.unreadable()).containsExactlyInAnyOrder(waiting, mine, arrived);
  }

  @Test
  void rd08_aReadThatGetsLostFailsInAnElectionTimeout() {
    Cluster cluster = led();
    long read = cluster.read("n2");
    cluster.drop(p -> p.from().equals(id("n2")));
    for (int i = 0; i < ET - 1; i++) {
      cluster.round();
    }
    assertThat(cluster.unreadable()).isEmpty();
    cluster.rounds(1);
    assertThat(cluster.unreadable()).containsExactly(read);
  }

  @Test
  void rd08_aReadFailsWhenTheConnectionToTheLeaderBreaks() {
    Cluster cluster = led();
    long read = cluster.read("n2");
    cluster.step("n2", new Event.Disconnected(id("n3")));
    assertThat(cluster.unreadable()).isEmpty();
    cluster.step("n2", new Event.Disconnected(id("n1")));
    assertThat(cluster.unreadable()).containsExactly(read);
    long leaderless = cluster.read("n2");
    assertThat(cluster.unreadable()).containsExactly(read, leaderless);
  }

  @Test
  void rd08_candidatesAndTheStoppedRefuseReads() {
    Cluster cluster = Cluster.ofFixedTimeouts("n1", "n2", "n3").timeout("n1");
    long read = cluster.read("n1");
    assertThat(cluster.unreadable()).containsExactly(read);
  }

  @Test
  void aFollowersReadSeesWhatWasCommittedBeforeItWasAsked() {
    Cluster cluster = led();
    cluster.propose("n1", "a");
    cluster.stabilize();
    assertThat(cluster.raft("n2").commitIndex()).isEqualTo(1);
    long read = cluster.read("n2");
    cluster.stabilize();
    assertThat(cluster.readable()).containsExactly(new Effects.Readable(read, 2, false));
    assertThat(cluster.raft("n2").commitIndex()).isEqualTo(2); // and it need not wait to get there
    assertThat(cluster.raft("n3").commitIndex()).isEqualTo(2);
  }

  @Test
  void aRepeatedQuestionIsAnsweredOnce() {
    Cluster cluster = led();
    cluster.read("n2");
    cluster.wires().addAll(List.copyOf(cluster.wires()));
    cluster.stabilize();
    assertThat(cluster.readable()).hasSize(1);
  }

  @Test
  void aLearnerReadsThroughTheLeader() {
    Cluster cluster = new Cluster(Cluster.OPTIONS, Cluster::fixedRandom, null);
    cluster.form(Cluster.configuration(List.of("n1"), List.of("n2")), "n1", "n2").elect("n1");
    cluster.rounds(HB);
    long read = cluster.read("n2");
    cluster.stabilize();
    assertThat(cluster.readable()).containsExactly(new Effects.Readable(read, 1, false));
  }
}
