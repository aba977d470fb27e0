package io.balsa.raft.core;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** A cluster begins once, whatever its members know of each other. */
class FormTest {
  private final Cluster cluster = new Cluster(Cluster.OPTIONS, Cluster::fixedRandom, null);

  private static Configuration first(int incarnationOfN2) {
    List<Member> members = new ArrayList<>();
    for (String name : List.of("n1", "n2", "n3")) {
      int number = name.equals("n2") ? incarnationOfN2 : 1;
      members.add(Cluster.member(name).withIncarnation(Cluster.incarnation(name, number)));
    }
    return Configuration.of(members);
  }

  private void form(String name, Configuration configuration) {
    cluster.step(name, new Event.Form(configuration));
  }

  private void start() {
    cluster.form(Configuration.NONE, "n1", "n2", "n3");
  }

  @Test
  void allOfThemHaveTheSameFirstEntryAndElectALeader() {
    start();
    List.of("n1", "n2", "n3").forEach(n -> form(n, first(1)));
    cluster.elect("n1");
    assertThat(cluster.raft("n1").term()).isEqualTo(2);
    assertThat(cluster.raft("n3").configuration()).isEqualTo(first(1));
  }

  /**
   * What one knows of another may be old: it may have formed the cluster with a node that is gone.
   */
  @Test
  void cm17_theFirstLeaderNeedsEverybody() {
    start();
    form("n1", first(1));
    form("n2", first(1));
    cluster.partition("n3");
    cluster.timeout("n1").stabilize();
    assertThat(cluster.node("n1").leads()).isFalse();
    assertThat(cluster.raft("n1").term()).isEqualTo(1);
    cluster.heal();
    cluster.roundsUntil(100, () -> cluster.leader() != null);
    cluster.partition("n3");
    cluster.roundsUntil(100, () -> cluster.leader().raft().commitIndex() == 2);
  }

  /** The term may reach the disk without the entry that came with it. */
  @Test
  void cm17_aCrashInTheMiddleOfFormingIsNoReasonNotTo() {
    start();
    cluster.restore("n1", 1, 0);
    assertThat(cluster.raft("n1").last()).isEqualTo(LogPosition.ZERO);
    List.of("n1", "n2", "n3").forEach(n -> form(n, first(1)));
    cluster.elect("n1");
  }

  @Test
  void cm17_whoHasVotedFormsNothing() {
    start();
    Message vote = new Message.RequestVote(2, new LogPosition(1, 1));
    cluster.step("n3", new Event.Received(Cluster.id("n1"), vote));
    assertThat(cluster.raft("n3").votedFor()).isEqualTo(Cluster.id("n1"));
    cluster.crash("n3").restart("n3");
    form("n3", first(2));
    assertThat(cluster.raft("n3").last()).isEqualTo(LogPosition.ZERO);
  }

  @Test
  void cm17_whoCrashedWhileItFormedFormsAgain() {
    cluster.form(Configuration.NONE, "n1").restore("n1", 1, 0);
    form("n1", Cluster.configuration("n1"));
    cluster.elect("n1");
    assertThat(cluster.raft("n1").commitIndex()).isEqualTo(2);
  }
}
