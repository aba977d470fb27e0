package io.balsa.raft.testkit.invariant;

import static io.balsa.raft.testkit.invariant.Script.configuration;
import static io.balsa.raft.testkit.invariant.Script.entry;
import static io.balsa.raft.testkit.invariant.Script.noOp;

import io.balsa.raft.core.Configuration;
import io.balsa.raft.core.Role;
import org.junit.jupiter.api.Test;

/** The invariants of logs and commits, each with what it allows and what it does not. */
class LogInvariantsTest {

  // ---- Leader Append-Only

  private static Script aLeadsInTermTwoWithAnUnwrittenPast() {
    return Script.of(LeaderAppendOnly::new)
        .started("a", 1, null, 0, entry(1, 1), entry(2, 1))
        .becomes("a", Role.FOLLOWER, 2)
        .truncates("a", 2, 1)
        .leads("a", 3)
        .written("a", entry(2, 2), noOp(3, 3));
  }

  @Test
  void aLeaderThatRemovesEntriesIsFound() {
    aLeadsInTermTwoWithAnUnwrittenPast().fails(s -> s.truncates("a", 3, 3), "term 3", "from 3@3");
  }

  @Test
  void aLeaderThatWritesOverAnEntryIsFound() {
    aLeadsInTermTwoWithAnUnwrittenPast().fails(s -> s.written("a", entry(3, 3)), "ends at 3");
  }

  @Test
  void aDeposedLeaderMayBeOverwritten() {
    aLeadsInTermTwoWithAnUnwrittenPast()
        .becomes("a", Role.FOLLOWER, 4)
        .truncates("a", 2, 2)
        .written("a", entry(2, 4))
        .started("a", 4, null, 0, entry(1, 1))
        .written("a", entry(2, 4));
  }

  // ---- Log Matching

  private static Script threeLogsThatMatch() {
    return Script.of(LogMatching::new)
        .started("a", 3, null, 0, entry(1, 1), entry(2, 1), entry(3, 3))
        .started("b", 3, null, 0, entry(1, 1), entry(2, 2))
        .written("b", entry(2, 1), entry(3, 3), entry(4, 3))
        .written("c", entry(1, 1), entry(2, 1), entry(3, 1), entry(2, 2))
        .written("c", entry(2, 1));
  }

  @Test
  void anotherEntryAtTheSamePositionIsFound() {
    threeLogsThatMatch().fails(s -> s.written("c", entry(3, 3, "other")), "log of c up to 3@3");
    threeLogsThatMatch().fails(s -> s.written("c", noOp(3, 3)), "log of c up to 3@3");
    threeLogsThatMatch().fails(s -> s.started("d", 3, null, 0, entry(1, 1, "x")), "log of d");
  }

  @Test
  void anotherPredecessorIsFound() {
    threeLogsThatMatch().written("c", entry(2, 2)).fails(s -> s.written("c", entry(3, 3)), "3@3");
  }

  @Test
  void anEntryThatWasReplacedLongAgoStillCounts() {
    threeLogsThatMatch().fails(s -> s.written("a", entry(2, 2, "other")), "log of a up to 2@2");
  }

  // ---- Leader Completeness

  /** What the leader of term 2 has committed, a and b have; c has an entry of term 1 there. */
  private static Script threeIsCommittedInTermTwo() {
    return Script.of(LeaderCompleteness::new)
        .kept("a", entry(1, 1), entry(2, 1))
        .leads("a", 2)
        .appends("a", 2, 3, 3)
        .kept("a", noOp(3, 2))
        .kept("b", entry(1, 1), entry(2, 1), noOp(3, 2))
        .kept("c", entry(1, 1), entry(2, 1), entry(3, 1), entry(4, 1))
        .commits("a", 3);
  }

  @Test
  void aLeaderWhoseLogIsTooShortIsFound() {
    threeIsCommittedInTermTwo()
        .leads("c", 3)
        .fails(s -> s.appends("c", 3, 3, 3), "c leads in term 3", "up to 3", "ended at 2");
  }

  @Test
  void aLeaderWithAnotherLogIsFound() {
    threeIsCommittedInTermTwo()
        .leads("c", 3)
        .appends("c", 3, 5, 5)
        .fails(s -> s.written("c", noOp(5, 3)), "c leads in term 3", "its log is another there");
  }

  @Test
  void aLeaderThatHasNotWrittenItsLogYetIsFine() {
    threeIsCommittedInTermTwo()
        .truncates("c", 3, 1)
        .leads("c", 3)
        .appends("c", 3, 4, 4)
        .written("c", noOp(3, 2))
        .written("c", noOp(4, 3));
  }

  @Test
  void aLeaderOfAnEarlierTermNeedNotHaveIt() {
    threeIsCommittedInTermTwo().leads("c", 1).appends("c", 1, 3, 3).written("c", entry(3, 1));
  }

  @Test
  void whoRemovesWhatWasCommittedByThenIsFound() {
    threeIsCommittedInTermTwo()
        .becomes("b", Role.FOLLOWER, 3)
        .fails(s -> s.truncates("b", 3, 2), "b in term 3 removes 3@2");
    threeIsCommittedInTermTwo().becomes("b", Role.FOLLOWER, 1).truncates("b", 3, 2);
    threeIsCommittedInTermTwo().becomes("c", Role.FOLLOWER, 3).truncates("c", 3, 1);
  }

  // ---- Committed By Durable Quorum

  private static final Configuration JOINT =
      configuration(
          "voter a=a:1",
          "voter d=d:1",
          "voter e=e:1",
          "outgoing a=a:1",
          "outgoing b=b:1",
          "outgoing c=c:1");

  private static Script aLeadsAndHasTwoEntries() {
    return Script.of(CommittedByDurableQuorum::new)
        .started("a", 1, null, 0)
        .started("b", 1, null, 0)
        .leads("a", 1)
        .kept("a", noOp(1, 1), entry(2, 1));
  }

  @Test
  void aCommitWithoutAQuorumIsFound() {
    aLeadsAndHasTwoEntries()
        .written("b", noOp(1, 1), entry(2, 1))
        .fails(s -> s.commits("a", 1), "a commits 1@1", "not on the disks of a quorum");
    aLeadsAndHasTwoEntries()
        .written("b", noOp(1, 1), entry(2, 1))
        .synced("b")
        .commits("a", 2)
        .commits("b", 1);
  }

  @Test
  void theDiskOfTheLeaderCountsLikeTheOthers() {
    aLeadsAndHasTwoEntries()
        .kept("b", noOp(1, 1), entry(2, 1), entry(3, 1))
        .kept("c", noOp(1, 1), entry(2, 1), entry(3, 1))
        .stopped("c")
        .commits("a", 3);
  }

  @Test
  void anotherEntryAtTheIndexDoesNotCount() {
    aLeadsAndHasTwoEntries()
        .kept("b", noOp(1, 1), entry(2, 2))
        .fails(s -> s.commits("a", 2), "a commits 2@1");
  }

  @Test
  void anEntryOfAnEarlierTermIsNotCommittedByCounting() {
    aLeadsAndHasTwoEntries()
        .kept("b", noOp(1, 1), entry(2, 1))
        .leads("a", 3)
        .fails(s -> s.commits("a", 2), "a commits 2@3");
  }

  @Test
  void aJointConfigurationNeedsBothHalves() {
    aLeadsAndHasTwoEntries()
        .reconfigures("a", JOINT)
        .kept("d", noOp(1, 1), entry(2, 1))
        .fails(s -> s.commits("a", 2), "outgoing b");
    aLeadsAndHasTwoEntries()
        .reconfigures("a", JOINT)
        .kept("b", noOp(1, 1), entry(2, 1))
        .kept("d", noOp(1, 1), entry(2, 1))
        .commits("a", 2);
  }

  @Test
  void whoDoesNotLeadDoesNotCommitFirst() {
    aLeadsAndHasTwoEntries()
        .kept("b", noOp(1, 1))
        .commits("a", 1)
        .fails(s -> s.commits("b", 2), "b does not lead");
  }

  @Test
  void aCommitHintThatNobodyGaveIsFound() {
    aLeadsAndHasTwoEntries()
        .fails(s -> s.started("a", 1, null, 1, noOp(1, 1), entry(2, 1)), "says that 1");
    Script.of(CommittedByDurableQuorum::new)
        .started("a", 1, null, 1, noOp(1, 1), entry(2, 1))
        .started("a", 1, null, 1, noOp(1, 1), entry(2, 1));
  }

  // ---- Configuration From Log

  private static final Configuration AB = configuration("voter a=a:1", "voter b=b:1");

  private static Script aGoesByAJointConfiguration() {
    return Script.of(ConfigurationFromLog::new)
        .started("a", 1, null, 0, entry(1, 1))
        .becomes("a", Role.PRE_CANDIDATE, 1)
        .reconfigures("a", JOINT)
        .becomes("a", Role.CANDIDATE, 2, JOINT)
        .written("a", entry(2, 1, JOINT), entry(3, 1))
        .persists("a", 1, 3, 3, JOINT);
  }

  @Test
  void aConfigurationInTheLogThatIsNotInForceIsFound() {
    aGoesByAJointConfiguration()
        .fails(s -> s.written("a", entry(4, 1, AB)), "announced no other", "by 4@1");
    aGoesByAJointConfiguration()
        .reconfigures("a", Script.ABC)
        .fails(s -> s.written("a", entry(4, 1, AB)), "voter c");
  }

  @Test
  void aConfigurationInForceThatIsNotInTheLogIsFound() {
    aGoesByAJointConfiguration()
        .reconfigures("a", AB)
        .persists("a", 2, 4, 5, AB)
        .fails(s -> s.persists("a", 3, 5, 5, AB), "which is not in its log");
    aGoesByAJointConfiguration().fails(s -> s.persists("a", 2, 3, 3, AB), "the last one");
    aGoesByAJointConfiguration().fails(s -> s.becomes("a", Role.CANDIDATE, 2), "outgoing b");
  }

  @Test
  void aTruncatedConfigurationIsTakenBack() {
    aGoesByAJointConfiguration().fails(s -> s.written("a", entry(2, 2)), "voter c");
    aGoesByAJointConfiguration()
        .truncates("a", 2, 1)
        .reconfigures("a", Script.ABC)
        .reconfigures("a", AB)
        .written("a", entry(2, 2), entry(3, 2, AB))
        .persists("a", 2, 3, 3, AB);
  }

  @Test
  void aRestartedNodeGoesByWhatItsDiskHas() {
    aGoesByAJointConfiguration()
        .reconfigures("a", AB)
        .started("a", 1, null, 0, entry(1, 1), entry(2, 1, JOINT))
        .becomes("a", Role.CANDIDATE, 2, JOINT)
        .started("a", 1, null, 0, entry(1, 1))
        .fails(s -> s.becomes("a", Role.CANDIDATE, 2, JOINT), "voter c");
  }

  @Test
  void aSnapshotWithAnotherConfigurationIsFound() {
    aGoesByAJointConfiguration().hasSnapshot("a", 1, 0, Script.ABC).hasSnapshot("a", 3, 2, JOINT);
    aGoesByAJointConfiguration().fails(s -> s.hasSnapshot("a", 1, 0, JOINT), "at 0", "that of 0");
    aGoesByAJointConfiguration().fails(s -> s.hasSnapshot("a", 3, 2, AB), "at 2", "that of 2");
    aGoesByAJointConfiguration().fails(s -> s.hasSnapshot("a", 3, 0, JOINT), "that of 0");
  }

  @Test
  void theLogGoesOnWithTheConfigurationOfTheSnapshot() {
    aGoesByAJointConfiguration()
        .reconfigures("a", AB) // by an entry that is never written
        .installs("a", Script.snapshot(9, 7, AB))
        .reconfigures("a", JOINT)
        .restartsBehind("a", Script.snapshot(9, 7, AB))
        .becomes("a", Role.CANDIDATE, 2, JOINT); // by an entry behind it
    aGoesByAJointConfiguration()
        .reconfigures("a", AB)
        .installs("a", Script.snapshot(9, 7, AB))
        .restartsBehind("a", Script.snapshot(9, 7, AB))
        .persists("a", 2, 9, 9, AB);
    aGoesByAJointConfiguration()
        .installs("a", Script.snapshot(9, 7, AB))
        .fails(s -> s.restartsBehind("a", Script.snapshot(9, 7, JOINT)), "voter a", "but by");
    aGoesByAJointConfiguration()
        .reconfigures("a", AB)
        .fails(s -> s.restartsBehind("a", Script.snapshot(9, 7, AB)), "announced no other");
  }

  // ---- New Voters Caught Up

  private static final Configuration PREPARED =
      configuration(
          "voter a=a:1",
          "voter b=b:1",
          "voter c=c:1",
          "next-voter a=a:1",
          "next-voter b=b:1",
          "next-voter d=d:1");
  private static final Configuration WITH_D =
      configuration(
          "voter a=a:1",
          "voter b=b:1",
          "voter d=d:1",
          "outgoing a=a:1",
          "outgoing b=b:1",
          "outgoing c=c:1");

  private static Script aPreparesD() {
    return Script.of(NewVotersCaughtUp::new)
        .started("a", 1, null, 0, entry(1, 1))
        .leads("a", 1)
        .reconfigures("a", PREPARED, 2)
        .kept("a", entry(2, 1, PREPARED))
        .kept("d", entry(1, 1));
  }

  @Test
  void aVoterThatLacksItsPreparationIsFound() {
    aPreparesD().fails(s -> s.reconfigures("a", WITH_D, 3), "voter of d", "up to 2");
    aPreparesD()
        .written("d", entry(2, 1, PREPARED))
        .fails(s -> s.reconfigures("a", WITH_D, 3), "voter of d");
    aPreparesD().kept("d", entry(2, 1, PREPARED)).reconfigures("a", WITH_D, 3);
  }

  @Test
  void whoFollowsTakesTheWordOfTheLeader() {
    aPreparesD().becomes("a", Role.FOLLOWER, 2).reconfigures("a", WITH_D, 3);
  }
}
