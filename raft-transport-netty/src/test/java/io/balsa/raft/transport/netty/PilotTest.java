package io.balsa.raft.transport.netty;

import static org.assertj.core.api.Assertions.assertThat;

import io.balsa.raft.ClientAnswer;
import io.balsa.raft.ClientAnswer.Problem;
import io.balsa.raft.ClientRequest;
import io.balsa.raft.ClosedException;
import io.balsa.raft.NotExecutedException;
import io.balsa.raft.OutcomeUnknownException;
import io.balsa.raft.SessionLostException;
import io.balsa.raft.core.Configuration;
import io.balsa.raft.core.Member;
import io.balsa.raft.core.NodeId;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** What a client decides, with a clock and a network that are only told of. */
class PilotTest {
  private static final Duration TIMEOUT = Duration.ofSeconds(10);

  private record Said(long id, ClientRequest request) {}

  /** Writes down what the pilot wants; the test does what it pleases. */
  private final class Phone implements Pilot.Line {
    final List<String> dialled = new ArrayList<>();
    final Deque<Said> said = new ArrayDeque<>();
    int hungUp;

    @Override
    public void dial(String address) {
      dialled.add(address);
    }

    @Override
    public void send(long id, ClientRequest request) {
      said.add(new Said(id, request));
    }

    @Override
    public void hangUp() {
      hungUp++;
    }

    String last() {
      return dialled.get(dialled.size() - 1);
    }
  }

  private long now = Long.MAX_VALUE - 1_000_000_000L; // clocks may overflow
  private final Phone phone = new Phone();
  private final Pilot pilot =
      new Pilot(
          phone, List.of("a:1", "b:1", "c:1"), Duration.ofSeconds(60), () -> now, new Random(1));
  private final List<Object> results = new ArrayList<>();

  private void propose() {
    pilot.submit(request(PendingRequest.Kind.PROPOSE), TIMEOUT);
  }

  private PendingRequest request(PendingRequest.Kind kind) {
    return new PendingRequest(
        kind, new byte[] {1}, (answer, why) -> results.add(answer == null ? why : answer));
  }

  private void pass(Duration time) {
    now += time.toNanos();
    pilot.tick();
  }

  private static ClientAnswer.Status status(String node, String leader) {
    return status(node, leader, 1, "a", "b", "c");
  }

  private static ClientAnswer.Status status(
      String node, String leader, long index, String... members) {
    List<Member> list = new ArrayList<>();
    for (String member : members) {
      list.add(new Member(new NodeId(member), member + ":1"));
    }
    return new ClientAnswer.Status(
        new NodeId(node),
        leader == null ? null : new NodeId(leader),
        index,
        Configuration.of(list));
  }

  private void answer(ClientAnswer answer) {
    pilot.answered(phone.said.remove().id(), answer);
  }

  /** Connects to where the pilot calls, which says who leads. */
  private void connect(String leader) {
    String node = phone.last().substring(0, 1);
    pilot.opened();
    answer(status(node, leader));
  }

  /** A session is open with the leader, and one command was sent. */
  private void settleAndPropose() {
    propose();
    connect("a");
    answer(new ClientAnswer.Opened(7));
    assertThat(phone.said).hasSize(1);
  }

  private static ClientAnswer.Failed failed(Problem problem) {
    return new ClientAnswer.Failed(problem, "of a test");
  }

  @Test
  void findsTheLeaderAndProposesInASession() {
    propose();
    assertThat(phone.dialled).containsExactly("a:1");
    connect("b");
    assertThat(phone.dialled).containsExactly("a:1", "b:1");
    connect("b");
    assertThat(phone.said.peek().request()).isEqualTo(new ClientRequest.OpenSession(60_000));
    answer(new ClientAnswer.Opened(7));
    ClientRequest.Propose sent = (ClientRequest.Propose) phone.said.peek().request();
    assertThat(sent.session()).isEqualTo(7);
    assertThat(sent.sequence()).isEqualTo(1);
    assertThat(sent.answeredBelow()).isEqualTo(1);
    ClientAnswer executed = new ClientAnswer.Executed(3, new byte[0]);
    answer(executed);
    assertThat(results).containsExactly(executed);
    propose();
    assertThat(((ClientRequest.Propose) phone.said.peek().request()).answeredBelow()).isEqualTo(2);
  }

  @Test
  void cl01_aCommandKeepsItsSequenceWhereverItIsSentAgain() {
    settleAndPropose();
    ClientRequest first = phone.said.remove().request();
    pilot.lost("of a test");
    pass(Duration.ofSeconds(1));
    assertThat(phone.dialled).hasSize(2);
    connect("b");
    ClientRequest.Propose again = (ClientRequest.Propose) phone.said.peek().request();
    assertThat(again).usingRecursiveComparison().isEqualTo(first);
  }

  @Test
  void cl04_whatWasNeverSentIsNotExecuted() {
    propose();
    pass(TIMEOUT);
    assertThat(results).singleElement().isInstanceOf(NotExecutedException.class);
  }

  @Test
  void cl04_whatEveryNodeHasRefusedIsNotExecuted() {
    settleAndPropose();
    answer(failed(Problem.BUSY));
    pass(Duration.ofSeconds(1));
    answer(failed(Problem.BUSY));
    pass(TIMEOUT);
    assertThat(results).singleElement().isInstanceOf(NotExecutedException.class);
  }

  @Test
  void cl04_whatWasSentAndNotAnsweredIsUnknown() {
    settleAndPropose();
    pass(TIMEOUT);
    assertThat(results).singleElement().isInstanceOf(OutcomeUnknownException.class);
  }

  @Test
  void cl04_whatWasSentOnAConnectionThatIsGoneIsUnknown() {
    settleAndPropose();
    pilot.lost("of a test");
    pass(TIMEOUT);
    assertThat(results).singleElement().isInstanceOf(OutcomeUnknownException.class);
  }

  @Test
  void cl04_whatMayBeInTheLogStaysUnknownThoughALaterTryIsRefused() {
    settleAndPropose();
    answer(failed(Problem.UNKNOWN));
    pass(Duration.ofSeconds(1));
    answer(failed(Problem.BUSY));
    pass(TIMEOUT);
    assertThat(results).singleElement().isInstanceOf(OutcomeUnknownException.class);
  }

  @Test
  void cl05_closingEndsEverything() {
    settleAndPropose();
    pilot.submit(request(PendingRequest.Kind.READ), TIMEOUT);
    pilot.close();
    propose();
    assertThat(results).hasSize(3);
    assertThat(results.get(0)).isInstanceOf(OutcomeUnknownException.class);
    assertThat(results.get(1)).isInstanceOf(ClosedException.class);
    assertThat(results.get(2)).isInstanceOf(ClosedException.class);
    assertThat(phone.hungUp).isEqualTo(1);
  }

  @Test
  void cl06_answersFindTheirRequestsInAnyOrderAndLateOnesNobody() {
    settleAndPropose();
    propose();
    Said first = phone.said.remove();
    Said second = phone.said.remove();
    pilot.answered(second.id(), new ClientAnswer.Executed(2, new byte[] {2}));
    pilot.answered(first.id(), new ClientAnswer.Executed(1, new byte[] {1}));
    pilot.answered(first.id(), new ClientAnswer.Executed(9, new byte[] {9}));
    assertThat(results)
        .extracting(r -> ((ClientAnswer.Executed) r).index())
        .containsExactly(2L, 1L);
  }

  @Test
  void cl07_noMoreThanTheWindowIsUnderWay() {
    settleAndPropose();
    for (int i = 0; i < 2 * Sequences.WINDOW; i++) {
      propose();
    }
    assertThat(phone.said).hasSize(Sequences.WINDOW);
    Said oldest = phone.said.remove();
    pilot.answered(phone.said.removeLast().id(), new ClientAnswer.Executed(2, new byte[0]));
    assertThat(phone.said).as("the oldest holds the window").hasSize(Sequences.WINDOW - 2);
    pilot.answered(oldest.id(), new ClientAnswer.Executed(1, new byte[0]));
    assertThat(phone.said).hasSize(Sequences.WINDOW - 1);
  }

  @Test
  void cl09_aNodeThatDoesNotAnswerIsLeftForTheNext() {
    propose();
    pass(Pilot.ATTEMPT);
    pass(Duration.ofSeconds(1));
    assertThat(phone.dialled).containsExactly("a:1", "b:1");
    pilot.opened();
    pass(Pilot.ATTEMPT);
    pass(Duration.ofSeconds(1));
    assertThat(phone.dialled).containsExactly("a:1", "b:1", "c:1");
  }

  @Test
  void cl09_nodesThatPointAtEachOtherAreNotFollowedForEver() {
    propose();
    for (int i = 0; i < 200; i++) {
      String node = phone.last().substring(0, 1);
      int before = phone.dialled.size();
      connect(node.equals("a") ? "b" : "a");
      if (phone.dialled.size() == before) {
        pass(Duration.ofMillis(50));
      }
      if (phone.dialled.size() == before) {
        pass(Duration.ofSeconds(1));
      }
    }
    assertThat(phone.dialled).contains("c:1");
    assertThat(results).singleElement().isInstanceOf(NotExecutedException.class);
  }

  @Test
  void aLeaderThatFallsSilentIsLeft() {
    settleAndPropose();
    phone.said.clear();
    pass(Pilot.PROBE);
    assertThat(phone.said.peek().request()).isEqualTo(new ClientRequest.Status());
    pass(Pilot.ATTEMPT);
    pass(Duration.ofSeconds(1));
    assertThat(phone.dialled).containsExactly("a:1", "b:1");
  }

  @Test
  void aLeaderThatCarriesOutNothingIsLeft() {
    settleAndPropose();
    phone.said.clear();
    for (int i = 0; i < 4; i++) {
      pass(Pilot.PROBE);
      if (!phone.said.isEmpty()) {
        answer(status("a", "a"));
      }
    }
    pass(Duration.ofSeconds(1));
    assertThat(phone.last()).isEqualTo("b:1");
  }

  @Test
  void whoNoLongerLeadsMaySayWhatBecameOfTheRestBeforeItIsLeft() {
    settleAndPropose();
    propose();
    answer(new ClientAnswer.NotLeader(status("a", "c")));
    assertThat(phone.hungUp).isZero();
    answer(new ClientAnswer.NotLeader(status("a", "c")));
    assertThat(phone.last()).isEqualTo("c:1");
    pass(TIMEOUT);
    assertThat(results).hasSize(2).allMatch(r -> r instanceof NotExecutedException);
  }

  @Test
  void followsTheMembersWhereverTheyGo() {
    propose();
    pilot.opened();
    answer(status("a", null, 5, "x", "y"));
    List<String> then = new ArrayList<>();
    for (int i = 0; i < 5; i++) {
      pass(Duration.ofSeconds(1));
      then.add(phone.last());
      pilot.lost("of a test");
    }
    assertThat(then).contains("x:1", "y:1", "a:1", "b:1", "c:1");
  }

  @Test
  void cl12_aLostSessionIsReportedAndNotReplacedByItself() {
    settleAndPropose();
    propose();
    answer(failed(Problem.SESSION_LOST));
    assertThat(results).hasSize(2).allMatch(r -> r instanceof SessionLostException);
    propose();
    assertThat(results).hasSize(3).allMatch(r -> r instanceof SessionLostException);
    pilot.forgetLostSession();
    phone.said.clear();
    propose();
    assertThat(phone.said.peek().request()).isInstanceOf(ClientRequest.OpenSession.class);
    answer(new ClientAnswer.Opened(8));
    ClientRequest.Propose first = (ClientRequest.Propose) phone.said.peek().request();
    assertThat(first.session()).isEqualTo(8);
    assertThat(first.sequence()).isEqualTo(1);
  }

  @Test
  void aSessionIsKeptAliveThoughNothingIsProposed() {
    settleAndPropose();
    answer(new ClientAnswer.Executed(1, new byte[0]));
    assertThat(pilot.isBusy()).isTrue();
    pass(Duration.ofSeconds(19));
    assertThat(phone.said).isEmpty();
    pass(Duration.ofSeconds(1));
    assertThat(phone.said.peek().request()).isEqualTo(new ClientRequest.KeepAlive(7, 2));
    answer(new ClientAnswer.Done());
    pilot.lost("of a test");
    pass(Duration.ofSeconds(10));
    assertThat(phone.dialled).as("nothing to do").hasSize(1);
    pass(Duration.ofSeconds(10));
    assertThat(phone.dialled).hasSize(2);
  }

  @Test
  void pausesGrowAndAreNotTheSame() {
    Backoff backoff = new Backoff(Duration.ofMillis(10), Duration.ofSeconds(1), new Random(3));
    for (int i = 0; i < 100; i++) {
      long longest = Math.min(1_000_000_000L, 10_000_000L << Math.min(i, 20));
      assertThat(backoff.next()).isBetween(longest / 2, longest);
    }
    backoff.reset();
    assertThat(backoff.next()).isBetween(5_000_000L, 10_000_000L);
  }
}
