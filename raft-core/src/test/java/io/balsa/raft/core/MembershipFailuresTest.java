package io.balsa.raft.core;

import static io.balsa.raft.core.Cluster.configuration;
import static io.balsa.raft.core.Cluster.id;
import static io.balsa.raft.core.Cluster.member;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;

/** What went wrong with membership changes of real systems; see docs/testing.md for the ids. */
class MembershipFailuresTest {
  private static final int ET = Cluster.OPTIONS.electionTicks();
  private static final int HB = Cluster.OPTIONS.heartbeatTicks();

  /** Five nodes, of which some form the cluster; n1 leads and everybody knows. */
  private static Cluster cluster(Configuration initial) {
    Cluster cluster = new Cluster(Cluster.OPTIONS, Cluster::fixedRandom, null);
    cluster.form(initial, "n1", "n2", "n3", "n4", "n5").elect("n1");
    return cluster.rounds(HB);
  }

  private static void assertSettled(Cluster cluster, Configuration expected) {
    for (Member member : expected.members()) {
      Raft raft = cluster.nodes().get(member.id()).raft();
      assertThat(raft.configuration()).as("configuration of %s", member).isEqualTo(expected);
      assertThat(raft.commitIndex()).isEqualTo(cluster.leader().raft().last().index());
    }
  }

  private static long configurations(TestNode node) {
    return node.log().stream().filter(e -> e.type() == EntryType.CONFIGURATION).count();
  }

  // ---- CM-01: two leaders that change the membership from bases nobody has committed

  @Test
  void cm01_noChangeBeforeTheLeaderHasCommittedInItsTerm() {
    Cluster cluster = cluster(configuration("n1", "n2", "n3", "n4"));
    cluster.partition("n1"); // its change reaches nobody
    long committed = cluster.raft("n1").commitIndex();
    cluster.change("n1", configuration("n1", "n2", "n3", "n4", "n5"));
    cluster.forgetLeader("n3", "n4").timeout("n2");
    for (int waves = 0; waves < 4; waves++) {
      cluster.deliver(); // n2 is elected, its no-op is still on its way
    }
    assertThat(cluster.node("n2").leads()).isTrue();
    long tooEarly = cluster.change("n2", configuration("n2", "n3", "n4"));
    assertThat(cluster.refused()).last().extracting(Effects.Refused::id).isEqualTo(tooEarly);
    cluster.stabilize();
    cluster.change("n2", configuration("n2", "n3", "n4"));
    cluster.stabilize();

    cluster.heal().rounds(3 * ET);
    assertSettled(cluster, configuration("n2", "n3", "n4"));
    assertThat(cluster.raft("n1").configuration()).isEqualTo(configuration("n2", "n3", "n4"));
    assertThat(cluster.raft("n1").commitIndex()).isGreaterThan(committed); // it was told
  }

  @Test
  void cm01_twoHalvesNeverDecideApart() {
    // n1 adds n5 and reaches only n5; n2 removes n1 and reaches only n3.
    Cluster cluster = cluster(configuration("n1", "n2", "n3", "n4"));
    cluster.partition("n1", "n5");
    cluster.change("n1", configuration("n1", "n2", "n3", "n4", "n5"));
    cluster.stabilize();
    cluster.tick("n1", HB);
    cluster.stabilize();
    assertThat(cluster.raft("n5").configuration().isPrepared()).isTrue();
    long committed = cluster.raft("n1").commitIndex();

    cluster.forgetLeader("n3", "n4").timeout("n2").stabilize();
    cluster.partition("n4");
    cluster.change("n2", configuration("n2", "n3", "n4"));
    cluster.rounds(ET - 1);
    assertThat(cluster.raft("n1").commitIndex()).isEqualTo(committed);
    assertThat(cluster.raft("n2").configuration().isJoint())
        .isTrue(); // needs three of the old four
    cluster.heal().rounds(6 * ET);
    assertSettled(cluster, configuration("n2", "n3", "n4"));
  }

  @Test
  void cm01_theNextLeaderContinuesFromTheChangeItFinds() {
    Cluster cluster = cluster(configuration("n1", "n2", "n3", "n4"));
    cluster.partition("n1", "n2");
    cluster.change("n1", configuration("n1", "n2", "n3", "n4", "n5"));
    cluster.deliver();
    assertThat(cluster.raft("n2").configuration().isPrepared()).isTrue();
    cluster.crash("n1").heal().partition("n1");
    cluster.roundsUntil(10 * ET, () -> cluster.leader() != null);
    cluster.rounds(3 * ET);
    assertThat(cluster.leader().raft().configuration())
        .isEqualTo(configuration("n1", "n2", "n3", "n4", "n5"));
    assertThat(configurations(cluster.leader())).isEqualTo(3);
    assertThat(cluster.hasConverged()).isTrue();
  }

  @Test
  void cm02_aLeaderCutOffCanNotAddItselfAQuorum() {
    Cluster cluster = cluster(configuration("n1", "n2", "n3"));
    cluster.partition("n1", "n4", "n5");
    long committed = cluster.raft("n1").commitIndex();
    cluster.change("n1", configuration("n1", "n2", "n3", "n4", "n5"));
    cluster.propose("n1", "a");
    cluster.rounds(ET);
    assertThat(cluster.raft("n4").last().index()).isGreaterThan(committed);
    assertThat(cluster.raft("n1").commitIndex()).isEqualTo(committed);
    cluster.rounds(2 * ET);
    assertThat(cluster.raft("n1").role()).isNotEqualTo(Role.LEADER);
    assertThat(cluster.leader().raft().commitIndex()).isGreaterThan(committed);
  }

  @Test
  void cm03_aTruncatedConfigurationIsTakenBack() {
    Configuration initial = configuration("n1", "n2", "n3");
    Cluster cluster = cluster(initial);
    cluster.partition("n1");
    cluster.change("n1", configuration("n1"));
    assertThat(cluster.raft("n1").configuration().isJoint()).isTrue();
    cluster.rounds(3 * ET);
    cluster.heal().rounds(2 * ET);
    assertThat(cluster.raft("n1").configuration()).isEqualTo(initial);
    assertThat(cluster.raft("n1").role()).isEqualTo(Role.FOLLOWER);

    String leader = cluster.leader().id.value(); // and no change is under way any more
    long id = cluster.change(leader, configuration("n1", "n2", "n3", "n4"));
    cluster.rounds(ET);
    assertThat(cluster.changed()).extracting(Effects.Changed::id).containsExactly(id);
    assertSettled(cluster, configuration("n1", "n2", "n3", "n4"));
  }

  @Test
  void cm05_aRestartAtEachStepOfAChangeFindsTheSameConfiguration() {
    for (int waves = 0; waves < 16; waves++) {
      Cluster cluster = cluster(configuration("n1", "n2", "n3"));
      cluster.change("n1", configuration(List.of("n2", "n3", "n4"), List.of("n5")));
      for (int i = 0; i < waves; i++) {
        cluster.deliver();
      }
      for (String name : List.of("n1", "n2", "n3", "n4", "n5")) {
        Configuration before = cluster.raft(name).configuration();
        cluster.crash(name).restart(name);
        assertThat(cluster.raft(name).configuration()).isEqualTo(before);
      }
      cluster.roundsUntil(20 * ET, () -> cluster.leader() != null);
      cluster.rounds(6 * ET);
      Configuration after = cluster.leader().raft().configuration();
      assertThat(after.isSimple()).isTrue();
      assertSettled(cluster, after);
    }
  }

  @Test
  void cm08_acknowledgementsOfARemovedNodeDoNotCount() {
    Cluster cluster = cluster(configuration("n1", "n2", "n3"));
    cluster.change("n1", configuration("n1", "n2"));
    cluster.stabilize();
    cluster.rounds(HB);
    cluster.partition("n2");
    long committed = cluster.raft("n1").commitIndex();
    cluster.propose("n1", "a");
    Message late = new Message.AppendEntriesAccepted(1, 1, committed + 1);
    cluster.step("n1", new Event.Received(id("n3"), late));
    assertThat(cluster.raft("n1").commitIndex()).isEqualTo(committed);
    Message reject = new Message.AppendEntriesRejected(1, 1, committed, LogPosition.ZERO);
    assertThat(cluster.step("n1", new Event.Received(id("n3"), reject)).replications()).isEmpty();
  }

  @Test
  void cm09_aNodeThatNeverHearsOfItsRemovalDisturbsNobody() {
    Cluster cluster = cluster(configuration("n1", "n2", "n3"));
    cluster.partition("n3");
    cluster.change("n1", configuration("n1", "n2"));
    cluster.stabilize();
    cluster.rounds(ET);
    cluster.heal().rounds(20 * ET);
    assertThat(cluster.node("n1").leads()).isTrue();
    assertThat(cluster.raft("n1").term()).isEqualTo(1);
  }

  // ---- CM-10: a leader that is removed

  @Test
  void cm10_aRemovedLeaderLeadsUntilItsRemovalIsCommittedAndAnnounced() {
    Cluster cluster = cluster(configuration("n1", "n2", "n3"));
    cluster.change("n1", configuration("n2", "n3"));
    cluster.deliver();
    cluster.deliver();
    assertThat(cluster.raft("n1").configuration()).isEqualTo(configuration("n2", "n3"));
    cluster.tick("n1", HB); // C_new is not committed yet
    assertThat(cluster.node("n1").leads()).isTrue();
    long removal = cluster.raft("n1").last().index();
    while (cluster.node("n1").leads()) {
      assertThat(cluster.raft("n2").role()).isEqualTo(Role.FOLLOWER);
      cluster.deliver();
    }
    assertThat(List.of(cluster.raft("n2").commitIndex(), cluster.raft("n3").commitIndex()))
        .contains(removal); // one of two and the leader itself are no quorum, so both
    cluster.stabilize(); // nobody waits for a timeout
    assertThat(cluster.leader().raft().term()).isEqualTo(2);
    cluster.rounds(3 * ET);
    assertThat(cluster.leader().raft().term()).isEqualTo(2);
    assertThat(cluster.raft("n1").term()).isEqualTo(1);
    assertThat(cluster.raft("n1").role()).isEqualTo(Role.FOLLOWER);
  }

  @Test
  void cm10_aRemovedLeaderDoesNotCountItself() {
    Cluster cluster = cluster(configuration("n1", "n2"));
    cluster.change("n1", configuration("n2"));
    cluster.deliver();
    cluster.deliver();
    assertThat(cluster.raft("n1").configuration()).isEqualTo(configuration("n2"));
    assertThat(cluster.raft("n1").commitIndex()).isLessThan(cluster.raft("n1").last().index());
    cluster.stabilize();
    assertThat(cluster.raft("n1").commitIndex()).isEqualTo(cluster.raft("n1").last().index());
  }

  /** Section 4.2.2, figure 4.6: only the removed node can win, since only it has C_new. */
  @Test
  void cm10_aRemovedLeaderCampaignsUntilItsRemovalIsCommitted() {
    Cluster cluster = cluster(configuration("n1"));
    cluster.change("n1", configuration("n4"));
    cluster.deliverUntil("n1", configuration("n4")::equals);
    cluster.drop(p -> true); // n4 does not hear that the old configuration is left
    cluster.crash("n1").restart("n1");
    cluster.roundsUntil(10 * ET, () -> cluster.node("n4").leads());
    cluster.rounds(3 * ET);
    assertThat(cluster.node("n4").leads()).isTrue();
    assertThat(cluster.raft("n1").role()).isEqualTo(Role.FOLLOWER);
  }

  @Test
  void cm10_removingTheLeaderWorksWhereverItCrashes() {
    for (int waves = 0; waves < 12; waves++) {
      Cluster cluster = cluster(configuration("n1", "n2", "n3"));
      cluster.change("n1", configuration("n2", "n3"));
      for (int i = 0; i < waves; i++) {
        cluster.deliver();
      }
      cluster.crash("n1").restart("n1");
      cluster.roundsUntil(20 * ET, () -> cluster.leader() != null);
      cluster.rounds(4 * ET);
      TestNode leader = cluster.leader();
      assertThat(leader.raft().configuration().isJoint()).isFalse();
      assertThat(leader.raft().configuration().isVoter(leader.id)).isTrue();
    }
  }

  @Test
  void cm12_whoeverLeadsLeavesTheJointConfigurationOnce() {
    Cluster cluster = cluster(configuration("n1", "n2", "n3"));
    cluster.change("n1", configuration("n1", "n2", "n3", "n4"));
    cluster.deliverUntil("n2", Configuration::isJoint);
    cluster.crash("n1");
    cluster.forgetLeader("n3", "n4").timeout("n2").stabilize();
    assertThat(cluster.node("n2").leads()).isTrue();
    cluster.rounds(ET);
    assertThat(configurations(cluster.node("n2"))).isEqualTo(3);
    cluster.restart("n1").rounds(2 * ET);
    assertThat(configurations(cluster.leader())).isEqualTo(3);
    assertSettled(cluster, configuration("n1", "n2", "n3", "n4"));
  }

  @Test
  void cm13_readsOfAJointConfigurationNeedBothMajorities() {
    Cluster cluster = cluster(configuration("n1", "n2", "n3"));
    cluster.change("n1", configuration("n1", "n4", "n5"));
    cluster.deliverUntil("n1", Configuration::isJoint).partition("n1", "n2");
    cluster.stabilize();
    cluster.read("n1");
    cluster.stabilize();
    assertThat(cluster.readable()).isEmpty(); // n1 and n2 are a majority of the old half only
    cluster.heal();
    cluster.tick("n1", HB);
    cluster.stabilize();
    assertThat(cluster.readable()).hasSize(1);
  }

  @Test
  void cm19_aConfigurationHasAVoter() {
    assertThatThrownBy(() -> configuration()).isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> configuration(List.of(), List.of("n1")))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("at least one voter");
  }

  @Test
  void cm20_idsAndAddressesAreGivenOnce() {
    Member sameAddress = new Member(id("n2"), member("n1").address());
    assertThatThrownBy(() -> Configuration.of(List.of(member("n1"), sameAddress)))
        .hasMessageContaining("address n1:7000 is given to more than one node");
    assertThatThrownBy(() -> configuration(List.of("n1"), List.of("n1")))
        .hasMessageContaining("node id n1 is given twice");
  }

  @Test
  void cm20_aNewNodeMayTakeTheAddressOfTheOneItReplaces() {
    for (boolean asLearner : List.of(true, false)) {
      Cluster cluster = cluster(configuration("n1", "n2", "n3"));
      Member heir = new Member(id("n4"), member("n3").address());
      List<Member> stay = List.of(member("n1"), member("n2"));
      Configuration target =
          asLearner
              ? Configuration.of(stay, List.of(heir))
              : Configuration.of(List.of(stay.get(0), stay.get(1), heir));
      cluster.change("n1", target);
      cluster.rounds(ET);
      assertSettled(cluster, target);
    }
  }

  @Test
  void cm21_oneChangeAtATime() {
    Cluster cluster = cluster(configuration("n1", "n2", "n3"));
    long first = cluster.change("n1", configuration("n1", "n2"));
    long second = cluster.change("n1", configuration("n1", "n3"));
    cluster.deliver();
    cluster.deliver(); // the first is in its second phase
    long third = cluster.change("n1", configuration("n1", "n3"));
    cluster.stabilize();
    assertThat(cluster.changed()).extracting(Effects.Changed::id).containsExactly(first);
    assertThat(cluster.refused())
        .extracting(Effects.Refused::id)
        .containsExactlyInAnyOrder(second, third);
    long joint = cluster.change("n1", configuration("n1").jointWith(configuration("n2")));
    assertThat(cluster.refused()).last().extracting(Effects.Refused::id).isEqualTo(joint);
    long elsewhere = cluster.change("n2", configuration("n2"));
    assertThat(cluster.refused())
        .last()
        .isEqualTo(new Effects.Refused(elsewhere, "this node does not lead", id("n1")));
  }

  // ---- learners and newcomers

  @Test
  void rp09_aNewVoterOfAnIdleClusterCatchesUp() {
    Cluster cluster = cluster(configuration("n1"));
    cluster.change("n1", configuration("n1", "n2"));
    cluster.rounds(2 * ET);
    assertSettled(cluster, configuration("n1", "n2"));
  }

  @Test
  void rp09_aNewLearnerOfAnIdleClusterCatchesUp() {
    Cluster cluster = cluster(configuration("n1", "n2", "n3"));
    Configuration target = configuration(List.of("n1", "n2", "n3"), List.of("n4"));
    cluster.change("n1", target);
    cluster.rounds(2 * ET);
    assertSettled(cluster, target);
  }

  @Test
  void rp22_aConfigurationInsideABatchCountsFromItsOwnIndexOn() {
    Cluster cluster = cluster(configuration("n1"));
    cluster.change("n1", configuration("n1", "n2"));
    cluster.deliverUntil("n1", Configuration::isPrepared).holdDisk("n1");
    cluster.propose("n1", "a");
    cluster.deliverUntil("n1", Configuration::isJoint);
    long joint = cluster.raft("n1").last().index();
    cluster.propose("n1", "b");
    cluster.drop(p -> p.to().equals(id("n2")));
    cluster.releaseDisk("n1");
    assertThat(cluster.raft("n1").commitIndex()).isLessThan(joint); // n2 has only what was before
    cluster.rounds(2 * ET);
    assertSettled(cluster, configuration("n1", "n2"));
  }

  @Test
  void aDemotedVoterBecomesALearner() {
    Cluster cluster = cluster(configuration("n1", "n2", "n3"));
    Configuration target = configuration(List.of("n1", "n2"), List.of("n3"));
    cluster.change("n1", target);
    assertThat(cluster.raft("n1").configuration().isVoter(id("n3"))).isTrue(); // while joint
    cluster.rounds(ET);
    assertSettled(cluster, target);
    assertThat(cluster.raft("n1").configuration().isVoter(id("n3"))).isFalse();
  }

  @Test
  void aDemotedLeaderBecomesALearner() {
    Cluster cluster = cluster(configuration("n1", "n2", "n3"));
    Configuration target = configuration(List.of("n2", "n3"), List.of("n1"));
    cluster.change("n1", target);
    cluster.rounds(6 * ET);
    assertSettled(cluster, target);
    assertThat(cluster.raft("n1").role()).isEqualTo(Role.FOLLOWER);
    assertThat(cluster.raft("n1").leader()).isEqualTo(cluster.leader().id);
  }

  @Test
  void learnersAreNeverCounted() {
    Cluster cluster = cluster(configuration(List.of("n1", "n2", "n3"), List.of("n4", "n5")));
    long committed = cluster.raft("n1").commitIndex();
    cluster.partition("n1", "n4", "n5");
    cluster.propose("n1", "a");
    cluster.read("n1");
    cluster.stabilize();
    assertThat(cluster.raft("n5").last().index()).isEqualTo(committed + 1);
    assertThat(cluster.raft("n1").commitIndex()).isEqualTo(committed);
    assertThat(cluster.readable()).isEmpty();
    cluster.rounds(2 * ET); // nor do they keep it in office
    assertThat(cluster.raft("n1").role()).isNotEqualTo(Role.LEADER);
    assertThat(cluster.unreadable()).hasSize(1);
  }

  @Test
  void aChangeRightBeforeTheQuorumIsCheckedDeposesNobody() {
    for (int phase = 0; phase <= ET; phase++) {
      Cluster cluster = cluster(configuration("n1"));
      cluster.tick("n1", phase);
      cluster.change("n1", configuration("n1", "n2", "n3"));
      cluster.tick("n1", 2); // the newcomers answer only now
      cluster.rounds(2 * ET);
      assertThat(cluster.node("n1").leads()).as("phase %s", phase).isTrue();
      assertThat(cluster.raft("n1").term()).isEqualTo(1);
    }
  }
}
