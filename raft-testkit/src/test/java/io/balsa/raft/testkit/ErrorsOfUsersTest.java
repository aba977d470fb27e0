package io.balsa.raft.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.balsa.raft.ClosedException;
import io.balsa.raft.NodeStatus;
import io.balsa.raft.RaftNode;
import io.balsa.raft.core.Decision;
import io.balsa.raft.core.RaftObserver;
import io.balsa.raft.core.Role;
import io.balsa.raft.storage.FileStorage;
import io.balsa.raft.testkit.TestCluster.Counter;
import java.io.IOException;
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
  @TempDir Path dir;

  private RaftNode alone(Counter counter, RaftObserver observer) throws IOException {
    RaftNode node =
        RaftNode.builder("n1", counter)
            .members("n1=memory:1")
            .storage(FileStorage.open(dir.resolve("n1")))
            .transport(new MemoryNetwork().transport())
            .electionTimeout(TestCluster.ELECTION_TIMEOUT)
            .observer(observer)
            .start();
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
}
