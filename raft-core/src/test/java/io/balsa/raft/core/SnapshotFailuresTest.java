package io.balsa.raft.core;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** What went wrong with snapshots in other systems, as far as the algorithm decides it. */
class SnapshotFailuresTest {
  private final Cluster cluster = Cluster.ofFixedTimeouts("n1", "n2", "n3");

  private Snapshot offered(LogPosition last) {
    return new Snapshot(new UUID(7, 7), last, 0, Cluster.configuration("n1", "n2", "n3"), 10);
  }

  private Effects offer(Snapshot snapshot) {
    return cluster.step(
        "n3", new Event.Received(Cluster.id("n1"), new Message.InstallSnapshot(1, 50, snapshot)));
  }

  private void commitEverywhere(String... commands) {
    cluster.propose("n1", commands);
    cluster.stabilize();
    cluster.tick("n1", 3);
    cluster.stabilize();
  }

  @Test
  void sn01_aSnapshotOlderThanTheLogTakesNothingAway() {
    cluster.elect("n1");
    commitEverywhere("a", "b", "c");
    Effects effects = offer(offered(new LogPosition(1, 2)));
    assertThat(effects.fetch()).isNull();
    cluster.step("n3", new Event.SnapshotReceived(offered(new LogPosition(1, 2))));
    assertThat(cluster.raft("n3").last()).isEqualTo(new LogPosition(1, 4));
    assertThat(cluster.raft("n3").start()).isEqualTo(LogPosition.ZERO);
  }

  @Test
  void sn01_whatIsInTheLogBehindTheSnapshotStays() {
    cluster.elect("n1");
    cluster.propose("n1", "a", "b", "c");
    cluster.stabilize(); // n3 has it all and knows of no commit
    Effects effects = offer(offered(new LogPosition(1, 3)));
    assertThat(effects.fetch()).isNull();
    assertThat(cluster.raft("n3").commitIndex()).isEqualTo(3);
    assertThat(cluster.raft("n3").last()).isEqualTo(new LogPosition(1, 4));
  }

  /** The download took so long that the log has come further by itself. */
  @Test
  void sn06_entriesThatCameDuringTheInstallAreKept() {
    cluster.elect("n1");
    cluster.partition("n3");
    commitEverywhere("a");
    cluster.snapshot("n1");
    commitEverywhere("b");
    Snapshot snapshot = cluster.snapshot("n1");
    assertThat(offer(snapshot).fetch().snapshot()).isEqualTo(snapshot);
    List<Entry> entries = List.copyOf(cluster.node("n2").log().subList(1, 3));
    cluster.step(
        "n3",
        new Event.Received(
            Cluster.id("n1"), new Message.AppendEntries(1, 60, new LogPosition(1, 1), 3, entries)));
    cluster.receive("n3");
    assertThat(cluster.raft("n3").start()).isEqualTo(LogPosition.ZERO);
    assertThat(cluster.raft("n3").commitIndex()).isEqualTo(3);
  }

  @Test
  void sn06_aCandidateDoesNotInstall() {
    cluster.elect("n1");
    offer(offered(new LogPosition(1, 9)));
    cluster.partition("n3");
    cluster.tick("n3", 25);
    assertThat(cluster.raft("n3").role()).isEqualTo(Role.PRE_CANDIDATE);
    cluster.step("n3", new Event.SnapshotReceived(offered(new LogPosition(1, 9))));
    assertThat(cluster.raft("n3").last()).isEqualTo(new LogPosition(1, 1));
  }

  /** The end of the old log contradicts the snapshot, and is still what the disk has. */
  @Test
  void sn06_whatTheDiskHasOfTheOldLogIsNotAcknowledgedAfterAnInstall() {
    cluster.restore("n3", 1, 1, 1, 1, 1);
    cluster.holdDisk("n3");
    Message offer = new Message.InstallSnapshot(2, 1, offered(new LogPosition(2, 9)));
    cluster.step("n3", new Event.Received(Cluster.id("n1"), offer));
    Raft raft = cluster.raft("n3");
    raft.step(new Event.SnapshotReceived(offered(new LogPosition(2, 9))));
    assertThat(raft.commitIndex()).isEqualTo(9);
    assertThat(raft.persistedIndex()).isEqualTo(1);
  }

  private static Event appended(long term, LogPosition previous, long last) {
    List<Entry> entries = new ArrayList<>();
    for (long index = previous.index() + 1; index <= last; index++) {
      entries.add(new Entry(term, index, EntryType.COMMAND, new byte[1]));
    }
    return new Event.Received(
        Cluster.id("n1"), new Message.AppendEntries(term, 1, previous, 0, entries));
  }

  private Raft withASnapshotOnOffer() {
    cluster.restore("n3", 1, 0, 1);
    cluster.holdDisk("n3");
    return cluster.raft("n3");
  }

  private Event offer(long term, LogPosition last) {
    return new Event.Received(
        Cluster.id("n1"), new Message.InstallSnapshot(term, 2, offered(last)));
  }

  @Test
  void sn06_theCompletionOfASaveFromBeforeTheInstallSaysNothing() {
    Raft raft = withASnapshotOnOffer();
    raft.step(appended(1, new LogPosition(1, 1), 12));
    long before = raft.takeEffects().save().token();
    raft.step(offer(2, new LogPosition(2, 9)));
    raft.step(new Event.SnapshotReceived(offered(new LogPosition(2, 9))));
    raft.step(appended(2, new LogPosition(2, 9), 12));
    raft.takeEffects();
    raft.step(new Event.Persisted(before));
    assertThat(raft.last()).isEqualTo(new LogPosition(2, 12));
    assertThat(raft.persistedIndex()).isLessThan(10);
    assertThat(raft.takeEffects().messages()).isEmpty();
  }

  /** All in one batch: entries, and the snapshot that contradicts them. */
  @Test
  void sn06_whatWasToBeWrittenBeforeTheInstallIsNotWrittenAfterIt() {
    Raft raft = withASnapshotOnOffer();
    raft.step(appended(1, new LogPosition(1, 1), 12));
    raft.step(offer(2, new LogPosition(2, 9)));
    raft.step(new Event.SnapshotReceived(offered(new LogPosition(2, 9))));
    raft.step(appended(2, new LogPosition(2, 9), 10));
    Effects.Save save = raft.takeEffects().save();
    assertThat(save.snapshot().index()).isEqualTo(9);
    assertThat(save.entries()).extracting(Entry::index).containsExactly(10L);
  }

  /** It was being written when the leader's arrived. */
  @Test
  void sn05_anOlderSnapshotOfItsOwnDoesNotTakeThePlaceOfTheInstalledOne() {
    cluster.elect("n1");
    commitEverywhere("a", "b");
    Raft raft = cluster.raft("n3");
    Snapshot own = raft.planSnapshot(new UUID(8, 8), 2);
    raft.step(offer(2, new LogPosition(2, 9)));
    raft.step(new Event.SnapshotReceived(offered(new LogPosition(2, 9))));
    raft.step(new Event.SnapshotTaken(own));
    assertThat(raft.snapshot().index()).isEqualTo(9);
    assertThat(raft.start()).isEqualTo(new LogPosition(2, 9));
  }

  @Test
  void sn07_offersKeepTheFollowerQuiet() {
    cluster.elect("n1");
    Snapshot snapshot = offered(new LogPosition(1, 9));
    for (int round = 100; round < 200; round++) {
      cluster.tick("n3", 3);
      cluster.step(
          "n3",
          new Event.Received(Cluster.id("n1"), new Message.InstallSnapshot(1, round, snapshot)));
      assertThat(cluster.raft("n3").role()).isEqualTo(Role.FOLLOWER);
      assertThat(cluster.raft("n3").leader()).isEqualTo(Cluster.id("n1"));
    }
  }

  /** The offer or its answer is lost, again and again. */
  @Test
  void sn08_anOfferIsRepeatedUntilTheFollowerHasIt() {
    cluster.elect("n1");
    cluster.partition("n3");
    commitEverywhere("a");
    cluster.snapshot("n1");
    commitEverywhere("b");
    cluster.snapshot("n1");
    cluster.heal();
    for (int i = 0; i < 20; i++) {
      cluster.tick("n1", 3);
      cluster.drop(p -> p.message() instanceof Message.InstallSnapshot);
      cluster.stabilize();
    }
    cluster.rounds(10);
    cluster.receive("n3");
    cluster.rounds(10);
    assertThat(cluster.hasConverged()).isTrue();
  }

  @Test
  void sn12_theLogReachesBackToTheSnapshotBeforeTheLatest() {
    cluster.elect("n1");
    commitEverywhere("a", "b");
    cluster.snapshot("n1");
    assertThat(cluster.raft("n1").start()).isEqualTo(LogPosition.ZERO);
    commitEverywhere("c", "d");
    cluster.snapshot("n1");
    assertThat(cluster.raft("n1").start()).isEqualTo(new LogPosition(1, 3));
    assertThat(cluster.raft("n1").snapshot().index()).isEqualTo(5);
  }

  @Test
  void sn15_theConfigurationOfTheSnapshotIsInForceAfterTheInstall() {
    cluster.elect("n1");
    cluster.partition("n3");
    cluster.change("n1", Cluster.configuration("n1", "n2"));
    cluster.stabilize();
    cluster.tick("n1", 3);
    cluster.stabilize();
    cluster.snapshot("n1");
    commitEverywhere("a");
    Snapshot snapshot = cluster.snapshot("n1");
    offer(snapshot);
    cluster.receive("n3");
    assertThat(cluster.raft("n3").configuration()).isEqualTo(Cluster.configuration("n1", "n2"));
    cluster.crash("n3").restart("n3");
    assertThat(cluster.raft("n3").configuration()).isEqualTo(Cluster.configuration("n1", "n2"));
  }

  @Test
  void cm04_theConfigurationInASnapshotIsTheOneAtItsIndex() {
    cluster.elect("n1");
    commitEverywhere("a");
    cluster.partition("n1");
    cluster.change("n1", Cluster.configuration("n1", "n2"));
    assertThat(cluster.raft("n1").configuration().isJoint()).isTrue();
    Snapshot snapshot = cluster.snapshot("n1");
    assertThat(snapshot.index()).isEqualTo(2);
    assertThat(snapshot.configurationIndex()).isZero();
    assertThat(snapshot.configuration()).isEqualTo(Cluster.configuration("n1", "n2", "n3"));
  }

  /** Both halves of a joint configuration are in a snapshot that is taken in between. */
  @Test
  void cm05_aJointConfigurationSurvivesSnapshotAndRestart() {
    cluster.elect("n1");
    commitEverywhere("a");
    cluster.change("n1", Cluster.configuration("n1", "n2"));
    Configuration joint = cluster.raft("n1").configuration();
    cluster.deliver(); // the others have it
    cluster.deliver(); // n1 knows, has committed it, and has appended the next one
    Snapshot snapshot = cluster.snapshot("n1");
    assertThat(snapshot.configuration()).isEqualTo(joint);
    assertThat(snapshot.configurationIndex()).isEqualTo(3);
    cluster.crash("n1").restart("n1");
    assertThat(cluster.raft("n1").configuration()).isEqualTo(Cluster.configuration("n1", "n2"));
  }
}
