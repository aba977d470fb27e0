package io.balsa.raft.core;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Predicate;

/**
 * Looks on from outside, where one sees all nodes and all disks, and knows what must never happen.
 *
 * <ul>
 *   <li>Election Safety: at most one leader in a term.
 *   <li>Log Matching: entries at the same position are equal, and so are those before them.
 *   <li>Leader Completeness: a new leader has every entry committed before.
 *   <li>State Machine Safety: no two nodes commit different entries at an index.
 *   <li>An entry is committed when a quorum has it on disk.
 *   <li>Terms and commit indexes never fall; a vote is given once a term.
 *   <li>Nothing is promised that is not on the disk of the one who promises.
 *   <li>A read sees everything committed anywhere before it was asked.
 * </ul>
 */
final class Safety {
  private record Ballot(NodeId voter, long term) {}

  private record Seen(Entry entry, long previousTerm) {}

  /** What one life of a node has shown so far. */
  private static final class Life {
    Configuration configuration;
    long term;
    long commitIndex;
    NodeId vote;
  }

  private final Map<NodeId, TestNode> nodes;
  private final Map<Long, NodeId> leaders = new TreeMap<>();
  private final Map<LogPosition, Seen> entries = new HashMap<>();
  private final Map<Ballot, NodeId> ballots = new HashMap<>();
  private final List<Entry> committed = new ArrayList<>();
  private final Map<NodeId, Life> lives = new HashMap<>();
  private final Map<Long, Integer> readsAsked = new HashMap<>();

  Safety(Map<NodeId, TestNode> nodes) {
    this.nodes = nodes;
  }

  List<Entry> committed() {
    return committed;
  }

  Map<Long, NodeId> leaders() {
    return leaders;
  }

  void started(TestNode node) {
    Life life = new Life();
    life.term = node.disk.hardState().term();
    life.vote = node.disk.hardState().votedFor();
    lives.put(node.id, life);
    checkEntries(node, node.log());
  }

  /** It will not know what it has promised, nor will anybody hold it to that. */
  void wiped(NodeId id) {
    ballots.keySet().removeIf(b -> b.voter.equals(id));
  }

  void readAsked(long id) {
    readsAsked.put(id, committed.size());
  }

  /** After a step, or a batch of them. */
  void check(TestNode node, Effects effects, boolean oneStep) {
    Raft raft = node.raft();
    assertThat(raft.invariantsHold()).isTrue();
    assertThat(effects.commitIndex()).isEqualTo(raft.commitIndex());
    checkHardState(node);
    if (effects.save() != null) {
      checkEntries(node, effects.save().entries());
    }
    boolean isNew = node.leads() && leaders.putIfAbsent(raft.term(), node.id) == null;
    // One that hears late of its election owes nothing to the terms after its own.
    if (isNew
        && (committed.isEmpty() || committed.get(committed.size() - 1).term() < raft.term())) {
      for (Entry entry : committed) {
        assertThat(node.holds(entry.position()))
            .as("new leader %s has the committed entry %s", node, entry)
            .isTrue();
      }
    }
    if (node.leads()) {
      assertThat(leaders.get(raft.term())).as("leader of term %s", raft.term()).isEqualTo(node.id);
    }
    checkCommitted(node, oneStep);
    for (Effects.Readable readable : effects.readable()) {
      Integer atLeast = readsAsked.remove(readable.id());
      assertThat(atLeast).as("read %s is answered once", readable.id()).isNotNull();
      assertThat(readable.index())
          .as("index of read %s at %s", readable.id(), node)
          .isBetween((long) atLeast, (long) committed.size());
    }
    for (long id : effects.unreadable()) {
      assertThat(readsAsked.remove(id)).as("read %s is answered once", id).isNotNull();
    }
  }

  private void checkHardState(TestNode node) {
    Raft raft = node.raft();
    Life life = lives.get(node.id);
    assertThat(raft.term()).as("term of %s", node).isGreaterThanOrEqualTo(life.term);
    if (raft.term() == life.term && life.vote != null) {
      assertThat(raft.votedFor()).as("vote of %s", node).isEqualTo(life.vote);
    }
    life.term = raft.term();
    life.vote = raft.votedFor();
  }

  private void checkEntries(TestNode node, List<Entry> added) {
    long previousTerm = 0;
    for (int i = 0; i < added.size(); i++) {
      Entry entry = added.get(i);
      boolean follows = i > 0 && added.get(i - 1).index() == entry.index() - 1;
      if (follows) {
        previousTerm = added.get(i - 1).term();
      } else if (node.holds(entry.position())) {
        previousTerm = entry.index() == 1 ? 0 : node.log().get((int) entry.index() - 2).term();
      } else {
        continue; // replaced within the same save
      }
      Seen before = entries.putIfAbsent(entry.position(), new Seen(entry, previousTerm));
      if (before != null) {
        assertThat(new Seen(entry, previousTerm)).as("entry of %s", node).isEqualTo(before);
      }
    }
  }

  private void checkCommitted(TestNode node, boolean oneStep) {
    Life life = lives.get(node.id);
    long commitIndex = node.raft().commitIndex();
    assertThat(commitIndex).as("commit index of %s", node).isGreaterThanOrEqualTo(life.commitIndex);
    for (long i = life.commitIndex + 1; i <= commitIndex; i++) {
      Entry entry = node.log().get((int) i - 1);
      if (i > committed.size()) {
        if (oneStep && node.leads()) {
          LogPosition position = entry.position();
          assertThat(hasDecided(node, life.configuration, id -> isDurable(id, position)))
              .as("a quorum has the entry %s, committed by %s, on disk", entry, node)
              .isTrue();
        }
        committed.add(entry);
      }
      assertThat(entry).as("committed by %s", node).isEqualTo(committed.get((int) i - 1));
    }
    life.commitIndex = commitIndex;
    life.configuration = node.raft().configuration();
  }

  /** A commit may be followed in the same step by the next configuration, which did not decide. */
  private static boolean hasDecided(
      TestNode node, Configuration before, Predicate<NodeId> isDurable) {
    boolean isNext = node.raft().configurationIndex() > node.raft().commitIndex();
    return node.raft().configuration().hasQuorum(isDurable)
        || isNext && before != null && before.hasQuorum(isDurable);
  }

  private boolean isDurable(NodeId id, LogPosition position) {
    TestNode node = nodes.get(id);
    return node != null && node.disk.holds(position);
  }

  /** Before a message leaves. */
  void checkPromise(TestNode from, NodeId to, Message message) {
    HardState disk = from.disk.hardState();
    if (!(message instanceof Message.PreVote)) {
      assertThat(disk.term())
          .as("%s says %s, so its term is on disk", from, message)
          .isGreaterThanOrEqualTo(message.term());
    }
    if (message instanceof Message.RequestVote m) {
      promiseVote(from, m.term(), from.id);
    } else if (message instanceof Message.RequestVoteReply m && m.granted()) {
      promiseVote(from, m.term(), to);
    } else if (message instanceof Message.AppendEntriesAccepted m && m.matchIndex() > 0) {
      if (m.term() < from.raft().term()) {
        return; // said in an earlier step of the batch, of a log that is another by now
      }
      Entry last = from.log().get((int) m.matchIndex() - 1);
      assertThat(from.disk.holds(last.position()))
          .as("%s acknowledges %s, so it is on disk", from, last)
          .isTrue();
    }
  }

  private void promiseVote(TestNode voter, long term, NodeId candidate) {
    HardState disk = voter.disk.hardState();
    if (disk.term() == term) {
      assertThat(disk.votedFor())
          .as("vote of %s in term %s on disk", voter, term)
          .isEqualTo(candidate);
    }
    NodeId before = ballots.putIfAbsent(new Ballot(voter.id, term), candidate);
    assertThat(before == null || before.equals(candidate))
        .as("%s votes for %s in term %s after voting for %s", voter, candidate, term, before)
        .isTrue();
  }
}
