package io.balsa.raft.testkit.invariant;

import static io.balsa.raft.testkit.invariant.Script.entry;

import io.balsa.raft.core.Configuration;
import io.balsa.raft.core.Decision;
import io.balsa.raft.core.LogPosition;
import io.balsa.raft.core.Message;
import io.balsa.raft.core.Role;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The invariants of terms, votes and promises, each with what it allows and what it does not. */
class ElectionInvariantsTest {
  private static Message appendEntries(long term) {
    return new Message.AppendEntries(term, 1, LogPosition.ZERO, 0, List.of());
  }

  private static Message requestVote(long term) {
    return new Message.RequestVote(term, LogPosition.ZERO);
  }

  private static Message granted(long term) {
    return new Message.RequestVoteReply(term, true);
  }

  private static Message accepted(long term, long matchIndex) {
    return new Message.AppendEntriesAccepted(term, 1, matchIndex);
  }

  // ---- Election Safety

  private static Script aLeadsInTermOneAndBInTermTwo() {
    return Script.of(e -> new ElectionSafety())
        .leads("a", 1)
        .sends("a", "b", appendEntries(1))
        .leads("b", 2)
        .sends("b", "a", appendEntries(2))
        .sends("a", "c", appendEntries(1));
  }

  @Test
  void aSecondLeaderInATermIsFound() {
    aLeadsInTermOneAndBInTermTwo().fails(s -> s.leads("c", 1), "term 1", "a and c");
  }

  @Test
  void whoSendsAppendEntriesClaimsToLead() {
    aLeadsInTermOneAndBInTermTwo().fails(s -> s.sends("a", "b", appendEntries(2)), "b and a");
  }

  // ---- Elected By Quorum

  @Test
  void aVoteOfAnEarlierTermElectsNobody() {
    Script.of(e -> new ElectedByQuorum()).sends("b", "a", granted(1)).leads("a", 1);
    Script.of(e -> new ElectedByQuorum())
        .sends("b", "a", granted(1))
        .sends("b", "a", new Message.RequestVoteReply(2, false))
        .sends("b", "c", granted(2))
        .fails(s -> s.leads("a", 2), "a leads in term 2", "[a]");
  }

  // ---- Committed By Acknowledgements

  @Test
  void rp06_whatWasAcknowledgedInAnEarlierTermDoesNotCount() {
    Script.of(CommittedByAcknowledgements::new)
        .leads("a", 2)
        .hears("a", "b", accepted(2, 5))
        .commits("a", 5)
        .becomes("a", Role.FOLLOWER, 3)
        .leads("a", 4)
        .hears("a", "c", accepted(2, 6))
        .fails(s -> s.commits("a", 6), "a commits 6 in term 4");
  }

  /** The leader leaves the joint configuration in the step that commits it. */
  @Test
  void cm02_theConfigurationAtTheCommitCountsAndNotTheNextOne() {
    Configuration next = Script.configuration("voter a=a:1", "voter d=d:1", "voter e=e:1");
    Script.of(CommittedByAcknowledgements::new)
        .leads("a", 2)
        .hears("a", "b", accepted(2, 5))
        .tell(
            new Observation.Decided(
                Script.id("a"), new Decision.Committed(5), Script.view("a", 6, 5, 5, next)))
        .reconfigures("a", next)
        .fails(s -> s.commits("a", 6), "a commits 6");
  }

  @Test
  void rp04_whatIsNotOnTheLeadersDiskIsCountedElsewhereOnly() {
    Script.of(CommittedByAcknowledgements::new)
        .leads("a", 2)
        .hears("a", "b", accepted(2, 5))
        .hears("a", "c", accepted(2, 5))
        .tell(
            new Observation.Decided(
                Script.id("a"), new Decision.Committed(5), Script.view("a", 5, 3, 5)))
        .fails(s -> s.commits("a", 6), "a commits 6");
  }

  // ---- Only Voters Campaign

  private static final Configuration LEARNS =
      Script.configuration("voter a=a:1", "voter b=b:1", "learner c=c:1");

  @Test
  void cm09_aLearnerThatCampaignsIsFound() {
    Script.of(e -> new OnlyVotersCampaign())
        .campaigns("a", LEARNS, 5, 5)
        .fails(s -> s.campaigns("c", LEARNS, 5, 5), "c campaigns", "no voter");
  }

  @Test
  void cm09_aRemovedNodeThatCampaignsIsFound() {
    Script.of(e -> new OnlyVotersCampaign())
        .campaigns("c", Script.ABC, 0, 4)
        .fails(s -> s.campaigns("d", Script.ABC, 0, 4), "d campaigns", "no voter");
  }

  @Test
  void cm10_whoIsRemovedMayBeNeededUntilThatIsCommitted() {
    Script.of(e -> new OnlyVotersCampaign()).campaigns("c", LEARNS, 5, 4);
  }

  // ---- Vote Once A Term

  private static Script aHasVotedForBInTermTwo() {
    return Script.of(e -> new VoteOnceATerm())
        .started("a", 1, null, 0)
        .saved("a", 1, "a")
        .sends("a", "b", requestVote(1))
        .saved("a", 2, null)
        .saved("a", 2, "b")
        .sends("a", "b", granted(2))
        .sends("a", "b", granted(2))
        .started("a", 2, "b", 0)
        .sends("a", "c", new Message.RequestVoteReply(2, false));
  }

  @Test
  void aSecondVoteIsFoundAfterACrashToo() {
    aHasVotedForBInTermTwo().fails(s -> s.sends("a", "c", granted(2)), "for c in term 2", "b");
    aHasVotedForBInTermTwo().fails(s -> s.sends("a", "b", requestVote(2)), "for a in term 2");
    aHasVotedForBInTermTwo().fails(s -> s.saved("a", 2, "c"), "for c in term 2");
    aHasVotedForBInTermTwo().fails(s -> s.sends("a", "c", granted(1)), "for c in term 1");
  }

  @Test
  void anErasedVoteIsFound() {
    aHasVotedForBInTermTwo().fails(s -> s.saved("a", 2, null), "no vote in term 2");
    aHasVotedForBInTermTwo().fails(s -> s.started("a", 2, null, 0), "no vote in term 2");
  }

  @Test
  void aVoteThatNeverReachedTheDiskMayBeAnother() {
    aHasVotedForBInTermTwo().saved("a", 3, null).started("a", 3, null, 0).saved("a", 3, "c");
  }

  // ---- Nothing Promised Before Persisted

  private static Script aIsInTermTwoWithTwoEntriesOnDisk() {
    return Script.of(NothingPromisedBeforePersisted::new)
        .started("a", 1, null, 0)
        .kept("a", entry(1, 1), entry(2, 1))
        .saved("a", 2, "b")
        .sends("a", "b", granted(2))
        .sends("a", "b", new Message.PreVote(3, LogPosition.ZERO, 1))
        .sends("a", "b", accepted(2, 2))
        .persists("a", 1, new LogPosition(1, 2))
        .written("a", entry(3, 2));
  }

  @Test
  void aTermThatIsNotOnDiskIsNotSpokenOf() {
    for (Message message :
        List.of(
            appendEntries(3),
            new Message.RequestVoteReply(3, false),
            new Message.PreVote(4, LogPosition.ZERO, 1),
            new Message.AppendEntriesRejected(3, 1, 1, LogPosition.ZERO))) {
      aIsInTermTwoWithTwoEntriesOnDisk()
          .fails(s -> s.sends("a", "c", message), "only term 2 is on its disk");
    }
  }

  @Test
  void aVoteThatIsNotOnDiskIsNotSaid() {
    aIsInTermTwoWithTwoEntriesOnDisk().fails(s -> s.sends("a", "c", granted(2)), "vote for b");
    aIsInTermTwoWithTwoEntriesOnDisk().fails(s -> s.sends("a", "c", requestVote(2)), "vote for b");
  }

  @Test
  void anEntryThatIsNotSyncedIsNeitherAcknowledgedNorTakenForPersisted() {
    aIsInTermTwoWithTwoEntriesOnDisk().fails(s -> s.sends("a", "b", accepted(2, 3)), "up to 2");
    aIsInTermTwoWithTwoEntriesOnDisk().fails(s -> s.persists("a", 2, 3), "up to 2");
    aIsInTermTwoWithTwoEntriesOnDisk().synced("a").sends("a", "b", accepted(2, 3));
  }

  @Test
  void anEntryIsNotPersistedBecauseAnotherOneIsThere() {
    aIsInTermTwoWithTwoEntriesOnDisk()
        .synced("a")
        .persists("a", 2, new LogPosition(2, 3))
        .fails(s -> s.persists("a", 3, new LogPosition(3, 3)), "ends with 3@3");
  }

  @Test
  void whatIsBeingReplacedIsNotOnDiskAnyMore() {
    aIsInTermTwoWithTwoEntriesOnDisk()
        .written("a", entry(2, 2))
        .fails(s -> s.sends("a", "b", accepted(2, 2)), "up to 1");
  }

  // ---- Monotonic

  private static Script aHasCommittedTwoOfThree() {
    return Script.of(e -> new Monotonic())
        .started("a", 4, null, 1, entry(1, 1))
        .shows("a", 4, 3, 1, 1)
        .shows("a", 9, 3, 1, 1)
        .persists("a", 1, 3, 3, Script.ABC)
        .saved("a", 9, "b")
        .commits("a", 3);
  }

  @Test
  void aTermThatFallsIsFound() {
    aHasCommittedTwoOfThree().fails(s -> s.shows("a", 8, 3, 3, 3), "term of a", "9 to 8");
    aHasCommittedTwoOfThree().fails(s -> s.saved("a", 8, null), "term on disk of a", "9 to 8");
    aHasCommittedTwoOfThree().fails(s -> s.started("a", 8, null, 0), "term on disk of a");
  }

  @Test
  void aCommitIndexThatFallsIsFound() {
    aHasCommittedTwoOfThree().fails(s -> s.commits("a", 2), "commit index of a", "3 to 2");
    aHasCommittedTwoOfThree().fails(s -> s.shows("a", 9, 3, 3, 2), "commit index", "3 to 2");
  }

  @Test
  void aPersistedIndexFallsByATruncationAlone() {
    aHasCommittedTwoOfThree().fails(s -> s.persists("a", 2, 2), "persisted index", "3 to 2");
    aHasCommittedTwoOfThree()
        .persists("a", 2, 6, 6, Script.ABC)
        .truncates("a", 5, 1)
        .persists("a", 3, 4, 4, Script.ABC);
  }

  @Test
  void rp07_aMatchIndexThatFallsIsFound() {
    aHasHeardOfSevenEntriesOfB()
        .heartbeats("a", "b", 5, 6)
        .reconfigures("a", Script.ABC)
        .heartbeats("a", "b", 5, 0);
    aHasHeardOfSevenEntriesOfB()
        .fails(s -> s.heartbeats("a", "b", 4, 6), "match index of b in the eyes of a", "7 to 6");
  }

  /** It may have lost its disk, and no change of the configuration would tell. */
  @Test
  void cm15_aMatchIndexMayFallIfNobodyKnowsWhoTheFollowerIs() {
    Script.of(e -> new Monotonic())
        .heartbeats("a", "b", 4, 7, Script.ABC)
        .heartbeats("a", "b", 4, 6, Script.ABC);
  }

  private static Script aHasHeardOfSevenEntriesOfB() {
    return Script.of(e -> new Monotonic())
        .heartbeats("a", "b", 4, 7)
        .heartbeats("a", "c", 4, 2)
        .heartbeats("a", "b", 4, 7);
  }

  @Test
  void aTokenThatFallsIsFound() {
    aHasCommittedTwoOfThree()
        .persists("a", 5, 3)
        .fails(s -> s.persists("a", 4, 3), "token", "5 to 4");
  }

  @Test
  void aCommittedEntryThatIsRemovedIsFound() {
    aHasCommittedTwoOfThree().fails(s -> s.truncates("a", 3, 1), "removes 3@1", "up to 3");
  }

  @Test
  void whatIsBehindTheEndOfTheLogIsNeitherCommittedNorPersisted() {
    aHasCommittedTwoOfThree().fails(s -> s.shows("a", 9, 3, 3, 4), "ends at 3@9");
    aHasCommittedTwoOfThree().fails(s -> s.shows("a", 9, 3, 4, 3), "ends at 3@9");
  }

  @Test
  void theIndexesMayRestartLowerInAnotherLife() {
    aHasCommittedTwoOfThree().started("a", 9, "b", 1, entry(1, 1)).commits("a", 2);
  }
}
