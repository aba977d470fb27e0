package io.balsa.raft.core;

import static io.balsa.raft.core.Cluster.id;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.balsa.raft.core.Cluster.Packet;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** What went wrong in elections of real systems; the ids are explained in docs/testing.md. */
class ElectionFailuresTest {
  private static final int ET = Cluster.OPTIONS.electionTicks();
  private static final int HB = Cluster.OPTIONS.heartbeatTicks();

  private static List<Message> said(Cluster cluster, String from) {
    return cluster.sent().stream()
        .filter(p -> p.from().equals(id(from)))
        .map(Packet::message)
        .toList();
  }

  @Test
  void el01_aVoteThatIsNotOnDiskIsNotSaid() {
    Cluster cluster = Cluster.ofFixedTimeouts("n1", "n2", "n3").holdDisk("n2");
    cluster.timeout("n1");
    cluster.partition("n3");
    cluster.stabilize();
    assertThat(cluster.raft("n2").votedFor()).isEqualTo(id("n1"));
    assertThat(said(cluster, "n2")).noneMatch(m -> m instanceof Message.RequestVoteReply);

    cluster.crash("n2").restart("n2"); // it forgets a vote that nobody knew of
    assertThat(cluster.raft("n2").votedFor()).isNull();
    cluster.heal().partition("n1");
    cluster.roundsUntil(10 * ET, () -> cluster.node("n2").leads() || cluster.node("n3").leads());
  }

  @Test
  void el02_aCandidateAsksForVotesOnlyWhenItsOwnIsOnDisk() {
    Cluster cluster = Cluster.ofFixedTimeouts("n1", "n2", "n3").holdDisk("n1");
    cluster.timeout("n1").stabilize();
    assertThat(cluster.raft("n1").role()).isEqualTo(Role.CANDIDATE);
    assertThat(said(cluster, "n1")).noneMatch(m -> m instanceof Message.RequestVote);

    cluster.persistOne("n1");
    assertThat(said(cluster, "n1")).filteredOn(m -> m instanceof Message.RequestVote).hasSize(2);
  }

  @Test
  void el02_theOwnVoteCountsOnlyWhenItIsOnDisk() {
    Cluster cluster = Cluster.ofFixedTimeouts("n1").holdDisk("n1");
    cluster.timeout("n1");
    assertThat(cluster.raft("n1").role()).isEqualTo(Role.CANDIDATE);
    cluster.persistOne("n1");
    assertThat(cluster.raft("n1").role()).isEqualTo(Role.LEADER);
  }

  @Test
  void el03_nothingErasesAVoteWithinItsTerm() {
    Cluster cluster = Cluster.ofFixedTimeouts("n1", "n2", "n3").elect("n1");
    assertThat(cluster.raft("n2").votedFor()).isEqualTo(id("n1"));
    cluster.propose("n1", "a");
    cluster.stabilize();
    cluster.timeout("n2").stabilize(); // a pre-vote round, and appends of the same term after it
    cluster.rounds(HB);
    assertThat(cluster.raft("n2").term()).isEqualTo(1);
    assertThat(cluster.raft("n2").votedFor()).isEqualTo(id("n1"));

    cluster.partition("n1").tick("n1", 3 * ET); // steps down
    assertThat(cluster.raft("n1").term()).isEqualTo(1);
    assertThat(cluster.raft("n1").votedFor()).isEqualTo(id("n1"));
    cluster.restart("n1");
    assertThat(cluster.raft("n1").votedFor()).isEqualTo(id("n1"));
  }

  @Test
  void el04_noIdMeansNobody() {
    Cluster cluster = Cluster.of(7, "0", "-1", "null");
    cluster.roundsUntil(10 * ET, () -> cluster.leader() != null);
    NodeId leader = cluster.leader().id;
    for (TestNode node : cluster.nodes().values()) {
      long term = node.raft().term();
      if (leader.equals(node.raft().votedFor())) {
        Message.RequestVote request = new Message.RequestVote(term, new LogPosition(99, 99));
        for (NodeId other : cluster.nodes().keySet()) {
          if (!other.equals(leader) && !other.equals(node.id)) {
            Effects effects = cluster.step(node, new Event.Received(other, request));
            assertThat(effects.messages()).noneMatch(e -> isGrant(e.message()));
          }
        }
      }
    }
  }

  private static boolean isGrant(Message message) {
    return message instanceof Message.RequestVoteReply r && r.granted();
  }

  @Test
  void el05_answersCarryTheTermOfTheVoterAfterTheQuestion() {
    Cluster cluster = Cluster.ofFixedTimeouts("n1", "n2", "n3").restore("n1", 4, 0);
    LogPosition zero = LogPosition.ZERO;
    Effects preVote =
        cluster.step("n1", new Event.Received(id("n2"), new Message.PreVote(3, zero, 77)));
    assertThat(preVote.messages())
        .extracting(Effects.Envelope::message)
        .containsExactly(new Message.PreVoteReply(4, 77, false));
    Effects old =
        cluster.step("n1", new Event.Received(id("n2"), new Message.RequestVote(3, zero)));
    assertThat(old.messages())
        .extracting(Effects.Envelope::message)
        .containsExactly(new Message.RequestVoteReply(4, false));
    cluster.step("n1", new Event.Received(id("n2"), new Message.RequestVote(9, zero)));
    assertThat(cluster.sent())
        .last()
        .extracting(Packet::message)
        .isEqualTo(new Message.RequestVoteReply(9, true));
  }

  @Test
  void el05_aNodeOfAnOldTermHelpsOnceTheLeaderIsGone() {
    Cluster cluster = Cluster.of(5, "n1", "n2", "n3");
    cluster.partition("n3");
    cluster.roundsUntil(10 * ET, () -> cluster.leader() != null);
    cluster.rounds(5);
    String leader = cluster.leader().id.value();
    cluster.heal().partition(leader);
    cluster.roundsUntil(
        10 * ET, () -> cluster.leader() != null && !cluster.leader().id.value().equals(leader));
  }

  @Test
  void el06_aNodeThatComesBackDisturbsNobody() {
    for (long seed = 0; seed < 20; seed++) {
      Cluster cluster = Cluster.of(seed, "n1", "n2", "n3");
      cluster.roundsUntil(10 * ET, () -> cluster.leader() != null);
      cluster.rounds(HB);
      TestNode leader = cluster.leader();
      long term = leader.raft().term();
      String follower = leader.id.value().equals("n1") ? "n2" : "n1";
      cluster.partition(follower).rounds(100 * ET);
      cluster.heal().rounds(20 * ET);
      assertThat(cluster.leader()).isSameAs(leader);
      assertThat(leader.raft().term()).isEqualTo(term);
      assertThat(cluster.raft(follower).leader()).isEqualTo(leader.id);
    }
  }

  @Test
  void el08_thePreVoteTeachesTheLaterTerm() {
    // The best log has the lowest term, and only it can win.
    Cluster cluster = Cluster.of(3, "n1", "n2", "n3");
    cluster.restore("n1", 2, 0, 1, 2).restore("n2", 9, 0, 1).restore("n3", 7, 0, 1);
    cluster.crash("n3");
    cluster.roundsUntil(20 * ET, () -> cluster.node("n1").leads());
    assertThat(cluster.raft("n1").term()).isGreaterThan(9);
  }

  @Test
  void el09_aLeaderThatStartedAnewIsNotHeldOffByItsOwnLease() {
    Cluster cluster = Cluster.ofFixedTimeouts("n1", "n2", "n3").elect("n1");
    cluster.cut("n2", "n3"); // only n1 can win
    cluster.rounds(HB);
    cluster.crash("n1").restart("n1");
    cluster.roundsUntil(4 * ET, () -> cluster.node("n1").leads());
  }

  @Test
  void el12_lateAnswersAndStrangersDoNotCount() {
    Cluster cluster = Cluster.ofFixedTimeouts("n1", "n2", "n3", "n4", "n5");
    cluster.timeout("n1");
    Message.PreVote question = (Message.PreVote) cluster.wires().get(0).message();
    List<Message> useless =
        List.of(
            new Message.PreVoteReply(0, question.round() - 1, true),
            new Message.PreVoteReply(0, question.round() + 1, true),
            new Message.RequestVoteReply(0, true));
    for (Message late : useless) {
      for (String voter : List.of("n2", "n3", "n4", "n5")) {
        cluster.step("n1", new Event.Received(id(voter), late));
      }
    }
    for (String stranger : List.of("n7", "n8", "n9")) {
      Message reply = new Message.PreVoteReply(0, question.round(), true);
      cluster.step("n1", new Event.Received(id(stranger), reply));
    }
    for (int i = 0; i < 3; i++) { // one voter speaks for one vote
      Message reply = new Message.PreVoteReply(0, question.round(), true);
      cluster.step("n1", new Event.Received(id("n2"), reply));
    }
    assertThat(cluster.raft("n1").role()).isEqualTo(Role.PRE_CANDIDATE);

    cluster.stabilize();
    assertThat(cluster.raft("n1").role()).isEqualTo(Role.LEADER);
  }

  @Test
  void el12_aVoteOfAnEarlierTermDoesNotCountInALaterCampaign() {
    Cluster cluster = Cluster.ofFixedTimeouts("n1", "n2", "n3").restore("n1", 4, 0);
    cluster.timeout("n1");
    Message.PreVote question = (Message.PreVote) cluster.wires().get(0).message();
    Message.PreVoteReply would = new Message.PreVoteReply(4, question.round(), true);
    cluster.step("n1", new Event.Received(id("n2"), would));
    assertThat(cluster.raft("n1").role()).isEqualTo(Role.CANDIDATE);
    assertThat(cluster.raft("n1").term()).isEqualTo(5);

    for (long earlier = 1; earlier < 5; earlier++) {
      for (String voter : List.of("n2", "n3")) {
        Message.RequestVoteReply late = new Message.RequestVoteReply(earlier, true);
        cluster.step("n1", new Event.Received(id(voter), late));
        assertThat(cluster.raft("n1").role()).isEqualTo(Role.CANDIDATE);
      }
    }
    cluster.step("n1", new Event.Received(id("n3"), new Message.RequestVoteReply(5, true)));
    assertThat(cluster.raft("n1").role()).isEqualTo(Role.LEADER);
  }

  @Test
  void el12_aRefusalOfAnEarlierTermDoesNotEndALaterCampaign() {
    Cluster cluster = Cluster.ofFixedTimeouts("n1", "n2", "n3").restore("n1", 4, 0);
    cluster.timeout("n1");
    Message.PreVote question = (Message.PreVote) cluster.wires().get(0).message();
    Message.PreVoteReply would = new Message.PreVoteReply(4, question.round(), true);
    cluster.step("n1", new Event.Received(id("n2"), would));
    for (String voter : List.of("n2", "n3")) {
      Message.RequestVoteReply late = new Message.RequestVoteReply(4, false);
      cluster.step("n1", new Event.Received(id(voter), late));
    }
    assertThat(cluster.raft("n1").role()).isEqualTo(Role.CANDIDATE);
  }

  @Test
  void el12_nobodyVotesInTheNameOfTheCandidate() {
    Cluster cluster = Cluster.ofFixedTimeouts("n1", "n2", "n3").holdDisk("n1");
    cluster.timeout("n1").stabilize();
    cluster.step("n1", new Event.Received(id("n1"), new Message.RequestVoteReply(1, true)));
    cluster.step("n1", new Event.Received(id("n2"), new Message.RequestVoteReply(1, true)));
    assertThat(cluster.raft("n1").role()).isEqualTo(Role.CANDIDATE);
  }

  @Test
  void el14_aDeniedRequestDoesNotResetTheTimer() {
    Cluster cluster = Cluster.ofFixedTimeouts("n1", "n2", "n3").restore("n1", 1, 0, 1);
    cluster.step("n1", new Event.Received(id("n2"), new Message.RequestVote(2, LogPosition.ZERO)));
    int ticks = 0;
    while (cluster.raft("n1").role() == Role.FOLLOWER) {
      cluster.tick("n1", 1);
      cluster.step(
          "n1", new Event.Received(id("n2"), new Message.RequestVote(2, LogPosition.ZERO)));
      cluster.step("n1", new Event.Received(id("n2"), new Message.PreVote(3, LogPosition.ZERO, 1)));
      assertThat(++ticks).isLessThan(2 * ET);
    }
  }

  @Test
  void el14_aStaleCandidateStarvesNobody() {
    for (long seed = 0; seed < 50; seed++) {
      Cluster cluster = Cluster.of(seed, "n1", "n2", "n3");
      cluster.restore("n1", 1, 0, 1).restore("n2", 1, 0, 1);
      long term = 1;
      for (int i = 0; cluster.leader() == null; i++) {
        assertThat(i).isLessThan(10 * ET);
        term = Math.max(term, 1 + i / 4);
        cluster.round();
        for (String voter : List.of("n1", "n2")) {
          Message request = new Message.RequestVote(term, LogPosition.ZERO);
          cluster.step(voter, new Event.Received(id("n3"), request));
        }
        if (term > 3) {
          term = 3; // it does not get on for ever
        }
      }
    }
  }

  @Test
  void el15_whoRaisesTheTermVotesForItself() {
    Cluster cluster = Cluster.ofFixedTimeouts("n1", "n2", "n3").elect("n1");
    cluster.partition("n1").forgetLeader("n3").timeout("n2").stabilize();
    assertThat(cluster.raft("n2").term()).isEqualTo(2);
    assertThat(cluster.raft("n2").votedFor()).isEqualTo(id("n2"));
    assertThat(cluster.node("n2").disk.hardState()).isEqualTo(new HardState(2, id("n2")));
    Effects late =
        cluster.step("n2", new Event.Received(id("n1"), new Message.RequestVoteReply(1, true)));
    assertThat(late.messages()).isEmpty();
  }

  @Test
  void el16_onlyVotersCampaign() {
    Cluster cluster = new Cluster(Cluster.OPTIONS, Cluster::fixedRandom, null);
    cluster.form(Cluster.configuration(List.of("n1"), List.of("n2")), "n1", "n2", "n3");
    cluster.tick("n2", 20 * ET);
    cluster.tick("n3", 20 * ET);
    cluster.step("n2", new Event.Disconnected(id("n1")));
    cluster.tick("n2", 20 * ET);
    assertThat(cluster.sent()).isEmpty();
    assertThat(cluster.raft("n2").term()).isZero();
  }

  @Test
  void el16_aCandidateThatIsNoVoterAnyMoreGivesUp() {
    Cluster cluster = Cluster.ofFixedTimeouts("n1", "n2", "n3").elect("n1");
    cluster.change("n1", Cluster.configuration("n1", "n3"));
    cluster.stabilize();
    cluster.rounds(2 * HB);
    cluster.tick("n2", 10 * ET);
    assertThat(cluster.raft("n2").role()).isEqualTo(Role.FOLLOWER);
    assertThat(cluster.raft("n1").role()).isEqualTo(Role.LEADER);
  }

  @Test
  void el17_aLearnerThatDoesNotKnowOfItsPromotionVotes() {
    Cluster cluster = new Cluster(Cluster.OPTIONS, Cluster::fixedRandom, null);
    Configuration initial = Cluster.configuration(List.of("n1", "n2"), List.of("n3"));
    cluster.form(initial, "n1", "n2", "n3").elect("n1");
    cluster.rounds(HB);
    cluster.change("n1", Cluster.configuration("n1", "n2", "n3"));
    cluster.deliverUntil("n1", Configuration::isJoint).partition("n3").stabilize();
    cluster.rounds(HB);
    assertThat(cluster.raft("n2").configuration().isVoter(id("n3"))).isTrue();
    cluster.crash("n1").heal();
    cluster.roundsUntil(10 * ET, () -> cluster.node("n2").leads());
  }

  @Test
  void el19_oneVoterIsNoSpecialCase() {
    Cluster cluster = Cluster.ofFixedTimeouts("n1").elect("n1").holdDisk("n1");
    long commit = cluster.raft("n1").commitIndex();
    cluster.propose("n1", "a");
    cluster.tick("n1", 2 * ET);
    assertThat(cluster.raft("n1").role()).isEqualTo(Role.LEADER); // nobody deposes it
    assertThat(cluster.raft("n1").commitIndex()).isEqualTo(commit); // nor is it in a hurry
    long read = cluster.read("n1");
    assertThat(cluster.readable()).containsExactly(new Effects.Readable(read, commit, false));
    cluster.releaseDisk("n1");
    assertThat(cluster.raft("n1").commitIndex()).isEqualTo(commit + 1);

    cluster.crash("n1").restart("n1");
    assertThat(cluster.raft("n1").last().index()).isEqualTo(commit + 1);
    cluster.elect("n1");
    assertThat(cluster.raft("n1").commitIndex()).isEqualTo(commit + 2);
  }

  @Test
  void el20_aLeaderWithoutAQuorumStepsDownWithinTwoElectionTimeouts() {
    for (int phase = 0; phase < 2 * ET; phase++) {
      Cluster cluster = Cluster.ofFixedTimeouts("n1", "n2", "n3").elect("n1");
      cluster.rounds(phase);
      cluster.cutOneWay("n2", "n1").cutOneWay("n3", "n1"); // it still speaks, but hears nobody
      cluster.roundsUntil(2 * ET, () -> !cluster.node("n1").leads());
      assertThat(cluster.raft("n1").term()).isEqualTo(1);
      cluster.roundsUntil(6 * ET, () -> cluster.leader() != null);
    }
  }

  @Test
  void el20_aLeaderWithAQuorumStays() {
    Cluster cluster = Cluster.ofFixedTimeouts("n1", "n2", "n3").elect("n1");
    cluster.partition("n3").rounds(20 * ET);
    assertThat(cluster.node("n1").leads()).isTrue();
  }

  @Test
  void el21_twoLeadersInATermStopTheGroup() {
    Cluster cluster = Cluster.ofFixedTimeouts("n1", "n2", "n3").elect("n1");
    Raft raft = cluster.raft("n2");
    Message append = new Message.AppendEntries(1, 99, LogPosition.ZERO, 0, List.of());
    raft.step(new Event.Received(id("n3"), append));
    Effects effects = raft.takeEffects();
    assertThat(effects.failure()).contains("two leaders in term 1").contains("n1").contains("n3");
    assertThat(effects.messages()).isEmpty();
    assertThat(raft.role()).isEqualTo(Role.STOPPED);

    raft.step(new Event.Received(id("n1"), new Message.RequestVote(9, new LogPosition(9, 9))));
    raft.step(new Event.Tick());
    raft.step(new Event.Propose(1, List.of(new byte[1])));
    raft.step(new Event.Read(2));
    raft.step(
        new Event.ChangeConfiguration(
            3, Event.ChangeConfiguration.ANY, Cluster.configuration("n1")));
    assertThat(raft.role()).isEqualTo(Role.STOPPED); // for ever
    assertThat(raft.takeEffects().messages()).isEmpty();
    assertThat(raft.takeEffects().save()).isNull();
  }

  @Test
  void el22_aHardStateOlderThanTheLogIsRefused() {
    Configuration initial = Cluster.configuration("n1");
    Disk disk = new Disk(List.of());
    disk.put(new HardState(1, null), List.of(Entry.noOp(2, 1)), 0);
    SplittableRandom random = new SplittableRandom(1);
    assertThatThrownBy(
            () -> new Raft(id("n1"), Cluster.OPTIONS, disk.restore(initial), random::nextInt, null))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("term 1 with a log that ends at 1@2");
  }
}
