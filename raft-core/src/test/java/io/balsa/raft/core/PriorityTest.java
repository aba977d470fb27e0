package io.balsa.raft.core;

import static io.balsa.raft.core.Cluster.configuration;
import static io.balsa.raft.core.Cluster.id;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.api.Test;

/** Some nodes are seen more gladly as leader than others, as long as that costs nothing. */
class PriorityTest {
  private static final int ET = Cluster.OPTIONS.electionTicks();
  private static final Configuration N2_PREFERRED =
      configuration("n1", "n2", "n3").withPriority("n2", 5);

  private final Cluster cluster = new Cluster(Cluster.OPTIONS, Cluster::fixedRandom, null);

  PriorityTest() {
    cluster.form(N2_PREFERRED, "n1", "n2", "n3");
  }

  private long tellings() {
    return cluster.sent().stream().filter(p -> p.message() instanceof Message.TimeoutNow).count();
  }

  @Test
  void aLeaderMakesWayForAVoterThatIsPreferred() {
    cluster.elect("n1");
    cluster.roundsUntil(3 * ET, () -> cluster.node("n2").leads());
    cluster.propose("n2", "a");
    cluster.rounds(5 * ET);
    assertThat(cluster.node("n2").leads()).isTrue();
    assertThat(cluster.raft("n2").term()).as("nobody disturbs it").isEqualTo(2);
  }

  @Test
  void whoIsPreferredAndGoneIsNotWaitedFor() {
    cluster.partition("n2").elect("n1").rounds(5 * ET);
    assertThat(tellings()).isZero();
    cluster.propose("n1", "a");
    cluster.stabilize();
    assertThat(cluster.raft("n1").commitIndex()).isEqualTo(cluster.raft("n1").last().index());
  }

  @Test
  void priorityNeverBeatsTheLog() {
    cluster.partition("n2").elect("n1").propose("n1", "a", "b");
    cluster.stabilize().crash("n1");
    cluster.heal().timeout("n2").stabilize();
    assertThat(cluster.node("n2").leads()).as("it lacks what is committed").isFalse();
    cluster.elect("n3");
  }

  /** Or a cluster would do nothing but make way for somebody who can't take over. */
  @Test
  void whoDoesNotTakeOverIsNotAskedAgainForAWhile() {
    cluster.elect("n1");
    for (int i = 0; i < 20 * ET; i++) {
      cluster.tick("n1", 1);
      cluster.wires().removeIf(p -> p.message() instanceof Message.TimeoutNow);
      cluster.stabilize();
    }
    assertThat(cluster.node("n1").leads()).isTrue();
    assertThat(tellings()).isBetween(1L, (long) ET);
    cluster.propose("n1", "a");
    cluster.stabilize();
    assertThat(cluster.raft("n1").commitIndex()).isEqualTo(cluster.raft("n1").last().index());
  }

  @Test
  void aPriorityIsKeptUntilAnotherOneIsSaid() {
    Configuration moved = N2_PREFERRED.withVoter("n2=elsewhere:1");
    assertThat(moved.member(id("n2")).priority()).isEqualTo(5);
    assertThat(moved.withPriority("n2", 0).member(id("n2")).priority()).isZero();
    assertThat(Configuration.fromBytes(moved.toBytes())).isEqualTo(moved);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> moved.withPriority("n2", 101))
        .withMessage("priority 101 of node n2 is not 0 to 100");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> moved.withPriority("n9", 1))
        .withMessage("node n9 is not a member");
  }

  @Test
  void aPriorityIsChangedLikeAnythingElseOfTheMembers() {
    cluster.elect("n1");
    cluster.roundsUntil(3 * ET, () -> cluster.node("n2").leads());
    cluster.change("n2", N2_PREFERRED.withPriority("n2", 0).withPriority("n3", 7));
    cluster.roundsUntil(5 * ET, () -> cluster.node("n3").leads());
    assertThat(cluster.raft("n1").configuration().member(id("n3")).priority()).isEqualTo(7);
  }
}
