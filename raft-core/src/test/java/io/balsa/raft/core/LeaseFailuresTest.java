package io.balsa.raft.core;

import static io.balsa.raft.core.Cluster.id;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

/** What must never give a leader a lease, and what must never end a promise. */
class LeaseFailuresTest {
  private static final int ET = Cluster.OPTIONS.electionTicks();

  /** n1 leads n2 and n3, who have promised to help nobody else. */
  private static Cluster leased() {
    Cluster cluster = Cluster.ofFixedTimeouts("n1", "n2", "n3").elect("n1");
    renew(cluster, "n1");
    assertThat(cluster.raft("n1").leaseRound()).isPositive();
    return cluster;
  }

  private static void renew(Cluster cluster, String leader) {
    cluster.leaseRead(leader);
    cluster.step(leader, new Event.LeaseChecked(false));
    cluster.stabilize();
  }

  private static long votesFor(Cluster cluster, String candidate) {
    return cluster.sent().stream()
        .filter(p -> p.to().equals(id(candidate)))
        .map(Cluster.Packet::message)
        .filter(
            m ->
                m instanceof Message.RequestVoteReply r && r.granted()
                    || m instanceof Message.PreVoteReply p && p.granted())
        .count();
  }

  private static void askForVotes(Cluster cluster, String voter) {
    LogPosition last = new LogPosition(1, 9);
    cluster.step(voter, new Event.Received(id("n3"), new Message.PreVote(9, last, 4)));
    cluster.step(voter, new Event.Received(id("n3"), new Message.RequestVote(9, last)));
  }

  @Test
  void rd01_noLeaseBeforeTheFirstCommitOfTheTerm() {
    Cluster cluster = Cluster.ofFixedTimeouts("n1", "n2", "n3").timeout("n1");
    cluster.deliver();
    cluster.deliver();
    cluster.deliver();
    cluster.deliver();
    assertThat(cluster.node("n1").leads()).isTrue();
    cluster.drop(p -> true);
    cluster.leaseRead("n1");
    cluster.step("n1", new Event.LeaseChecked(true));
    assertThat(cluster.readable()).isEmpty();
    assertThat(cluster.raft("n1").leaseRound()).isZero();
  }

  @Test
  void rd04_aPromiseOutlivesTheConnectionAndTheTerm() {
    Cluster cluster = leased();
    cluster.step("n2", new Event.Disconnected(id("n1")));
    cluster.step("n2", new Event.Received(id("n3"), new Message.RequestVoteReply(5, false)));
    assertThat(cluster.raft("n2").term()).isEqualTo(5);
    cluster.tick("n2", ET - 1);
    askForVotes(cluster, "n2");
    assertThat(votesFor(cluster, "n3")).isZero();
    assertThat(cluster.raft("n2").role()).isEqualTo(Role.FOLLOWER);
    cluster.tick("n2", 1);
    askForVotes(cluster, "n2");
    assertThat(votesFor(cluster, "n3")).isEqualTo(2);
  }

  @Test
  void rd04_aRestartedNodeKeepsWhatItMayHavePromised() {
    Cluster cluster = leased();
    cluster.crash("n2").restart("n2");
    cluster.tick("n2", ET - 1);
    askForVotes(cluster, "n2");
    assertThat(votesFor(cluster, "n3")).isZero();
    assertThat(cluster.raft("n2").role()).isEqualTo(Role.FOLLOWER);
    cluster.tick("n2", 1);
    askForVotes(cluster, "n2");
    assertThat(votesFor(cluster, "n3")).isEqualTo(2);
  }

  @Test
  void rd04_aNodeThatWasAlwaysAloneNeedNotWait() {
    Cluster cluster = Cluster.ofFixedTimeouts("n1").elect("n1");
    cluster.crash("n1").restart("n1");
    cluster.tick("n1", ET / 2);
    assertThat(cluster.node("n1").leads()).isTrue();
  }

  @Test
  void rd04_anAnswerToARoundThatAskedForNothingGivesNoLease() {
    Cluster cluster = Cluster.ofFixedTimeouts("n1", "n2", "n3").elect("n1");
    cluster.rounds(ET);
    assertThat(cluster.raft("n1").leaseRound()).isZero();
    cluster.leaseRead("n1");
    cluster.step("n1", new Event.LeaseChecked(true));
    assertThat(cluster.readable()).isEmpty(); // no quorum has acknowledged the round that asks
    assertThat(cluster.raft("n1").leaseRound()).isZero();
    cluster.stabilize();
    assertThat(cluster.raft("n1").leaseRound()).isPositive();
  }

  @Test
  void rd04_whoeverNeverReadsByLeaseKeepsAFastFailover() {
    Cluster cluster = Cluster.ofFixedTimeouts("n1", "n2", "n3").elect("n1").rounds(ET);
    cluster.partition("n1");
    cluster.step("n2", new Event.Disconnected(id("n1")));
    cluster.step("n3", new Event.Disconnected(id("n1")));
    cluster.tick("n2", ET / 2);
    cluster.stabilize();
    assertThat(cluster.node("n2").leads()).isTrue();
  }

  @Test
  void rd05_whoLeadsNoMoreHasNoLease() {
    Cluster cluster = leased();
    long waiting = cluster.leaseRead("n1");
    cluster.step("n1", new Event.Received(id("n2"), new Message.RequestVoteReply(7, false)));
    assertThat(cluster.raft("n1").leaseRound()).isZero();
    assertThat(cluster.raft("n1").round()).isZero();
    assertThat(cluster.unreadable()).containsExactly(waiting);
    cluster.step("n1", new Event.LeaseChecked(true)); // the driver could not know
    assertThat(cluster.readable()).hasSize(1); // the one of the beginning
  }

  @Test
  void rd10_aTransferEndsTheLeaseForTheWholeTerm() {
    Cluster cluster = leased();
    cluster.transfer("n1", "n2");
    assertThat(cluster.raft("n1").leaseRound()).isZero();
    cluster.drop(p -> p.message() instanceof Message.TimeoutNow);
    for (int i = 0; i < ET; i++) {
      cluster.tick("n1", 1);
      cluster.drop(p -> p.message() instanceof Message.TimeoutNow);
      cluster.stabilize();
    }
    assertThat(cluster.refused()).hasSize(1); // the transfer is given up, but its message may come
    renew(cluster, "n1");
    assertThat(cluster.raft("n1").leaseRound()).isZero();
  }

  @Test
  void aLeaseNeedsBothHalvesOfAJointConfiguration() {
    Cluster cluster = Cluster.ofFixedTimeouts("n1", "n2", "n3");
    cluster.add("n4", Cluster.configuration("n9"));
    cluster.add("n5", Cluster.configuration("n9"));
    cluster.elect("n1");
    renew(cluster, "n1");
    cluster.change("n1", Cluster.configuration("n1", "n4", "n5"));
    cluster.deliverUntil("n1", c -> c.isVoter(id("n4")));
    cluster.cut("n1", "n4").cut("n1", "n5");
    renew(cluster, "n1");
    assertThat(cluster.raft("n1").leaseRound()).isZero();
    cluster.heal().rounds(ET / 2);
    assertThat(cluster.raft("n1").leaseRound()).isPositive();
  }

  @Test
  void aLearnerReadsByTheLeaseOfTheLeader() {
    Cluster cluster = new Cluster(Cluster.OPTIONS, Cluster::fixedRandom, null);
    cluster.form(Cluster.configuration(List.of("n1", "n2"), List.of("n3")), "n1", "n2", "n3");
    cluster.elect("n1").rounds(3);
    renew(cluster, "n1");
    cluster.readable().clear();
    cluster.cut("n1", "n2");
    long read = cluster.leaseRead("n3");
    cluster.deliver();
    assertThat(cluster.raft("n1").asksForLease()).isTrue();
    cluster.step("n1", new Event.LeaseChecked(true));
    cluster.stabilize();
    assertThat(cluster.readable()).containsExactly(new Effects.Readable(read, 1, false));
  }
}
