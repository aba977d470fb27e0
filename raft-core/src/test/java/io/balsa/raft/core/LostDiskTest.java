package io.balsa.raft.core;

import static io.balsa.raft.core.Cluster.configuration;
import static io.balsa.raft.core.Cluster.id;
import static io.balsa.raft.core.Cluster.incarnation;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * A node that lost its disk has lost its promises too, and is another node; see docs/testing.md.
 */
class LostDiskTest {
  private static final int ET = Cluster.OPTIONS.electionTicks();
  private static final int HB = Cluster.OPTIONS.heartbeatTicks();
  private static final Configuration ELSEWHERE = configuration("n9");

  /** Everybody's incarnation is in the configuration; n1 leads. */
  private static Cluster cluster(String... names) {
    Cluster cluster = Cluster.ofFixedTimeouts(names).elect("n1").rounds(HB);
    cluster.add("n8", ELSEWHERE);
    for (String name : names) {
      cluster.meet("n1", name, 1);
    }
    cluster.change("n1", configuration(List.of(names), List.of("n8")));
    return cluster.rounds(ET);
  }

  private static int life(Cluster cluster, String name) {
    Member member = cluster.leader().raft().configuration().member(id(name));
    return (int) member.incarnation().getLeastSignificantBits();
  }

  private static boolean isVoter(Cluster cluster, String name) {
    Configuration c = cluster.leader().raft().configuration();
    return c.isSimple() && c.isVoter(id(name));
  }

  @Test
  void cm15_aWipedVoterIsALearnerThenAVoter() {
    Cluster cluster = cluster("n1", "n2", "n3");
    assertThat(life(cluster, "n3")).isEqualTo(1);
    cluster.propose("n1", "a");
    cluster.stabilize();
    cluster.crash("n3").wipe("n3", ELSEWHERE).meet("n1", "n3", 2);
    Configuration joint = cluster.raft("n1").configuration();
    assertThat(joint.isJoint()).isTrue();
    assertThat(joint.isVoter(id("n3"))).isFalse();
    cluster.rounds(ET);
    assertThat(isVoter(cluster, "n3")).isTrue();
    assertThat(life(cluster, "n3")).isEqualTo(2);
    assertThat(cluster.node("n3").log()).isEqualTo(cluster.node("n1").log());
  }

  @Test
  void cm15_itIsNotCountedMeanwhile() {
    Cluster cluster = cluster("n1", "n2", "n3");
    cluster.crash("n3").wipe("n3", ELSEWHERE).meet("n1", "n3", 2);
    cluster.partition("n1", "n3");
    long committed = cluster.raft("n1").commitIndex();
    cluster.propose("n1", "a");
    cluster.read("n1");
    cluster.tick("n1", HB);
    cluster.stabilize();
    assertThat(cluster.raft("n3").last()).isEqualTo(cluster.raft("n1").last());
    assertThat(cluster.raft("n1").commitIndex()).isEqualTo(committed);
    assertThat(cluster.readable()).isEmpty();
  }

  @Test
  void cm15_acknowledgementsOfTheFormerNodeDoNotCount() {
    Cluster cluster = cluster("n1", "n2", "n3");
    cluster.propose("n1", "a");
    List<Cluster.Packet> late = cluster.wires().stream().toList();
    cluster.stabilize();
    long round =
        cluster.sent().stream()
            .filter(p -> p.message() instanceof Message.AppendEntries)
            .mapToLong(p -> ((Message.AppendEntries) p.message()).round())
            .max()
            .orElseThrow();
    assertThat(late).isNotEmpty();
    cluster.crash("n3").wipe("n3", ELSEWHERE).meet("n1", "n3", 2);
    long last = cluster.raft("n1").last().index();
    cluster.step(
        "n1", new Event.Received(id("n3"), new Message.AppendEntriesAccepted(1, round, last)));
    cluster.rounds(2 * ET); // n1 would believe for ever that n3 has it all
    assertThat(isVoter(cluster, "n3")).isTrue();
    assertThat(cluster.node("n3").log()).isEqualTo(cluster.node("n1").log());
  }

  @Test
  void cm15_theNextLeaderKnowsThatItIsToVoteAgain() {
    Cluster cluster = cluster("n1", "n2", "n3", "n4", "n5");
    cluster.crash("n5").wipe("n5", ELSEWHERE).meet("n1", "n5", 2);
    cluster.partition("n5");
    cluster.stabilize();
    assertThat(cluster.raft("n2").configuration().isRejoining(id("n5"))).isTrue();
    cluster.rounds(3 * ET);
    assertThat(cluster.raft("n1").configuration().isRejoining(id("n5"))).isTrue();
    cluster.crash("n1").heal();
    cluster.roundsUntil(5 * ET, () -> cluster.leader() != null);
    cluster.rounds(2 * ET);
    assertThat(isVoter(cluster, "n5")).isTrue();
  }

  @Test
  void cm15_theNextLeaderHasMetItToo() {
    Cluster cluster = cluster("n1", "n2", "n3", "n4", "n5");
    cluster.crash("n5").wipe("n5", ELSEWHERE).crash("n1");
    cluster.meet("n2", "n5", 2); // as a follower
    cluster.roundsUntil(5 * ET, () -> cluster.leader() != null);
    cluster.rounds(2 * ET);
    assertThat(cluster.node("n2").leads()).isTrue();
    assertThat(isVoter(cluster, "n5")).isTrue();
    assertThat(life(cluster, "n5")).isEqualTo(2);
  }

  @Test
  void cm15_whatWasMetOverABrokenConnectionIsForgotten() {
    Cluster cluster = cluster("n1", "n2", "n3");
    cluster.step("n2", new Event.PeerMet(id("n3"), incarnation("n3", 7)));
    cluster.step("n2", new Event.Disconnected(id("n3")));
    cluster.crash("n1");
    cluster.roundsUntil(5 * ET, () -> cluster.leader() != null);
    cluster.rounds(ET);
    assertThat(life(cluster, "n3")).isEqualTo(1);
  }

  /** It has lost its disk and was let in again, which the follower has yet to hear: from it. */
  @Test
  void cm15_whoLeadsUnderAnotherIncarnationIsFollowed() {
    Cluster cluster = cluster("n1", "n2", "n3");
    cluster.meet("n2", "n1", 2);
    cluster.propose("n1", "a");
    cluster.stabilize();
    assertThat(cluster.node("n2").log()).isEqualTo(cluster.node("n1").log());
  }

  @Test
  void cm15_itWaitsForTheChangeThatIsUnderWay() {
    Cluster cluster = cluster("n1", "n2", "n3");
    cluster.add("n4", ELSEWHERE);
    cluster.partition("n4");
    cluster.change("n1", configuration(List.of("n1", "n2", "n3", "n4"), List.of("n8")));
    cluster.rounds(HB);
    assertThat(cluster.raft("n1").configuration().isPrepared()).isTrue();
    cluster.crash("n3").wipe("n3", ELSEWHERE).partition("n3").meet("n1", "n3", 2);
    cluster.rounds(HB);
    assertThat(cluster.raft("n1").configuration().isPrepared()).isTrue();
    assertThat(cluster.raft("n1").configuration().isVoter(id("n3"))).isTrue();
    cluster.rounds(10 * ET).heal().rounds(2 * ET);
    assertThat(isVoter(cluster, "n3")).isTrue();
    assertThat(life(cluster, "n3")).isEqualTo(2);
  }

  @Test
  void cm15_nothingIsBegunThatCouldNotBeCommitted() {
    Cluster cluster = cluster("n1", "n2");
    cluster.crash("n2").wipe("n2", ELSEWHERE).partition("n2");
    long last = cluster.raft("n1").last().index();
    Effects effects = cluster.step("n1", new Event.PeerMet(id("n2"), incarnation("n2", 2)));
    assertThat(effects.notable()).hasSize(1).allMatch(d -> d instanceof Decision.Noted);
    assertThat(cluster.raft("n1").last().index()).isEqualTo(last);
  }

  @Test
  void cm15_aWipedLearnerStaysALearner() {
    Cluster cluster = cluster("n1", "n2", "n3");
    cluster.meet("n1", "n8", 1);
    cluster.change("n1", configuration("n1", "n2", "n3").withLearner("n8=n8:7001"));
    cluster.rounds(ET);
    cluster.crash("n8").wipe("n8", ELSEWHERE).meet("n1", "n8", 2);
    cluster.rounds(2 * ET);
    assertThat(life(cluster, "n8")).isEqualTo(2);
    assertThat(isVoter(cluster, "n8")).isFalse();
    assertThat(cluster.raft("n1").configuration().isRejoining(id("n8"))).isFalse();
    assertThat(cluster.node("n8").log()).isEqualTo(cluster.node("n1").log());
  }

  /** n8 was added before n1 had ever met it, so that its incarnation is not known. */
  private static Cluster withUnknownLearner() {
    Cluster cluster = cluster("n1", "n2", "n3");
    assertThat(cluster.raft("n1").configuration().member(id("n8")).incarnation()).isNull();
    cluster.meet("n1", "n8", 1);
    cluster.propose("n1", "a");
    cluster.rounds(ET);
    assertThat(cluster.node("n8").log()).isEqualTo(cluster.node("n1").log());
    return cluster;
  }

  private static Cluster wipeUnknownLearner(Cluster cluster) {
    cluster.crash("n8").step("n1", new Event.Disconnected(id("n8")));
    return cluster.wipe("n8", ELSEWHERE);
  }

  @Test
  void cm15_aWipedLearnerOfUnknownIncarnationIsServedAgain() {
    Cluster cluster = wipeUnknownLearner(withUnknownLearner());
    cluster.meet("n1", "n8", 2);
    cluster.rounds(2 * ET); // nothing is proposed meanwhile
    assertThat(cluster.node("n8").log()).isEqualTo(cluster.node("n1").log());
    cluster.propose("n1", "b");
    cluster.stabilize();
    assertThat(cluster.node("n8").log()).isEqualTo(cluster.node("n1").log());
  }

  /** The former one is still connected when the new one shows itself, and is turned away. */
  @Test
  void cm15_aWipedLearnerIsServedThoughTheFormerOneAnsweredAfterIt() {
    Cluster cluster = withUnknownLearner();
    cluster.meet("n1", "n8", 2);
    cluster.propose("n1", "b");
    cluster.rounds(2 * ET);
    wipeUnknownLearner(cluster).meet("n1", "n8", 2);
    cluster.rounds(2 * ET);
    assertThat(cluster.node("n8").log()).isEqualTo(cluster.node("n1").log());
  }

  @Test
  void cm15_lateAcknowledgementsOfAnUnknownIncarnationDoNotCount() {
    Cluster cluster = withUnknownLearner();
    long round = cluster.raft("n1").round();
    long last = cluster.raft("n1").last().index();
    wipeUnknownLearner(cluster).meet("n1", "n8", 2);
    cluster.step(
        "n1", new Event.Received(id("n8"), new Message.AppendEntriesAccepted(1, round, last)));
    cluster.rounds(2 * ET); // n1 would believe for ever that n8 has it all
    assertThat(cluster.node("n8").log()).isEqualTo(cluster.node("n1").log());
  }

  /** The former one answers until the new one's incarnation is in the configuration. */
  @Test
  void cm15_aNewVoterIsAskedAgainWhenItsIncarnationIsKnown() {
    Cluster cluster = withUnknownLearner();
    cluster.meet("n1", "n8", 2);
    cluster.propose("n1", "b");
    cluster.rounds(ET);
    cluster.change("n1", configuration("n1", "n2", "n3", "n8"));
    for (int i = 0; i < 20 && !cluster.raft("n1").configuration().isJoint(); i++) {
      cluster.deliver();
    }
    assertThat(life(cluster, "n8")).isEqualTo(2);
    wipeUnknownLearner(cluster).meet("n1", "n8", 2);
    cluster.rounds(2 * ET);
    assertThat(isVoter(cluster, "n8")).isTrue();
    assertThat(cluster.node("n8").log()).isEqualTo(cluster.node("n1").log());
  }

  @Test
  void cm14_newVotersArePinned() {
    Cluster cluster = cluster("n1", "n2", "n3");
    cluster.add("n4", ELSEWHERE);
    cluster.change("n1", configuration(List.of("n1", "n2", "n3", "n4"), List.of("n8")));
    cluster.deliver();
    cluster.meet("n1", "n4", 5);
    cluster.rounds(ET);
    assertThat(isVoter(cluster, "n4")).isTrue();
    assertThat(life(cluster, "n4")).isEqualTo(5);
    assertThat(life(cluster, "n2")).isEqualTo(1); // the target did not name it
  }
}
