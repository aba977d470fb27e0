package io.balsa.raft.core;

import static io.balsa.raft.core.Cluster.configuration;
import static io.balsa.raft.core.Cluster.id;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

/** New voters count only after they have caught up (section 4.2.1); see docs/testing.md. */
class CatchUpTest {
  private static final int ET = Cluster.OPTIONS.electionTicks();
  private static final int HB = Cluster.OPTIONS.heartbeatTicks();
  private static final Configuration THREE = configuration("n1", "n2", "n3");
  private static final Configuration FOUR = configuration("n1", "n2", "n3", "n4");

  private static Cluster cluster(Configuration initial) {
    Cluster cluster = new Cluster(Cluster.OPTIONS, Cluster::fixedRandom, null);
    cluster.form(initial, "n1", "n2", "n3", "n4", "n5").elect("n1");
    return cluster.rounds(HB);
  }

  private static long configurations(TestNode node) {
    return node.log().stream().filter(e -> e.type() == EntryType.CONFIGURATION).count();
  }

  private static void assertRefused(Cluster cluster, long id, String reason) {
    Effects.Refused last = cluster.refused().get(cluster.refused().size() - 1);
    assertThat(last.id()).isEqualTo(id);
    assertThat(last.reason()).contains(reason);
  }

  @Test
  void cm11_whoIsBeingAddedIsNotNeeded() {
    Cluster cluster = cluster(THREE);
    cluster.partition("n4");
    cluster.change("n1", FOUR);
    cluster.stabilize();
    cluster.crash("n3"); // of four, two would be too few
    cluster.propose("n1", "a");
    cluster.rounds(HB);
    assertThat(cluster.raft("n1").configuration().isPrepared()).isTrue();
    assertThat(cluster.raft("n1").commitIndex()).isEqualTo(cluster.raft("n1").last().index());
    cluster.rounds(3 * ET);
    assertThat(cluster.node("n1").leads()).isTrue();
  }

  @Test
  void cm11_aLearnerThatIsDownIsNotPromoted() {
    Cluster cluster = cluster(configuration(List.of("n1", "n2", "n3"), List.of("n4")));
    cluster.crash("n4"); // with the whole log
    long id = cluster.change("n1", FOUR);
    cluster.rounds(10 * ET - 1);
    assertThat(cluster.raft("n1").configuration().isPrepared()).isTrue();
    cluster.rounds(2);
    assertThat(cluster.raft("n1").configuration())
        .isEqualTo(configuration(List.of("n1", "n2", "n3"), List.of("n4")));
    assertRefused(cluster, id, "n4");
    assertThat(cluster.changed()).isEmpty();
  }

  @Test
  void cm11_aNewVoterThatHadCaughtUpAndIsGoneIsNotWaitedInVain() {
    Cluster cluster = cluster(THREE);
    cluster.crash("n5");
    long id = cluster.change("n1", configuration("n3", "n4", "n5"));
    cluster.rounds(ET);
    assertThat(cluster.raft("n4").commitIndex()).isEqualTo(cluster.raft("n1").commitIndex());
    cluster.crash("n4").rounds(ET + HB).restart("n5").rounds(ET);
    assertThat(cluster.raft("n5").commitIndex()).isEqualTo(cluster.raft("n1").commitIndex());
    assertThat(cluster.raft("n1").configuration().isPrepared()).isTrue(); // n3 and n5 are not all
    cluster.rounds(10 * ET);
    assertRefused(cluster, id, "new voter n4 made no progress");
  }

  @Test
  void cm11_aNewVoterThatAnswersButGetsNowhereIsNotPromoted() {
    Cluster cluster = cluster(THREE);
    cluster.propose("n1", "a");
    long id = cluster.change("n1", FOUR);
    for (int i = 0; i < 10 * ET + HB; i++) {
      assertThat(cluster.raft("n1").configuration().isJoint()).isFalse();
      cluster.nodes().values().forEach(n -> cluster.step(n, new Event.Tick()));
      for (int waves = 0; waves < 4; waves++) {
        cluster.drop(p -> p.to().equals(id("n4")) && hasEntries(p.message()));
        cluster.deliver();
      }
    }
    assertRefused(cluster, id, "new voter n4 made no progress");
    assertThat(cluster.raft("n1").configuration()).isEqualTo(THREE);
  }

  private static boolean hasEntries(Message message) {
    return message instanceof Message.AppendEntries m && !m.entries().isEmpty();
  }

  @Test
  void cm11_aNewVoterHasTheLogBeforeItCounts() {
    Cluster cluster = cluster(THREE);
    cluster.partition("n4");
    cluster.change("n1", FOUR);
    for (int i = 0; i < 9; i++) {
      cluster.propose("n1", "c" + i);
      cluster.rounds(1);
    }
    cluster.heal();
    cluster.deliverUntil("n1", c -> tickUntil(cluster, c));
    assertThat(cluster.node("n4").log()).hasSizeGreaterThan(1);
    cluster.rounds(ET);
    assertThat(cluster.raft("n4").configuration()).isEqualTo(FOUR);
  }

  private static boolean tickUntil(Cluster cluster, Configuration c) {
    cluster.tick("n1", 1);
    return c.isJoint();
  }

  @Test
  void cm12_whereverTheLeaderDiesTheChangeIsMadeOnceOrNotAtAll() {
    for (int waves = 0; waves < 16; waves++) {
      Cluster cluster = cluster(THREE);
      cluster.change("n1", configuration("n1", "n2", "n4"));
      for (int i = 0; i < waves; i++) {
        cluster.deliver();
      }
      cluster.crash("n1");
      cluster.roundsUntil(20 * ET, () -> cluster.leader() != null);
      cluster.rounds(3 * ET).restart("n1").rounds(3 * ET);
      TestNode leader = cluster.leader();
      boolean made = leader.raft().configuration().equals(configuration("n1", "n2", "n4"));
      assertThat(made || leader.raft().configuration().equals(THREE)).isTrue();
      assertThat(configurations(leader)).as("after %s waves", waves).isEqualTo(made ? 3 : 0);
      assertThat(waves == 0 || made).isTrue();
    }
  }

  @Test
  void cm12_eachStepWaitsUntilTheOneBeforeIsCommitted() {
    for (Configuration target : List.of(FOUR, configuration("n1", "n2"))) {
      Cluster cluster = cluster(THREE);
      cluster.propose("n1", "a");
      long before = cluster.raft("n1").last().index();
      cluster.deliver();
      cluster.change("n1", target);
      Configuration firstStep = cluster.raft("n1").configuration();
      cluster.drop(p -> p.from().equals(id("n1")));
      cluster.deliver(); // the acknowledgements of the command
      assertThat(cluster.raft("n1").commitIndex()).isEqualTo(before);
      assertThat(cluster.raft("n1").configuration()).isEqualTo(firstStep);
    }
  }

  @Test
  void cm12_aLeaderThatIsDeposedCanNotTell() {
    Cluster cluster = cluster(THREE);
    cluster.partition("n1");
    long id = cluster.change("n1", FOUR);
    cluster.rounds(3 * ET);
    assertThat(cluster.undecided()).containsExactly(id);
    assertThat(cluster.changed()).isEmpty();
    assertThat(cluster.refused()).isEmpty();
  }

  @Test
  void cm12_theNextLeaderGivesUpToo() {
    Cluster cluster = cluster(THREE);
    cluster.partition("n4");
    cluster.change("n1", FOUR);
    cluster.stabilize();
    cluster.crash("n1");
    cluster.roundsUntil(5 * ET, () -> cluster.leader() != null);
    cluster.rounds(12 * ET);
    assertThat(cluster.leader().raft().configuration()).isEqualTo(THREE);
    assertThat(configurations(cluster.leader())).isEqualTo(2);
    assertThat(cluster.refused()).isEmpty(); // nobody has asked this one
  }

  @Test
  void cm19_aChangeThatWouldHaveNoQuorumIsRefused() {
    Cluster cluster = cluster(THREE);
    cluster.crash("n3").rounds(ET + HB);
    long id = cluster.change("n1", configuration("n1", "n3"));
    assertRefused(cluster, id, "it would have no quorum, since [n3] do not answer");
    assertThat(cluster.raft("n1").configuration()).isEqualTo(THREE);
    cluster.change("n1", configuration("n1", "n2"));
    cluster.rounds(HB);
    assertThat(cluster.raft("n1").configuration()).isEqualTo(configuration("n1", "n2"));
  }

  @Test
  void cm19_aChangeWaitsForAQuorumOfTheNextVoters() {
    for (boolean comesBack : List.of(true, false)) {
      Cluster cluster = cluster(THREE);
      long id = cluster.change("n1", configuration("n3", "n4"));
      cluster.crash("n3").partition("n4").rounds(ET + HB); // n3 was there when it was asked for
      cluster.heal().rounds(ET);
      assertThat(cluster.raft("n4").commitIndex()).isEqualTo(cluster.raft("n1").commitIndex());
      assertThat(cluster.raft("n1").configuration().isPrepared()).isTrue();
      if (comesBack) {
        cluster.restart("n3").rounds(ET);
        assertThat(cluster.raft("n4").configuration()).isEqualTo(configuration("n3", "n4"));
      } else {
        cluster.rounds(8 * ET);
        assertThat(cluster.raft("n1").configuration()).isEqualTo(THREE);
        assertRefused(cluster, id, "no quorum of the next configuration answers");
      }
    }
  }

  @Test
  void cm21_theConfigurationIsComparedAndSet() {
    Cluster cluster = cluster(THREE);
    long first = cluster.change("n1", 0, configuration("n1", "n2"));
    cluster.stabilize();
    long second = cluster.change("n1", 0, configuration("n1", "n3"));
    assertRefused(cluster, second, "the configuration is that of 3 by now, not of 0");
    assertThat(cluster.raft("n1").configurationIndex()).isEqualTo(3);
    long third = cluster.change("n1", 3, configuration("n1", "n2"));
    assertThat(cluster.changed())
        .containsExactly(
            new Effects.Changed(first, 3, configuration("n1", "n2")),
            new Effects.Changed(third, 3, configuration("n1", "n2")));
    long prepared = cluster.change("n1", THREE.preparing(FOUR));
    assertRefused(cluster, prepared, "the target is a prepared configuration");
  }

  @Test
  void cm07_whoIsRemovedStaysRemoved() {
    Cluster cluster = cluster(THREE);
    cluster.change("n1", configuration("n1", "n2"));
    cluster.rounds(ET);
    for (String name : List.of("n1", "n2", "n3")) {
      cluster.crash(name).restart(name);
    }
    cluster.rounds(4 * ET);
    for (String name : List.of("n1", "n2", "n3")) {
      assertThat(cluster.raft(name).configuration()).isEqualTo(configuration("n1", "n2"));
    }
    assertThat(cluster.leader().raft().configuration()).isEqualTo(configuration("n1", "n2"));
  }

  @Test
  void cm09_whoIsRemovedIsToldAndNeverCampaigns() {
    for (boolean deposed : List.of(false, true)) {
      Cluster cluster = cluster(THREE);
      cluster.change("n1", configuration("n1", "n2"));
      cluster.deliverUntil("n3", configuration("n1", "n2")::equals);
      if (deposed) { // whoever leads next knows who may not have heard
        cluster.drop(p -> true);
        cluster.crash("n1").restart("n1").timeout("n2").stabilize();
      }
      cluster.rounds(3 * ET);
      assertThat(cluster.raft("n3").commitIndex())
          .isGreaterThanOrEqualTo(cluster.raft("n3").configurationIndex());
      int before = cluster.sent().size();
      cluster.rounds(10 * ET);
      assertThat(cluster.sent().subList(before, cluster.sent().size()))
          .noneMatch(p -> p.from().equals(id("n3")) || p.to().equals(id("n3")));
    }
  }

  @Test
  void cm07_whoIsRemovedMayComeBackAtOnce() {
    Cluster cluster = cluster(THREE);
    cluster.partition("n3");
    cluster.change("n1", configuration("n1", "n2"));
    cluster.stabilize();
    cluster.change("n1", THREE);
    cluster.heal().rounds(2 * ET);
    assertThat(cluster.raft("n3").configuration()).isEqualTo(THREE);
    assertThat(cluster.node("n3").log()).isEqualTo(cluster.node("n1").log());
  }

  @Test
  void rp09_whoLeavesAndIsDownIsNotWaitedForForEver() {
    Cluster cluster = cluster(THREE);
    cluster.crash("n3");
    cluster.change("n1", configuration("n1", "n2"));
    cluster.rounds(4 * ET);
    int before = cluster.sent().size();
    cluster.rounds(ET);
    assertThat(cluster.sent().subList(before, cluster.sent().size()))
        .noneMatch(p -> p.to().equals(id("n3")));
  }
}
