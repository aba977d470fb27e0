package io.balsa.raft.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.balsa.raft.ClosedException;
import io.balsa.raft.NodeStatus;
import io.balsa.raft.OutcomeUnknownException;
import io.balsa.raft.RaftNode;
import io.balsa.raft.SnapshotWriter;
import io.balsa.raft.Storage;
import io.balsa.raft.core.Decision;
import io.balsa.raft.core.RaftObserver;
import io.balsa.raft.core.Role;
import io.balsa.raft.storage.FileStorage;
import io.balsa.raft.testkit.TestCluster.Counter;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Whatever the code of a user throws, wherever: who waits is answered, and the node says so. */
@Timeout(120)
class ErrorsOfUsersTest {
  private static final RaftObserver NOBODY = (decision, view) -> {};

  @TempDir Path dir;

  private static RaftNode started(Counter counter, RaftObserver observer, Storage storage)
      throws IOException {
    return RaftNode.builder("n1", counter)
        .members("n1=memory:1")
        .storage(storage)
        .transport(new MemoryNetwork().transport())
        .electionTimeout(TestCluster.ELECTION_TIMEOUT)
        .observer(observer)
        .start();
  }

  private RaftNode alone(Counter counter, RaftObserver observer) throws IOException {
    RaftNode node = started(counter, observer, FileStorage.open(dir.resolve("n1")));
    Await.until("it leads", () -> leads(node.status()));
    return node;
  }

  private static boolean leads(NodeStatus status) {
    return status.role() == Role.LEADER && status.commitIndex() == status.lastIndex();
  }

  private static void awaitFailure(RaftNode node, String problem) {
    Await.until("it fails", () -> node.status().health().state() == NodeStatus.State.FAILED);
    assertThat(node.status().health().problem()).contains(problem);
    assertThatThrownBy(() -> node.propose(TestCluster.bytes(1)).get(30, TimeUnit.SECONDS))
        .hasCauseInstanceOf(ClosedException.class);
  }

  /** Lets requests gather behind the first decision, and throws at one of another kind. */
  private static final class Breaking {
    private final Class<? extends Decision> where;
    final CountDownLatch held = new CountDownLatch(1);
    final CountDownLatch go = new CountDownLatch(1);
    private final AtomicBoolean armed = new AtomicBoolean();

    Breaking(Class<? extends Decision> where) {
      this.where = where;
    }

    void onDecision(Decision decision) {
      if (!armed.get()) {
        return;
      }
      if (held.getCount() == 0 && where.isInstance(decision)) {
        throw new OutOfMemoryError("for a moment");
      }
      held.countDown();
      await();
    }

    private void await() {
      try {
        assertThat(go.await(60, TimeUnit.SECONDS)).isTrue();
      } catch (InterruptedException e) {
        throw new AssertionError(e);
      }
    }
  }

  @Test
  void cl05_whatWaitsBehindAnErrorIsAnsweredToo() throws Exception {
    Breaking breaking = new Breaking(Decision.Reconfigured.class);
    try (RaftNode node = alone(new Counter(), (d, view) -> breaking.onDecision(d))) {
      List<CompletableFuture<?>> all = new ArrayList<>();
      hold(node, breaking, all);
      all.add(node.propose(TestCluster.bytes(1)));
      all.add(node.changeConfiguration(c -> c.withPriority("n1", 3)));
      for (int i = 0; i < 10; i++) {
        all.add(node.propose(TestCluster.bytes(1)));
        all.add(node.read(() -> 1));
        all.add(node.snapshot());
        all.add(node.transferLeadership());
      }
      goOnAndFail(node, breaking, all);
    }
  }

  /** The entries of sessions and commands are offered to the algorithm one after the other. */
  @Test
  void cl05_whatIsOfferedTogetherIsAnsweredTogether() throws Exception {
    Breaking breaking = new Breaking(Decision.Appended.class);
    try (RaftNode node = alone(new Counter(), (d, view) -> breaking.onDecision(d))) {
      List<CompletableFuture<?>> all = new ArrayList<>();
      hold(node, breaking, all);
      for (int i = 0; i < 10; i++) {
        all.add(node.propose(TestCluster.bytes(1)));
        all.add(node.openSession(Duration.ofSeconds(60)));
      }
      goOnAndFail(node, breaking, all);
    }
  }

  private static void hold(RaftNode node, Breaking breaking, List<CompletableFuture<?>> all)
      throws InterruptedException {
    breaking.armed.set(true);
    all.add(node.propose(TestCluster.bytes(1)));
    assertThat(breaking.held.await(60, TimeUnit.SECONDS)).isTrue();
  }

  private static void goOnAndFail(RaftNode node, Breaking breaking, List<CompletableFuture<?>> all)
      throws Exception {
    breaking.go.countDown();
    for (CompletableFuture<?> future : all) {
      future.handle((value, failure) -> 0).get(20, TimeUnit.SECONDS);
    }
    awaitFailure(node, "for a moment");
    Await.until("all bytes are back", () -> node.status().waitingBytes() == 0);
  }

  /** As thrown in Kotlin or Scala, where nothing is checked. */
  @SuppressWarnings("unchecked")
  private static <E extends Throwable> RuntimeException unchecked(String message) throws E {
    throw (E) new IOException(message);
  }

  private static RuntimeException checked() {
    throw ErrorsOfUsersTest.<RuntimeException>unchecked("checked");
  }

  @Test
  void rt01_aCheckedExceptionOfTheStateMachineFailsTheNode() throws Exception {
    Counter counter =
        new Counter() {
          @Override
          public byte[] apply(long index, byte[] command) {
            throw checked();
          }
        };
    try (RaftNode node = alone(counter, NOBODY)) {
      CompletableFuture<byte[]> proposal = node.propose(TestCluster.bytes(1));
      CompletableFuture<Integer> read = node.read(() -> 1);
      awaitFailure(node, "threw at index");
      assertThatThrownBy(() -> proposal.get(30, TimeUnit.SECONDS))
          .hasCauseInstanceOf(OutcomeUnknownException.class);
      read.handle((value, failure) -> 0).get(30, TimeUnit.SECONDS); // it may have been in time
    }
  }

  @Test
  void rt01_aCheckedExceptionOfAQueryIsItsAnswer() throws Exception {
    try (RaftNode node = alone(new Counter(), NOBODY)) {
      CompletableFuture<Integer> read =
          node.read(
              () -> {
                throw checked();
              });
      assertThatThrownBy(() -> read.get(30, TimeUnit.SECONDS))
          .hasCauseInstanceOf(IOException.class);
      assertThat(node.propose(TestCluster.bytes(1)).get(30, TimeUnit.SECONDS)).isNotNull();
      Await.until("all bytes are back", () -> node.status().waitingBytes() == 0);
    }
  }

  @Test
  void rt01_aCheckedExceptionOfASnapshotIsItsAnswer() throws Exception {
    AtomicBoolean late = new AtomicBoolean();
    Counter counter =
        new Counter() {
          @Override
          public SnapshotWriter snapshot() {
            if (!late.get()) {
              throw checked();
            }
            return out -> {
              throw checked();
            };
          }
        };
    try (RaftNode node = alone(counter, NOBODY)) {
      for (int i = 0; i < 2; i++) {
        node.propose(TestCluster.bytes(1)).get(30, TimeUnit.SECONDS);
        assertThatThrownBy(() -> node.snapshot().get(30, TimeUnit.SECONDS))
            .hasStackTraceContaining("checked");
        late.set(true);
      }
      assertThat(node.status().health().state()).isEqualTo(NodeStatus.State.OK);
    }
  }

  @Test
  void rt01_aCheckedExceptionOfARestoreFailsTheNode() throws Exception {
    try (RaftNode node = alone(new Counter(), NOBODY)) {
      node.propose(TestCluster.bytes(1)).get(30, TimeUnit.SECONDS);
      node.snapshot().get(30, TimeUnit.SECONDS);
    }
    Counter counter =
        new Counter() {
          @Override
          public void restore(InputStream image) {
            throw checked();
          }
        };
    try (RaftNode node = started(counter, NOBODY, FileStorage.open(dir.resolve("n1")))) {
      awaitFailure(node, "could not restore");
    }
  }

  @Test
  void rt01_aCheckedExceptionOfAnObserverFailsTheNode() throws Exception {
    AtomicBoolean armed = new AtomicBoolean();
    RaftObserver observer =
        (decision, view) -> {
          if (armed.get()) {
            throw checked();
          }
        };
    try (RaftNode node = alone(new Counter(), observer)) {
      armed.set(true);
      CompletableFuture<byte[]> proposal = node.propose(TestCluster.bytes(1));
      awaitFailure(node, "checked");
      assertThatThrownBy(() -> proposal.get(30, TimeUnit.SECONDS))
          .hasCauseInstanceOf(OutcomeUnknownException.class);
    }
  }

  /** The storage of a user fails, and then can't even be closed, which no part is ready for. */
  @Test
  void rt01_noThreadOfANodeEndsUnnoticed() throws Exception {
    AtomicBoolean broken = new AtomicBoolean();
    Storage files = FileStorage.open(dir.resolve("n1"));
    try (RaftNode node = started(new Counter(), NOBODY, new BreakingStorage(files, broken))) {
      Await.until("it leads", () -> leads(node.status()));
      broken.set(true);
      CompletableFuture<byte[]> proposal = node.propose(TestCluster.bytes(1));
      awaitFailure(node, "can't be closed");
      assertThatThrownBy(() -> proposal.get(30, TimeUnit.SECONDS))
          .hasCauseInstanceOf(OutcomeUnknownException.class);
      broken.set(false);
    }
  }
}
