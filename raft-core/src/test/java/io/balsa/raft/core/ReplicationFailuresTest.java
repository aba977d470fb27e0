package io.balsa.raft.core;

import static io.balsa.raft.core.Cluster.id;
import static org.assertj.core.api.Assertions.assertThat;

import io.balsa.raft.core.Cluster.Packet;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What went wrong with the replication of real systems; see docs/testing.md for the ids. */
class ReplicationFailuresTest {
  private static final int ET = Cluster.OPTIONS.electionTicks();
  private static final int HB = Cluster.OPTIONS.heartbeatTicks();

  private static Entry entry(long term, long index) {
    byte[] data = ("x" + term + "." + index).getBytes(StandardCharsets.UTF_8);
    return new Entry(term, index, EntryType.COMMAND, data);
  }

  private static Message.AppendEntries append(
      long term, long round, LogPosition previous, long commit, Entry... entries) {
    return new Message.AppendEntries(term, round, previous, commit, List.of(entries));
  }

  private static LogPosition at(long term, long index) {
    return new LogPosition(term, index);
  }

  private static Effects hear(Cluster cluster, String to, String from, Message message) {
    return cluster.step(to, new Event.Received(id(from), message));
  }

  private static List<Message.AppendEntries> appends(Effects effects, Cluster cluster) {
    int before = cluster.sent().size() - effects.replications().size() - effects.messages().size();
    return cluster.sent().subList(before, cluster.sent().size()).stream()
        .map(Packet::message)
        .filter(m -> m instanceof Message.AppendEntries)
        .map(m -> (Message.AppendEntries) m)
        .toList();
  }

  /** Figure 8 of the paper; the transcript figure_8 shows the whole of it. */
  @Test
  void rp01_anEntryOfAnEarlierTermIsNotCommittedByCounting() {
    Cluster cluster = Cluster.ofFixedTimeouts("n1", "n2", "n3", "n4", "n5");
    cluster.restore("n1", 3, 1, 1, 2).restore("n2", 2, 1, 1, 2).restore("n3", 3, 1, 1);
    cluster.restore("n4", 3, 1, 1).restore("n5", 3, 1, 1, 3);
    cluster.partition("n5").timeout("n1");
    cluster.stabilize(); // (c): n1 leads in term 4; of its entries only 2@2 gets to n3
    assertThat(cluster.raft("n1").commitIndex()).isEqualTo(3); // with 3@4 all is committed

    Cluster other = Cluster.ofFixedTimeouts("n1", "n2", "n3", "n4", "n5");
    other.restore("n1", 4, 1, 1, 2).restore("n2", 4, 1, 1, 2).restore("n3", 4, 1, 1);
    other.restore("n4", 4, 1, 1).restore("n5", 3, 1, 1, 3);
    other.partition("n5").timeout("n1");
    for (int waves = 0; waves < 4; waves++) {
      other.deliver();
    }
    other.drop(p -> true);
    Raft leader = other.raft("n1");
    for (String follower : List.of("n2", "n3", "n4")) {
      hear(other, "n1", follower, new Message.AppendEntriesAccepted(leader.term(), 1, 2));
    }
    assertThat(leader.commitIndex()).isEqualTo(1); // 2@2 is on four of five nodes, it is said
  }

  @Test
  void rp02_aRepeatedAppendEntriesTruncatesNothing() {
    for (long seed = 0; seed < 10; seed++) {
      Cluster cluster = Cluster.of(seed, "n1", "n2", "n3");
      for (int turn = 0; turn < 6; turn++) {
        cluster.roundsUntil(20 * ET, () -> cluster.leader() != null);
        String leader = cluster.leader().id.value();
        cluster.propose(leader, "a" + turn, "b" + turn);
        cluster.rounds(turn % 3);
        cluster.propose(leader, "c" + turn);
        if (turn % 2 == 0) {
          cluster.rounds(HB);
        }
        cluster.partition(leader).rounds(4 * ET).heal().rounds(turn % 2 == 0 ? 3 * ET : 1);
      }
      List<Packet> all = List.copyOf(cluster.sent());
      for (int i = 0; i < all.size(); i += 1) { // everything that was ever said, once more
        if (all.get(i).message() instanceof Message.AppendEntries) {
          cluster.deliver(all.get(i));
        }
      }
      cluster.roundsUntil(20 * ET, cluster::hasConverged);
    }
  }

  @Test
  void rp02_anOldShorterAppendLeavesWhatFollows() {
    Cluster cluster = Cluster.ofFixedTimeouts("n1", "n2", "n3");
    hear(cluster, "n2", "n1", append(1, 1, LogPosition.ZERO, 0, entry(1, 1), entry(1, 2)));
    hear(cluster, "n2", "n1", append(1, 1, LogPosition.ZERO, 0, entry(1, 1)));
    hear(cluster, "n2", "n1", append(1, 1, LogPosition.ZERO, 0));
    assertThat(cluster.raft("n2").last()).isEqualTo(at(1, 2));
  }

  @Test
  void rp02_whatIsCommittedIsNeverTruncated() {
    Cluster cluster = Cluster.ofFixedTimeouts("n1", "n2", "n3");
    hear(cluster, "n2", "n1", append(1, 1, LogPosition.ZERO, 2, entry(1, 1), entry(1, 2)));
    Raft raft = cluster.raft("n2");
    assertThat(raft.commitIndex()).isEqualTo(2);
    raft.step(new Event.Received(id("n3"), append(2, 1, at(1, 1), 2, entry(2, 2))));
    Effects effects = raft.takeEffects();
    assertThat(effects.failure()).contains("replaces entry 2@1").contains("up to 2 is committed");
    assertThat(effects.save()).isNull();
  }

  @Test
  void rp03_aFollowerCommitsOnlyWhatTheMessageVouchesFor() {
    Cluster cluster = Cluster.ofFixedTimeouts("n1", "n2", "n3").restore("n2", 1, 0, 1, 1, 1, 1);
    hear(
        cluster,
        "n2",
        "n1",
        append(2, 1, at(1, 1), 4)); // its 2 to 4 may be others than the leader's
    assertThat(cluster.raft("n2").commitIndex()).isEqualTo(1);
    assertThat(cluster.sent())
        .last()
        .extracting(Packet::message)
        .isEqualTo(new Message.AppendEntriesAccepted(2, 1, 1)); // and the same bound in the ack
    hear(cluster, "n2", "n1", append(2, 2, at(1, 1), 4, entry(2, 2)));
    assertThat(cluster.raft("n2").commitIndex()).isEqualTo(2);
    hear(cluster, "n2", "n1", append(2, 3, at(2, 2), 1));
    assertThat(cluster.raft("n2").commitIndex()).isEqualTo(2);
  }

  @Test
  void rp04_theCompletionOfAReplacedEntrySaysNothing() {
    // 2@1 is being written when it is replaced by 2@2: its completion must not acknowledge 2@2.
    Cluster cluster = Cluster.ofFixedTimeouts("n1", "n2", "n3").restore("n2", 1, 0, 1);
    cluster.holdDisk("n2");
    hear(cluster, "n2", "n1", append(1, 1, at(1, 1), 0, entry(1, 2)));
    hear(cluster, "n2", "n3", append(2, 1, at(1, 1), 0, entry(2, 2)));
    assertThat(cluster.sent()).isEmpty();
    cluster.persistOne("n2");
    assertThat(cluster.raft("n2").persistedIndex()).isEqualTo(1);
    assertThat(cluster.sent()).isEmpty();
    cluster.persistOne("n2");
    assertThat(cluster.raft("n2").persistedIndex()).isEqualTo(2);
    assertThat(cluster.sent())
        .extracting(Packet::message)
        .containsExactly(new Message.AppendEntriesAccepted(2, 1, 2));
  }

  @Test
  void rp04_aReplacementThatIsNotWrittenYetIsNotAcknowledged() {
    Cluster cluster = Cluster.ofFixedTimeouts("n1", "n2", "n3").restore("n2", 1, 0, 1);
    Raft raft = cluster.raft("n2");
    cluster.holdDisk("n2");
    hear(cluster, "n2", "n1", append(1, 1, at(1, 1), 0, entry(1, 2), entry(1, 3)));
    // Both in one batch: the term, the truncation and a shorter replacement.
    raft.step(new Event.Received(id("n3"), append(2, 1, at(1, 1), 0, entry(2, 2))));
    raft.step(new Event.Persisted(1));
    assertThat(raft.persistedIndex()).isEqualTo(1);
    assertThat(raft.takeEffects().messages()).isEmpty();
  }

  @Test
  void rp04_theLeaderCountsItselfWhenItsEntryIsOnDisk() {
    Cluster cluster = Cluster.ofFixedTimeouts("n1", "n2", "n3").elect("n1");
    cluster.rounds(HB).holdDisk("n1").partition("n3");
    long committed = cluster.raft("n1").commitIndex();
    cluster.propose("n1", "a");
    cluster.stabilize();
    assertThat(cluster.raft("n1").commitIndex()).isEqualTo(committed);
    cluster.persistOne("n1");
    assertThat(cluster.raft("n1").commitIndex()).isEqualTo(committed + 1);
  }

  @Test
  void theLeaderMayCommitBeforeItsOwnDiskIsDone() {
    Cluster cluster = Cluster.ofFixedTimeouts("n1", "n2", "n3").elect("n1");
    cluster.rounds(HB).holdDisk("n1");
    cluster.propose("n1", "a");
    cluster.stabilize();
    Raft raft = cluster.raft("n1");
    assertThat(raft.commitIndex()).isEqualTo(raft.last().index());
    assertThat(raft.persistedIndex()).isLessThan(raft.commitIndex());
    cluster.crash("n1").restart("n1").rounds(5 * ET);
    assertThat(cluster.hasConverged()).isTrue();
  }

  @Test
  void rp05_completionsOutOfOrderLoseNothing() {
    Cluster cluster = Cluster.ofFixedTimeouts("n1").elect("n1").holdDisk("n1");
    cluster.propose("n1", "a");
    cluster.propose("n1", "b");
    Raft raft = cluster.raft("n1");
    long last = raft.last().index();
    long token = cluster.node("n1").disk.complete(2);
    raft.step(new Event.Persisted(token + 7)); // never issued
    assertThat(raft.persistedIndex()).isLessThan(last);
    cluster.step("n1", new Event.Persisted(token));
    cluster.step("n1", new Event.Persisted(token - 1));
    cluster.step("n1", new Event.Persisted(token));
    assertThat(raft.persistedIndex()).isEqualTo(last);
    assertThat(raft.commitIndex()).isEqualTo(last);
  }

  @Test
  void rp08_aHeartbeatMayOvertakeEntries() {
    Cluster cluster = Cluster.ofFixedTimeouts("n1", "n2", "n3").elect("n1");
    cluster.rounds(HB);
    cluster.propose("n1", "a");
    List<Packet> entries = cluster.drop(p -> true);
    cluster.tick("n1", HB);
    cluster.stabilize();
    assertThat(cluster.sent()).noneMatch(p -> p.message() instanceof Message.AppendEntriesRejected);
    entries.forEach(cluster::deliver);
    cluster.stabilize();
    assertThat(cluster.raft("n1").commitIndex()).isEqualTo(2);
    assertThat(cluster.raft("n2").last()).isEqualTo(at(1, 2));
  }

  @Test
  void rp09_aFollowerOfAnIdleClusterIsRepaired() {
    Cluster cluster = Cluster.ofFixedTimeouts("n1", "n2", "n3").elect("n1");
    cluster.partition("n3");
    cluster.propose("n1", "a");
    cluster.propose("n1", "b");
    cluster.rounds(5 * ET);
    cluster.heal();
    cluster.roundsUntil(2 * ET, cluster::hasConverged);
  }

  @Test
  void rp12_aLostWindowIsSentAgain() {
    RaftOptions narrow = new RaftOptions(10, 3, 1, 2, 1 << 20);
    Cluster cluster = new Cluster(narrow, Cluster::fixedRandom, null);
    cluster.form(Cluster.configuration("n1", "n2", "n3"), "n1", "n2", "n3").elect("n1");
    cluster.rounds(HB).partition("n3");
    for (int i = 0; i < 20; i++) {
      cluster.propose("n1", "command " + i);
      cluster.round();
    }
    cluster.heal();
    cluster.roundsUntil(4 * ET, cluster::hasConverged);
  }

  @Test
  void rp12_aBrokenConnectionIsNoReasonToWait() {
    Cluster cluster = Cluster.ofFixedTimeouts("n1", "n2", "n3").elect("n1");
    cluster.rounds(HB);
    cluster.propose("n1", "a");
    cluster.drop(p -> p.to().equals(id("n2")));
    Effects effects = cluster.step("n1", new Event.Disconnected(id("n2")));
    assertThat(effects.failure()).isNull();
    cluster.propose("n1", "b");
    cluster.stabilize();
    assertThat(cluster.raft("n2").last()).isEqualTo(cluster.raft("n1").last());
    cluster.step("n1", new Event.Disconnected(id("n9"))); // whoever that is
  }

  /** Starting from entry 1 each time would send the whole log, or a snapshot, for nothing. */
  @Test
  void rp12_aLostProbeIsRepeatedWhereItWas() {
    Cluster cluster = Cluster.ofFixedTimeouts("n1", "n2", "n3");
    for (String name : List.of("n1", "n2", "n3")) {
      cluster.restore(name, 3, 5, 1, 1, 2, 3, 3, 3);
    }
    cluster.timeout("n1");
    for (int waves = 0; waves < 4; waves++) {
      cluster.deliver();
    }
    assertThat(cluster.drop(p -> p.to().equals(id("n2")))).hasSize(1); // the probe
    cluster.stabilize();
    int before = cluster.sent().size();
    cluster.tick("n1", HB);
    cluster.stabilize();
    cluster.tick("n1", HB);
    cluster.stabilize();
    assertThat(cluster.raft("n2").last()).isEqualTo(at(4, 7));
    assertThat(cluster.sent().subList(before, cluster.sent().size()))
        .filteredOn(p -> p.message() instanceof Message.AppendEntries m && !m.entries().isEmpty())
        .map(p -> ((Message.AppendEntries) p.message()).previous().index())
        .containsExactly(6L);
  }

  @Test
  void rp12_aBrokenConnectionBeforeTheFirstAnswerStartsNothingAnew() {
    Cluster cluster = Cluster.ofFixedTimeouts("n1", "n2", "n3");
    for (String name : List.of("n1", "n2", "n3")) {
      cluster.restore(name, 3, 5, 1, 1, 2, 3, 3, 3);
    }
    cluster.partition("n3").timeout("n1").stabilize(); // the leader before was n3, and is gone
    cluster.step("n1", new Event.Disconnected(id("n3")));
    Effects effects = cluster.step("n1", new Event.Propose(1, List.of(new byte[1])));
    assertThat(appends(effects, cluster))
        .allMatch(m -> m.previous().index() >= 6, "from where the log may differ");
  }

  @Test
  void rp17_aCommitIndexNeverFalls() {
    Cluster cluster = Cluster.ofFixedTimeouts("n1", "n2", "n3");
    hear(cluster, "n2", "n1", append(1, 1, LogPosition.ZERO, 2, entry(1, 1), entry(1, 2)));
    for (long commit : new long[] {0, 1, -1, Long.MIN_VALUE}) {
      hear(cluster, "n2", "n1", append(1, 2, at(1, 2), commit));
      hear(cluster, "n2", "n3", append(2, 2, at(1, 1), commit));
      assertThat(cluster.raft("n2").commitIndex()).isEqualTo(2);
    }
    hear(cluster, "n2", "n3", append(2, 3, at(1, 2), Long.MAX_VALUE));
    assertThat(cluster.raft("n2").commitIndex()).isEqualTo(2);
  }

  @Test
  void rp18_aRestartedNodeCommitsNothingByItself() {
    Cluster cluster = Cluster.ofFixedTimeouts("n1", "n2", "n3").restore("n2", 3, 1, 1, 2, 3);
    assertThat(cluster.raft("n2").commitIndex()).isEqualTo(1);
    cluster.tick("n2", 3 * ET);
    assertThat(cluster.raft("n2").commitIndex()).isEqualTo(1);
  }

  @Test
  void rp18_acknowledgementsOfAnotherTermDoNotCount() {
    Cluster cluster = Cluster.ofFixedTimeouts("n1", "n2", "n3").restore("n1", 4, 0);
    cluster.partition("n3").timeout("n1");
    cluster.stabilize();
    cluster.partition("n1");
    cluster.propose("n1", "a");
    long committed = cluster.raft("n1").commitIndex();
    hear(cluster, "n1", "n2", new Message.AppendEntriesAccepted(3, 9, committed + 1));
    assertThat(cluster.raft("n1").commitIndex()).isEqualTo(committed);
    hear(cluster, "n1", "n2", new Message.AppendEntriesAccepted(9, 9, committed + 1));
    assertThat(cluster.raft("n1").commitIndex()).isEqualTo(committed);
    assertThat(cluster.raft("n1").role()).isEqualTo(Role.FOLLOWER);
  }

  @Test
  void rp19_whatWaitedForTheDiskInAnEarlierTermIsDropped() {
    Cluster cluster = Cluster.ofFixedTimeouts("n1", "n2", "n3").holdDisk("n2");
    hear(cluster, "n2", "n1", append(1, 1, LogPosition.ZERO, 0, entry(1, 1)));
    hear(cluster, "n2", "n3", append(2, 1, LogPosition.ZERO, 0));
    cluster.releaseDisk("n2");
    assertThat(cluster.sent())
        .extracting(Packet::message)
        .containsExactly(new Message.AppendEntriesAccepted(2, 1, 0));
  }

  @Test
  void rp19_aProposalBelongsToTheTermItWasAcceptedIn() {
    Cluster cluster = Cluster.ofFixedTimeouts("n1", "n2", "n3").elect("n1");
    cluster.rounds(HB).partition("n1");
    cluster.propose("n1", "old");
    assertThat(cluster.accepted()).last().extracting(a -> a.first().term()).isEqualTo(1L);
    cluster.rounds(4 * ET).heal().rounds(3 * ET);
    assertThat(cluster.hasConverged()).isTrue();
    assertThat(cluster.node("n1").log())
        .noneMatch(e -> new String(e.data(), StandardCharsets.UTF_8).equals("old"));
    long refused = cluster.propose("n1", "late");
    assertThat(cluster.refused()).last().extracting(Effects.Refused::id).isEqualTo(refused);
  }

  @Test
  void aStaleAppendIsAnsweredWithTheLaterTerm() {
    Cluster cluster = Cluster.ofFixedTimeouts("n1", "n2", "n3").restore("n2", 5, 0, 1, 5);
    hear(cluster, "n2", "n1", append(3, 1, at(1, 1), 2, entry(3, 2)));
    assertThat(cluster.sent())
        .last()
        .extracting(Packet::message)
        .isEqualTo(new Message.AppendEntriesRejected(5, 0, 1, LogPosition.ZERO));
    assertThat(cluster.raft("n2").last()).isEqualTo(at(5, 2));
  }

  @Test
  void acknowledgementsThatCannotBeAreRefused() {
    Cluster cluster = Cluster.ofFixedTimeouts("n1", "n2", "n3").elect("n1");
    long committed = cluster.raft("n1").commitIndex();
    hear(cluster, "n1", "n2", new Message.AppendEntriesAccepted(1, 9, 1000));
    hear(cluster, "n1", "n2", new Message.AppendEntriesRejected(1, 9, 1, at(1, 7)));
    assertThat(cluster.raft("n1").commitIndex()).isEqualTo(committed);
    cluster.propose("n1", "a");
    cluster.rounds(HB);
    assertThat(cluster.hasConverged()).isTrue();
  }
}
