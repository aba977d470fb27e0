package io.balsa.raft.testkit.invariant;

import static io.balsa.raft.testkit.invariant.Script.entry;
import static io.balsa.raft.testkit.invariant.Script.noOp;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import org.junit.jupiter.api.Test;

/** The invariants of disks, state machines and clients: what they allow and what they do not. */
class StateInvariantsTest {

  // ---- Committed Never Lost

  private static Script aHasSyncedThreeAndOverwritesTheLast() {
    return Script.of(CommittedNeverLost::new)
        .started("a", 1, null, 0, entry(1, 1))
        .saved("a", 2, "b")
        .kept("a", entry(2, 1), entry(3, 1))
        .written("a", entry(3, 2), entry(4, 2))
        .stopped("a");
  }

  @Test
  void whatWasNotSyncedMayBeLostOrNot() {
    aHasSyncedThreeAndOverwritesTheLast().started("a", 2, "b", 0, entry(1, 1), entry(2, 1));
    aHasSyncedThreeAndOverwritesTheLast()
        .started("a", 2, "b", 0, entry(1, 1), entry(2, 1), entry(3, 1));
    aHasSyncedThreeAndOverwritesTheLast()
        .started("a", 2, "b", 0, entry(1, 1), entry(2, 1), entry(3, 2))
        .started("a", 2, "b", 0, entry(1, 1), entry(2, 1), entry(3, 2));
    aHasSyncedThreeAndOverwritesTheLast()
        .started("a", 3, null, 0, entry(1, 1), entry(2, 1), entry(3, 2), entry(4, 2));
  }

  @Test
  void aSyncedEntryThatIsGoneIsFound() {
    aHasSyncedThreeAndOverwritesTheLast()
        .fails(s -> s.started("a", 2, "b", 0, entry(1, 1)), "ends at 1", "synced up to 2");
    aHasSyncedThreeAndOverwritesTheLast()
        .started("a", 2, "b", 0, entry(1, 1), entry(2, 1), entry(3, 2))
        .fails(s -> s.started("a", 2, "b", 0, entry(1, 1), entry(2, 1)), "synced up to 3");
  }

  @Test
  void aSyncedEntryThatHasChangedIsFound() {
    aHasSyncedThreeAndOverwritesTheLast()
        .fails(
            s -> s.started("a", 2, "b", 0, entry(1, 1), entry(2, 1, "x")), "not what was synced");
  }

  @Test
  void anEntryThatNobodyWroteIsFound() {
    aHasSyncedThreeAndOverwritesTheLast()
        .fails(
            s -> s.started("a", 2, "b", 0, entry(1, 1), entry(2, 1), entry(3, 1), entry(4, 1)),
            "nobody had written",
            "at 4");
  }

  @Test
  void anOldHardStateIsFound() {
    aHasSyncedThreeAndOverwritesTheLast()
        .fails(s -> s.started("a", 1, null, 0, entry(1, 1), entry(2, 1)), "term=1", "term=2");
    aHasSyncedThreeAndOverwritesTheLast()
        .fails(s -> s.started("a", 2, null, 0, entry(1, 1), entry(2, 1)), "votedFor=null");
  }

  // ---- State Machine Safety

  /** Leader a has committed 1 to 4, of which the second is a no-op; b has committed 1. */
  private static Script fourAreCommitted() {
    Script script =
        Script.of(StateMachineSafety::new)
            .started("a", 1, null, 0, entry(1, 1))
            .started("b", 1, null, 0, entry(1, 1))
            .leads("a", 2)
            .kept("a", noOp(2, 2), entry(3, 2), entry(4, 2));
    return script.commits("a", 4).commits("b", 1);
  }

  @Test
  void commandsAreAppliedInOrderAndAgainByANewStateMachine() {
    fourAreCommitted()
        .applied("a", 1, "at 1", 0)
        .applied("a", 3, "at 3", 0)
        .started("a", 2, null, 1, entry(1, 1), noOp(2, 2), entry(3, 2), entry(4, 2))
        .applied("a", 4, "at 4", 0)
        .killed("a")
        .started("a", 2, null, 1, entry(1, 1), noOp(2, 2), entry(3, 2), entry(4, 2))
        .applied("a", 1, "at 1", 0)
        .started("a", 2, null, 1, entry(1, 1), noOp(2, 2), entry(3, 2), entry(4, 2))
        .applied("a", 1, "at 1", 0)
        .applied("b", 1, "at 1", 0);
  }

  @Test
  void anotherCommandIsFound() {
    fourAreCommitted().fails(s -> s.applied("a", 1, "other", 0), "another entry");
    fourAreCommitted().applied("a", 1, "at 1", 0).fails(s -> s.applied("a", 2, "", 0), "another");
  }

  @Test
  void aGapAndARepetitionAreFound() {
    fourAreCommitted().fails(s -> s.applied("a", 3, "at 3", 0), "did not apply the command at 1");
    fourAreCommitted()
        .applied("a", 1, "at 1", 0)
        .fails(s -> s.applied("a", 4, "at 4", 0), "did not apply the command at 3");
    fourAreCommitted()
        .applied("a", 1, "at 1", 0)
        .fails(s -> s.applied("a", 1, "at 1", 0), "after it had applied 1");
    fourAreCommitted()
        .applied("a", 1, "at 1", 0)
        .applied("a", 3, "at 3", 0)
        .killed("a")
        .fails(s -> s.applied("a", 4, "at 4", 0), "did not apply the command at 1");
  }

  @Test
  void aCommandThatTheNodeDoesNotKnowToBeCommittedIsFound() {
    fourAreCommitted()
        .applied("b", 1, "at 1", 0)
        .fails(s -> s.applied("b", 3, "at 3", 0), "it is not committed");
    fourAreCommitted().fails(s -> s.applied("a", 5, "at 5", 0), "it is not committed");
  }

  @Test
  void aNodeThatCommitsAnotherEntryIsFound() {
    fourAreCommitted().kept("b", noOp(2, 2), entry(3, 2)).commits("b", 3);
    fourAreCommitted()
        .kept("b", noOp(2, 2), entry(3, 2, "other"))
        .fails(s -> s.commits("b", 3), "b holds its log to be committed up to 3");
    fourAreCommitted()
        .fails(s -> s.started("c", 2, null, 1, entry(1, 1, "other")), "c holds its log");
  }

  @Test
  void aLeaderThatCommitsAgainstAnEarlierOneIsFound() {
    fourAreCommitted()
        .kept("b", entry(2, 3), entry(3, 3), entry(4, 3), entry(5, 3))
        .leads("b", 3)
        .fails(s -> s.commits("b", 5), "does not have what was committed up to 4 before");
  }

  // ---- Equal States

  @Test
  void statesThatDifferAtAnIndexAreFound() {
    Script script =
        Script.of(e -> new EqualStates())
            .applied("a", 1, "x", 11)
            .applied("a", 200, "y", 12)
            .applied("b", 1, "x", 11)
            .applied("c", 1, "x", 0);
    script.fails(s -> s.applied("b", 200, "y", 13), "b at 200", "d", "c");
  }

  // ---- Answered Once

  private static Script aHasAnsweredOneOfTwo() {
    return Script.of(e -> new AnsweredOnce())
        .asked("a", 1)
        .asked("b", 1)
        .asked("a", 2)
        .answered("b", 1)
        .answered("a", 1);
  }

  @Test
  void twoAnswersAndAnswersToNobodyAreFound() {
    aHasAnsweredOneOfTwo().fails(s -> s.answered("a", 1), "a answers 1");
    aHasAnsweredOneOfTwo().fails(s -> s.answered("b", 2), "b answers 2");
    aHasAnsweredOneOfTwo().fails(s -> s.asked("a", 2), "a is asked 2 twice");
    aHasAnsweredOneOfTwo().killed("a").fails(s -> s.answered("a", 2), "a answers 2");
  }

  @Test
  void silenceIsFound() {
    Invariants invariants = Invariants.all(Script.ABC);
    invariants.observe(new Observation.Asked(Script.id("a"), 1));
    assertThatExceptionOfType(Violated.class)
        .isThrownBy(invariants::allAnswered)
        .withMessageContaining("never answered: {a=[1]}");
    invariants.observe(new Observation.Answered(Script.id("a"), 1));
    invariants.observe(new Observation.Asked(Script.id("a"), 2));
    invariants.observe(new Observation.Killed(Script.id("a")));
    invariants.allAnswered();
  }

  // ---- Queues Bounded

  @Test
  void aQueueThatIsFullerThanItMayBeIsFound() {
    Script script = Script.of(e -> new QueuesBounded()).filled("a", 0, 10).filled("a", 10, 10);
    script.fails(s -> s.filled("a", 11, 10), "11 in the queue mailbox of 10");
    script.fails(s -> s.filled("a", -1, 10), "-1 in the queue");
  }
}
