package io.balsa.raft.core;

import static io.balsa.raft.core.Cluster.configuration;
import static io.balsa.raft.core.Cluster.id;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

/** Section 3.10; see docs/testing.md for the ids. */
class LeadershipTransferTest {
  private static final int ET = Cluster.OPTIONS.electionTicks();
  private static final int HB = Cluster.OPTIONS.heartbeatTicks();

  private static Cluster cluster(String... voters) {
    return Cluster.ofFixedTimeouts(voters).elect("n1").rounds(HB);
  }

  private static void assertRefused(Cluster cluster, long id, String reason) {
    assertThat(cluster.refused()).anyMatch(r -> r.id() == id && r.reason().contains(reason));
    assertThat(cluster.refused()).filteredOn(r -> r.id() == id).hasSize(1);
  }

  @Test
  void theTargetLeadsInTheNextTerm() {
    Cluster cluster = cluster("n1", "n2", "n3", "n4", "n5");
    long id = cluster.transfer("n1", "n4");
    cluster.stabilize();
    assertThat(cluster.node("n4").leads()).isTrue();
    assertThat(cluster.raft("n4").term()).isEqualTo(2);
    assertThat(cluster.raft("n1").leader()).isEqualTo(id("n4"));
    assertThat(cluster.transferred()).containsExactly(id);
  }

  @Test
  void aTargetThatIsBehindCatchesUpFirst() {
    Cluster cluster = cluster("n1", "n2", "n3");
    cluster.partition("n3");
    cluster.propose("n1", "a", "b");
    cluster.stabilize();
    cluster.heal().step("n1", new Event.Disconnected(id("n3")));
    cluster.transfer("n1", "n3");
    assertThat(cluster.sent()).noneMatch(p -> p.message() instanceof Message.TimeoutNow);
    cluster.roundsUntil(ET, () -> cluster.node("n3").leads());
    assertThat(cluster.transferred()).hasSize(1);
    assertThat(cluster.refused()).isEmpty();
  }

  @Test
  void el10_nobodyShieldsTheLeader() {
    Cluster cluster = cluster("n1", "n2", "n3", "n4", "n5");
    cluster.tick("n1", HB);
    cluster.stabilize(); // everybody has just heard it
    cluster.transfer("n1", "n5");
    cluster.stabilize(); // no time passes
    assertThat(cluster.node("n5").leads()).isTrue();
    assertThat(
            cluster.sent().stream()
                .filter(p -> p.message() instanceof Message.RequestVote m && m.transfer()))
        .hasSize(4);
  }

  @Test
  void el10_onlyWhoWasAskedMayDisturb() {
    Cluster cluster = cluster("n1", "n2", "n3");
    Message request = new Message.RequestVote(2, cluster.raft("n3").last(), false);
    cluster.step("n1", new Event.Received(id("n3"), request));
    assertThat(cluster.node("n1").leads()).isTrue();
    Message stray = new Message.TimeoutNow(1);
    cluster.step("n2", new Event.Received(id("n3"), stray)); // n3 does not lead
    assertThat(cluster.raft("n2").role()).isEqualTo(Role.FOLLOWER);
    assertThat(cluster.raft("n2").term()).isEqualTo(1);
  }

  @Test
  void onlyToAnotherVoter() {
    Cluster cluster = new Cluster(Cluster.OPTIONS, Cluster::fixedRandom, null);
    Configuration initial = configuration(List.of("n1", "n2"), List.of("n3"));
    cluster.form(initial, "n1", "n2", "n3").elect("n1").rounds(HB);
    assertRefused(cluster, cluster.transfer("n1", "n1"), "n1 leads already");
    assertRefused(cluster, cluster.transfer("n1", "n3"), "n3 is not a voter");
    assertRefused(cluster, cluster.transfer("n1", "n9"), "n9 is not a voter");
    assertRefused(cluster, cluster.transfer("n2", "n1"), "this node does not lead");
    cluster.change("n1", configuration("n1"));
    cluster.rounds(ET);
    assertRefused(cluster, cluster.transfer("n1", null), "there is no other voter");
    assertRefused(cluster, cluster.transfer("n1", "n2"), "there is no other voter");
    assertThat(cluster.node("n1").leads()).isTrue();
  }

  @Test
  void el16_aLearnerIgnoresIt() {
    Cluster cluster = new Cluster(Cluster.OPTIONS, Cluster::fixedRandom, null);
    Configuration initial = configuration(List.of("n1", "n2"), List.of("n3"));
    cluster.form(initial, "n1", "n2", "n3").elect("n1").rounds(HB);
    cluster.step("n3", new Event.Received(id("n1"), new Message.TimeoutNow(1)));
    assertThat(cluster.raft("n3").role()).isEqualTo(Role.FOLLOWER);
    assertThat(cluster.raft("n3").term()).isEqualTo(1);
  }

  @Test
  void el11_aTargetThatIsSilentIsGivenUp() {
    Cluster cluster = cluster("n1", "n2", "n3");
    cluster.partition("n3");
    long id = cluster.transfer("n1", "n3");
    cluster.rounds(ET - 1);
    assertThat(cluster.refused()).isEmpty();
    long fenced = cluster.propose("n1", "a");
    assertRefused(cluster, fenced, "leadership is being transferred");
    cluster.rounds(1);
    assertRefused(cluster, id, "n3 did not take over within an election timeout");
    long accepted = cluster.propose("n1", "b");
    assertThat(cluster.accepted()).last().extracting(Effects.Accepted::id).isEqualTo(accepted);
    cluster.rounds(HB);
    assertThat(cluster.raft("n1").commitIndex()).isEqualTo(cluster.raft("n1").last().index());
  }

  @Test
  void readsGoOnAndChangesDoNot() {
    Cluster cluster = cluster("n1", "n2", "n3");
    cluster.partition("n3");
    cluster.transfer("n1", "n3");
    cluster.read("n1");
    cluster.stabilize();
    assertThat(cluster.readable()).hasSize(1);
    assertRefused(cluster, cluster.change("n1", configuration("n1", "n2")), "making way");
  }

  @Test
  void anotherElectionEndsIt() {
    Cluster cluster = cluster("n1", "n2", "n3");
    cluster.partition("n3");
    cluster.propose("n1", "a");
    cluster.stabilize();
    long id = cluster.transfer("n1", "n3"); // it is behind and was not told
    Message request = new Message.RequestVote(2, cluster.raft("n2").last(), true);
    cluster.step("n1", new Event.Received(id("n2"), request));
    assertThat(cluster.raft("n1").role()).isEqualTo(Role.FOLLOWER);
    assertRefused(cluster, id, "stopped leading");
    assertThat(cluster.transferred()).isEmpty();
  }

  @Test
  void backAtOnce() {
    Cluster cluster = cluster("n1", "n2", "n3");
    cluster.transfer("n1", "n2");
    cluster.stabilize();
    cluster.transfer("n2", "n1");
    cluster.stabilize();
    assertThat(cluster.node("n1").leads()).isTrue();
    assertThat(cluster.transferred()).hasSize(2);
  }

  @Test
  void theLaterRequestCounts() {
    Cluster cluster = cluster("n1", "n2", "n3");
    cluster.cut("n1", "n2");
    long first = cluster.transfer("n1", "n2");
    long second = cluster.transfer("n1", "n3");
    assertRefused(cluster, first, "another transfer, to n3");
    cluster.stabilize();
    assertThat(cluster.node("n3").leads()).isTrue();
    assertThat(cluster.transferred()).containsExactly(second);
  }

  @Test
  void withoutATargetTheBestVoterIsChosen() {
    Cluster cluster = new Cluster(Cluster.OPTIONS, Cluster::fixedRandom, null);
    Configuration initial = configuration(List.of("n1", "n2", "n3"), List.of("n4"));
    cluster.form(initial, "n1", "n2", "n3", "n4").elect("n1").rounds(HB);
    cluster.cut("n1", "n2");
    cluster.propose("n1", "a");
    cluster.stabilize();
    cluster.transfer("n1", null);
    cluster.stabilize();
    assertThat(cluster.node("n3").leads()).isTrue();
  }

  @Test
  void notToOneThatDoesNotAnswer() {
    Cluster cluster = cluster("n1", "n2", "n3");
    cluster.crash("n2").rounds(ET);
    cluster.transfer("n1", null);
    cluster.stabilize();
    assertThat(cluster.node("n3").leads()).isTrue();
  }

  @Test
  void aTargetThatAsksAroundAlreadyIsInNoDoubtAnyMore() {
    Cluster cluster = cluster("n1", "n2", "n3");
    cluster.step("n2", new Event.Disconnected(id("n1")));
    cluster.partition("n2").timeout("n2");
    assertThat(cluster.raft("n2").role()).isEqualTo(Role.PRE_CANDIDATE);
    cluster.heal().transfer("n1", "n2");
    cluster.stabilize();
    assertThat(cluster.node("n2").leads()).isTrue();
  }

  @Test
  void aLostWordIsRepeated() {
    Cluster cluster = cluster("n1", "n2", "n3");
    cluster.transfer("n1", "n2");
    cluster.drop(p -> p.message() instanceof Message.TimeoutNow);
    cluster.rounds(HB);
    assertThat(cluster.node("n2").leads()).isTrue();
  }
}
