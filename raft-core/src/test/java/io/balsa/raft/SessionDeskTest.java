package io.balsa.raft;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.balsa.raft.core.EntryType;
import io.balsa.raft.core.RaftOptions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** How a session tries its commands again; see docs/testing.md for the ids. */
class SessionDeskTest {
  private static final int TICKS = 10 * RaftOptions.defaults().electionTicks();
  private static final Duration TIMEOUT = Duration.ofSeconds(3);

  private final List<Proposal.Local> made = new ArrayList<>();
  private final List<Runnable> answers = new ArrayList<>();
  private final ByteBudget budget = new ByteBudget(1 << 20);
  private boolean full;
  private long nanos;
  private final SessionDesk desk = new SessionDesk(this::propose, () -> nanos);
  private final Session session = open();

  /** As a node does that may have too much to do. */
  private Proposal.Local propose(byte[] data) {
    Proposal.Local proposal = new Proposal.Local(EntryType.SESSION, data, budget, new Seen());
    if (full) {
      proposal.future.completeExceptionally(new NotExecutedException("too much to do"));
    } else {
      budget.take(Proposal.bytes(data));
    }
    made.add(proposal);
    return proposal;
  }

  private Session open() {
    CompletableFuture<Session> opened = desk.open(TIMEOUT, 1000);
    last().executed(7, SessionAnswer.opened(7));
    made.clear();
    return opened.join();
  }

  private Proposal.Local last() {
    return made.get(made.size() - 1);
  }

  /** A tick of the event loop, and then the answers, on another thread. */
  private void tick() {
    desk.tick(answers::add);
    List<Runnable> given = List.copyOf(answers);
    answers.clear();
    given.forEach(Runnable::run);
  }

  /** A command of which one try may have been executed. */
  private CompletableFuture<byte[]> uncertain() {
    CompletableFuture<byte[]> future = session.propose(new byte[] {1});
    last().failed(new OutcomeUnknownException("the leader was lost"));
    made.clear();
    return future;
  }

  @Test
  void cl01_aTryThatTheNodeRefusesIsMadeAgainAtTheNextTick() {
    CompletableFuture<byte[]> future = uncertain();
    full = true;
    for (int i = 1; i <= 20; i++) {
      tick();
      assertThat(made).hasSize(i);
    }
    assertThat(future).isNotDone();
    full = false;
    tick();
    last().executed(8, SessionAnswer.done(new byte[] {5}));
    assertThat(future.join()).containsExactly(5);
  }

  @Test
  void cl01_ofSeveralCommandsThatAreRefusedEachIsTriedOnceATick() {
    List<CompletableFuture<byte[]>> futures = List.of(uncertain(), uncertain(), uncertain());
    full = true;
    tick();
    tick();
    assertThat(made).hasSize(6);
    assertThat(futures).noneMatch(CompletableFuture::isDone);
  }

  @Test
  void cl01_triesThatWereMadeAreCounted() {
    CompletableFuture<byte[]> future = uncertain();
    for (int tries = 2; tries <= 5; tries++) {
      assertThat(future).isNotDone();
      tick();
      assertThat(made).hasSize(tries - 1);
      last().failed(new OutcomeUnknownException("the leader was lost"));
    }
    assertUnknown(future);
    tick();
    assertThat(made).hasSize(4);
  }

  @Test
  void cl05_whatTheNodeRefusesForTooLongIsAnsweredAndNotOnTheEventLoop() {
    CompletableFuture<byte[]> future = uncertain();
    full = true;
    for (int i = 1; i < TICKS; i++) {
      tick();
    }
    assertThat(future).isNotDone();
    desk.tick(answers::add);
    assertThat(future).isNotDone();
    answers.forEach(Runnable::run);
    assertUnknown(future);
  }

  /** Else the cluster would give the session up while it tries. */
  @Test
  void aTryThatTheNodeRefusesIsNoSignOfLife() {
    uncertain();
    full = true;
    nanos = TIMEOUT.toNanos() / 2;
    tick();
    assertThat(made).hasSize(2);
    assertThat(SessionRequest.of(made.get(1).command)).isInstanceOf(SessionRequest.KeepAlive.class);
  }

  @Test
  void cl05_whatWaitsForItsNextTryEndsWithTheNode() {
    CompletableFuture<byte[]> future = uncertain();
    full = true;
    tick();
    desk.close();
    assertUnknown(future);
  }

  private static void assertUnknown(CompletableFuture<byte[]> future) {
    assertThat(future).isDone();
    assertThatThrownBy(future::join).hasCauseInstanceOf(OutcomeUnknownException.class);
  }
}
