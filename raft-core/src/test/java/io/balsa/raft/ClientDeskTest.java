package io.balsa.raft;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.balsa.raft.ClientAnswer.Problem;
import io.balsa.raft.core.Configuration;
import io.balsa.raft.core.EntryType;
import io.balsa.raft.core.Member;
import io.balsa.raft.core.NodeId;
import io.balsa.raft.core.Role;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** What a node says to clients that are no members; see docs/testing.md for the ids. */
class ClientDeskTest {
  private static final NodeId SELF = new NodeId("n1");
  private static final int MAX_BYTES = 100;

  private final List<Proposal.Local> proposed = new ArrayList<>();
  private final List<CompletableFuture<byte[]>> reads = new ArrayList<>();
  private final List<ClientAnswer> answers = new ArrayList<>();
  private final ByteBudget budget = new ByteBudget(10_000_000);
  private NodeStatus status = status(Role.LEADER, SELF, NodeStatus.State.OK);

  private final ClientDesk desk =
      new ClientDesk(
          () -> status,
          new SessionDesk(this::propose, () -> 0),
          query -> {
            CompletableFuture<byte[]> read = new CompletableFuture<>();
            reads.add(read);
            return read;
          },
          budget,
          MAX_BYTES);

  private Proposal.Local propose(byte[] data) {
    Proposal.Local proposal =
        new Proposal.Local(EntryType.SESSION, data, new ByteBudget(1000), new Seen());
    proposed.add(proposal);
    return proposal;
  }

  private static NodeStatus status(Role role, NodeId leader, NodeStatus.State state) {
    Configuration members = Configuration.of(List.of(new Member(SELF, "host:1")));
    return new NodeStatus(
        SELF,
        new NodeStatus.Health(state, ""),
        role,
        1,
        Optional.ofNullable(leader),
        1,
        1,
        1,
        0,
        Optional.empty(),
        0,
        0,
        7,
        members);
  }

  private void ask(ClientRequest request) {
    desk.asked(request, answers::add);
  }

  private void proposeOne() {
    ask(new ClientRequest.Propose(1, 1, 1, new byte[] {1}));
  }

  private Problem problem() {
    return ((ClientAnswer.Failed) answers.remove(0)).problem();
  }

  @Test
  void cl05_eachRequestIsAnsweredOnceWithWhatBecameOfIt() {
    proposeOne();
    ask(new ClientRequest.Read(new byte[] {2}));
    ask(new ClientRequest.OpenSession(60_000));
    ask(new ClientRequest.KeepAlive(1, 1));
    ask(new ClientRequest.CloseSession(1));
    assertThat(answers).isEmpty();
    proposed.get(0).executed(5, SessionAnswer.done(new byte[] {3}));
    ClientAnswer.Executed executed = (ClientAnswer.Executed) answers.remove(0);
    assertThat(executed.index()).isEqualTo(5);
    assertThat(executed.response()).containsExactly(3);
    proposed.get(1).executed(6, SessionAnswer.opened(6));
    assertThat(answers.remove(0)).isEqualTo(new ClientAnswer.Opened(6));
    proposed.get(2).executed(7, SessionAnswer.done(new byte[0]));
    proposed.get(3).executed(8, SessionAnswer.done(new byte[0]));
    assertThat(answers).containsExactly(new ClientAnswer.Done(), new ClientAnswer.Done());
    answers.clear();
    reads.get(0).complete(null);
    assertThat(((ClientAnswer.Value) answers.remove(0)).value()).isEmpty();
    assertThat(budget.taken()).isZero();
  }

  @Test
  void cl04_whatIsKnownOfAFailureIsToldApart() {
    for (int i = 0; i < 6; i++) {
      proposeOne();
    }
    proposed.get(0).failed(new NotExecutedException("no leader"));
    assertThat(problem()).isEqualTo(Problem.BUSY);
    proposed.get(1).failed(new OutcomeUnknownException("who knows"));
    assertThat(problem()).isEqualTo(Problem.UNKNOWN);
    proposed.get(2).failed(new ClosedException("closed", null));
    assertThat(problem()).isEqualTo(Problem.UNAVAILABLE);
    proposed.get(3).executed(1, SessionAnswer.lost());
    assertThat(problem()).isEqualTo(Problem.SESSION_LOST);
    proposed.get(4).executed(1, SessionAnswer.notKept());
    assertThat(problem()).isEqualTo(Problem.ANSWER_LOST);
    proposed.get(5).executed(1, SessionAnswer.refused("too many"));
    assertThat(problem()).isEqualTo(Problem.BUSY);
    ask(new ClientRequest.Read(new byte[0]));
    reads.get(0).completeExceptionally(new IllegalStateException("of a test"));
    assertThat(answers.remove(0))
        .isEqualTo(
            new ClientAnswer.Failed(Problem.REFUSED, "java.lang.IllegalStateException: of a test"));
  }

  @Test
  void whoDoesNotLeadSaysWhoDoesAndStillReads() {
    NodeId leader = new NodeId("n2");
    status = status(Role.FOLLOWER, leader, NodeStatus.State.OK);
    proposeOne();
    ClientAnswer.Status told = ((ClientAnswer.NotLeader) answers.remove(0)).status();
    assertThat(told.leader()).isEqualTo(leader);
    assertThat(told.configuration().members()).hasSize(1);
    ask(new ClientRequest.Status());
    assertThat(answers.remove(0)).isEqualTo(told);
    ask(new ClientRequest.Read(new byte[0]));
    assertThat(reads).hasSize(1);
    assertThat(proposed).isEmpty();
  }

  @Test
  void aNodeThatHasFailedNamesNoLeader() {
    status = status(Role.LEADER, SELF, NodeStatus.State.FAILED);
    ask(new ClientRequest.Status());
    assertThat(((ClientAnswer.Status) answers.remove(0)).leader()).isNull();
    proposeOne();
    assertThat(answers.remove(0)).isInstanceOf(ClientAnswer.NotLeader.class);
  }

  @Test
  void whatMakesNoSenseIsRefused() {
    ask(new ClientRequest.Propose(1, 1, 1, new byte[0]));
    assertThat(problem()).isEqualTo(Problem.REFUSED);
    ask(new ClientRequest.Propose(1, 1, 1, new byte[MAX_BYTES + 1]));
    assertThat(problem()).isEqualTo(Problem.REFUSED);
    ask(new ClientRequest.Read(new byte[MAX_BYTES + 1]));
    assertThat(problem()).isEqualTo(Problem.REFUSED);
    ask(new ClientRequest.OpenSession(1));
    assertThat(problem()).isEqualTo(Problem.REFUSED);
    ask(new ClientRequest.Unknown("the future"));
    ClientAnswer.Failed unknown = (ClientAnswer.Failed) answers.remove(0);
    assertThat(unknown.reason()).isEqualTo("this node does not know the future");
    assertThat(proposed).isEmpty();
    assertThat(Problem.ofCode(99)).isEqualTo(Problem.UNKNOWN);
  }

  @Test
  void cl07_noMoreThanSoManyRequestsAreUnderWay() {
    for (int i = 0; i < ClientDesk.MOST; i++) {
      ask(new ClientRequest.Read(new byte[0]));
    }
    assertThat(answers).isEmpty();
    ask(new ClientRequest.Read(new byte[0]));
    assertThat(problem()).isEqualTo(Problem.BUSY);
    reads.get(0).complete(new byte[0]);
    answers.clear();
    ask(new ClientRequest.Read(new byte[0]));
    assertThat(answers).isEmpty();
  }

  @Test
  void cl07_theBytesOfQueriesAreCountedWithThoseOfProposals() {
    assertThat(budget.take(budget.limit() - 1)).isTrue();
    ask(new ClientRequest.Read(new byte[2]));
    assertThat(problem()).isEqualTo(Problem.BUSY);
    assertThat(reads).isEmpty();
  }

  @Test
  void aStateMachineThatAnswersNoQueriesSaysSo() {
    StateMachine mute =
        new StateMachine() {
          @Override
          public byte[] apply(long index, byte[] command) {
            return command;
          }

          @Override
          public SnapshotWriter snapshot() {
            return out -> {};
          }

          @Override
          public void restore(InputStream image) {}
        };
    assertThatThrownBy(() -> mute.query(new byte[0]))
        .isInstanceOf(UnsupportedOperationException.class)
        .hasMessageContaining("answers no queries");
    byte[] reason = "no".getBytes(StandardCharsets.UTF_8);
    assertThat(mute.apply(1, reason)).isEqualTo(reason);
  }
}
