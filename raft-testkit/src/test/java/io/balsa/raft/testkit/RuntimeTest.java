package io.balsa.raft.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.balsa.raft.ClosedException;
import io.balsa.raft.NodeStatus;
import io.balsa.raft.NotExecutedException;
import io.balsa.raft.OutcomeUnknownException;
import io.balsa.raft.RaftNode;
import io.balsa.raft.core.Role;
import io.balsa.raft.storage.FileStorage;
import io.balsa.raft.testkit.TestCluster.Counter;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Production nodes with real threads: what their users see. */
@Timeout(120)
class RuntimeTest {
  @TempDir Path dir;

  @Test
  void proposalsAndReadsWorkOnEveryNode() throws Exception {
    try (TestCluster cluster = TestCluster.started(dir, 3)) {
      long expected = 0;
      for (String id : List.of("n1", "n2", "n3", "n1", "n2", "n3")) {
        expected += 7;
        assertThat(cluster.add(id, 7)).isEqualTo(expected);
        for (String reader : List.of("n1", "n2", "n3")) {
          assertThat(cluster.read(reader)).as("read on %s", reader).isEqualTo(expected);
        }
      }
    }
  }

  @Test
  void el19_aSingleNodeNeedsNobody() throws Exception {
    try (TestCluster cluster = TestCluster.started(dir, 1)) {
      assertThat(cluster.add("n1", 1)).isEqualTo(1);
      assertThat(cluster.read("n1")).isEqualTo(1);
      cluster.stop("n1");
      cluster.start("n1");
      assertThat(cluster.read("n1")).isEqualTo(1);
    }
  }

  @Test
  void el31_aNewLeaderTakesOverAndNothingIsLost() throws Exception {
    try (TestCluster cluster = TestCluster.started(dir, 3)) {
      assertThat(cluster.add("n1", 5)).isEqualTo(5);
      long term = cluster.node(cluster.leader()).status().term();
      cluster.stop(cluster.leader());
      String next = cluster.leader();
      assertThat(cluster.node(next).status().term()).isGreaterThan(term);
      assertThat(cluster.add(next, 5)).isEqualTo(10);
    }
  }

  @Test
  void st01_theWholeClusterRestartsWithItsState() throws Exception {
    try (TestCluster cluster = TestCluster.started(dir, 3)) {
      for (int i = 0; i < 100; i++) {
        cluster.add("n" + (1 + i % 3), 1);
      }
    }
    try (TestCluster cluster = TestCluster.started(dir, 3)) {
      assertThat(cluster.read("n2")).isEqualTo(100);
      assertThat(cluster.add("n3", 1)).isEqualTo(101);
    }
  }

  @Test
  void re19_aFollowerThatLaggedCatchesUpFromTheLeadersDisk() throws Exception {
    try (TestCluster cluster = TestCluster.started(dir, 3)) {
      cluster.leader();
      cluster.stop("n3");
      for (int i = 0; i < 200; i++) {
        cluster.add("n1", 1);
      }
    }
    try (TestCluster cluster =
        TestCluster.started(dir, 3)) { // caches are empty, so it comes from disk
      Await.until("n3 is equal", () -> cluster.counters.get("n3").seen() == 200);
    }
  }

  /** What others have committed is applied from memory, and the start of the log from the disk. */
  @Test
  void st19_aFollowerWithASlowDiskAppliesWhatIsCommittedWithoutIt() throws Exception {
    try (TestCluster cluster = TestCluster.started(dir, 3)) {
      cluster.leader(); // now it is formed
      cluster.stop("n2"); // so that nothing is committed before n3 has written it
      for (int i = 0; i < 5; i++) {
        cluster.add("n1", 1);
      }
      Await.until("n3 has them", () -> cluster.counters.get("n3").seen() == 5);
      cluster.start("n2");
      cluster.stop("n3");
      for (int i = 0; i < 50; i++) {
        cluster.add("n1", 1);
      }
      GatedStorage slow = new GatedStorage(FileStorage.open(dir.resolve("n3")));
      cluster.start("n3", new TestCluster.Counter(), slow);
      Await.until(
          "n3 knows what is committed", () -> cluster.node("n3").status().commitIndex() > 55);
      slow.allowReads();
      Await.until("n3 is equal or fails", () -> hasAllOrFails(cluster, "n3", 55));
      assertThat(cluster.node("n3").status().health().problem()).isEmpty();
      slow.allowWrites();
      assertThat(cluster.add("n3", 1)).isEqualTo(56);
    }
  }

  private static boolean hasAllOrFails(TestCluster cluster, String id, long value) {
    return cluster.counters.get(id).seen() == value
        || cluster.node(id).status().health().state() != NodeStatus.State.OK;
  }

  @Test
  void cl04_aLeaderThatLosesItsQuorumSaysUnknownAndNotFailed() throws Exception {
    try (TestCluster cluster = TestCluster.started(dir, 3)) {
      String leader = cluster.leader();
      cluster.add(leader, 1);
      cluster.followers().forEach(f -> cluster.network.cut(leader, f));
      CompletableFuture<byte[]> lost = cluster.node(leader).propose(TestCluster.bytes(1));
      assertThatThrownBy(() -> lost.get(30, TimeUnit.SECONDS))
          .isInstanceOf(ExecutionException.class)
          .hasCauseInstanceOf(OutcomeUnknownException.class);
    }
  }

  @Test
  void ri05_aLeaderThatWasReplacedNeverAnswersARead() throws Exception {
    try (TestCluster cluster = TestCluster.started(dir, 3)) {
      String old = cluster.leader();
      cluster.add(old, 1);
      List<String> others = cluster.followers();
      others.forEach(f -> cluster.network.cut(old, f));
      CompletableFuture<Long> read = cluster.node(old).read(cluster.counters.get(old)::value);
      String next = cluster.leaderAmong(others.toArray(new String[0]));
      assertThat(cluster.add(next, 1)).isEqualTo(2);
      assertThat(read).isNotDone();
      cluster.network.heal();
      assertThat(read.get(30, TimeUnit.SECONDS)).isEqualTo(2); // asked again, of the new leader
    }
  }

  @Test
  void rd08_aReadThatFindsNoLeaderEnds() throws Exception {
    TestCluster cluster = new TestCluster(dir, 3);
    try (cluster) {
      RaftNode alone = cluster.start("n1");
      CompletableFuture<Long> read = alone.read(cluster.counters.get("n1")::value);
      CompletableFuture<byte[]> proposal = alone.propose(TestCluster.bytes(1));
      assertThatThrownBy(() -> read.get(30, TimeUnit.SECONDS))
          .hasCauseInstanceOf(NotExecutedException.class)
          .hasMessageContaining("found no leader");
      assertThatThrownBy(() -> proposal.get(30, TimeUnit.SECONDS))
          .hasCauseInstanceOf(NotExecutedException.class);
    }
  }

  @Test
  void rt01_aStateMachineThatThrowsFailsItsNodeVisiblyAndNoOther() throws Exception {
    TestCluster cluster = new TestCluster(dir, 3);
    try (cluster) {
      cluster.start("n1");
      cluster.start("n2");
      cluster.start("n3", new ThrowingCounter(13));
      if (cluster.leader().equals("n3")) {
        cluster.node("n3").transferLeadership().get(30, TimeUnit.SECONDS);
        cluster.leaderAmong("n1", "n2");
      }
      cluster.add("n1", 1);
      cluster.add("n1", 13);
      RaftNode broken = cluster.node("n3");
      Await.until(
          "n3 has failed", () -> broken.status().health().state() == NodeStatus.State.FAILED);
      assertThat(broken.status().health().problem())
          .contains("threw at index")
          .contains("thirteen");
      assertThatThrownBy(() -> broken.propose(TestCluster.bytes(1)).get(30, TimeUnit.SECONDS))
          .hasCauseInstanceOf(ClosedException.class)
          .hasMessageContaining("thirteen");
      assertThatThrownBy(() -> broken.read(() -> 1).get(30, TimeUnit.SECONDS))
          .hasCauseInstanceOf(ClosedException.class);
      assertThat(cluster.add("n1", 1)).isEqualTo(15);
      assertThat(cluster.add("n2", 1)).isEqualTo(16);
    }
  }

  private static final class ThrowingCounter extends Counter {
    private final long unlucky;

    private ThrowingCounter(long unlucky) {
      this.unlucky = unlucky;
    }

    @Override
    public byte[] apply(long index, byte[] command) {
      if (TestCluster.number(command) == unlucky) {
        throw new AssertionError("thirteen");
      }
      return super.apply(index, command);
    }
  }

  @Test
  void rt01_aProposalWhoseCommandThrowsOnTheLeaderEndsAsUnknown() throws Exception {
    TestCluster cluster = new TestCluster(dir, 1);
    try (cluster) {
      RaftNode node = cluster.start("n1", new ThrowingCounter(13));
      cluster.add("n1", 1);
      assertThatThrownBy(() -> node.propose(TestCluster.bytes(13)).get(30, TimeUnit.SECONDS))
          .hasCauseInstanceOf(OutcomeUnknownException.class)
          .hasMessageContaining("threw at index");
    }
  }

  @Test
  void rt02_aStateMachineThatBlocksCostsNoLeadership() throws Exception {
    CountDownLatch go = new CountDownLatch(1);
    TestCluster cluster = new TestCluster(dir, 3);
    try (cluster) {
      for (String id : List.of("n1", "n2", "n3")) {
        cluster.start(id, new BlockingCounter(go));
      }
      String leader = cluster.leader();
      long term = cluster.node(leader).status().term();
      CompletableFuture<byte[]> blocked = cluster.node(leader).propose(TestCluster.bytes(1));
      long until = System.nanoTime() + 4 * TestCluster.ELECTION_TIMEOUT.toNanos();
      Await.until("time passes", () -> System.nanoTime() > until);
      assertThat(cluster.node(leader).status().role()).isEqualTo(Role.LEADER);
      assertThat(cluster.node(leader).status().term()).isEqualTo(term);
      assertThat(blocked).isNotDone();
      go.countDown();
      assertThat(TestCluster.number(blocked.get(30, TimeUnit.SECONDS))).isEqualTo(1);
    }
  }

  private static final class BlockingCounter extends Counter {
    private final CountDownLatch go;

    private BlockingCounter(CountDownLatch go) {
      this.go = go;
    }

    @Override
    public byte[] apply(long index, byte[] command) {
      try {
        go.await();
      } catch (InterruptedException e) {
        throw new IllegalStateException(e);
      }
      return super.apply(index, command);
    }
  }

  @Test
  void rt03_callbacksThatThrowHarmNobody() throws Exception {
    try (TestCluster cluster = TestCluster.started(dir, 3)) {
      RaftNode node = cluster.node(cluster.leader());
      List<CompletableFuture<byte[]>> futures = new ArrayList<>();
      for (int i = 0; i < 50; i++) {
        CompletableFuture<byte[]> future = node.propose(TestCluster.bytes(1));
        future.whenComplete(
            (r, e) -> {
              throw new IllegalStateException("a callback of the user");
            });
        futures.add(future);
      }
      for (CompletableFuture<byte[]> future : futures) {
        future.get(30, TimeUnit.SECONDS);
      }
      assertThat(cluster.add("n1", 1)).isEqualTo(51);
      assertThatThrownBy(
              () ->
                  node.read(
                          () -> {
                            throw new IllegalStateException("a query of the user");
                          })
                      .get(30, TimeUnit.SECONDS))
          .hasCauseInstanceOf(IllegalStateException.class);
      assertThat(cluster.read("n2")).isEqualTo(51);
    }
  }

  @Test
  void rt04_cl05_closingUnderLoadEndsEveryRequestOnceAndInTime() throws Exception {
    for (int round = 0; round < 10; round++) {
      try (TestCluster cluster = TestCluster.started(dir.resolve("round" + round), 3)) {
        cluster.leader();
        AtomicInteger answers = new AtomicInteger();
        int requests = 0;
        for (String id : List.of("n1", "n2", "n3")) {
          RaftNode node = cluster.node(id);
          Counter counter = cluster.counters.get(id);
          for (int i = 0; i < 20 * round; i++) {
            node.propose(TestCluster.bytes(1)).whenComplete((r, e) -> answers.incrementAndGet());
            node.read(counter::value).whenComplete((r, e) -> answers.incrementAndGet());
            requests += 2;
          }
        }
        cluster.stopAll();
        assertThat(answers).hasValue(requests);
      }
    }
  }

  @Test
  void rt04_closeMayBeCalledFromACallbackAndTwice() throws Exception {
    try (TestCluster cluster = TestCluster.started(dir, 1)) {
      RaftNode node = cluster.node("n1");
      CompletableFuture<Void> closed =
          node.propose(TestCluster.bytes(1)).thenRun(node::close).thenRun(node::close);
      closed.get(30, TimeUnit.SECONDS);
      assertThat(node.status().health().state()).isEqualTo(NodeStatus.State.CLOSED);
      assertThatThrownBy(() -> node.propose(TestCluster.bytes(1)).get(1, TimeUnit.SECONDS))
          .hasCauseInstanceOf(ClosedException.class)
          .hasMessageContaining("n1 is closed");
      assertThatThrownBy(() -> node.read(() -> 1).get(1, TimeUnit.SECONDS))
          .hasCauseInstanceOf(ClosedException.class);
    }
  }

  @Test
  void rt05_threadsEndWithTheirNode() throws Exception {
    for (int i = 0; i < 5; i++) {
      TestCluster.started(dir.resolve("round" + i), 3).close();
    }
    Await.until(
        "no thread of a node is left",
        () ->
            Thread.getAllStackTraces().keySet().stream()
                .noneMatch(t -> t.getName().startsWith("balsa-")));
  }

  @Test
  void cl07_requestsWithoutAQuorumAreBoundedInBytes() throws Exception {
    try (TestCluster cluster = new TestCluster(dir, 3)) {
      RaftNode alone = cluster.start("n1");
      byte[] large = new byte[alone.maxCommandBytes()];
      CompletableFuture<byte[]> last = null;
      int accepted = 0;
      while (last == null || !last.isCompletedExceptionally()) {
        last = alone.propose(large);
        accepted++;
        assertThat((long) accepted * large.length).isLessThan(Runtime.getRuntime().maxMemory() / 4);
      }
      CompletableFuture<byte[]> refused = last;
      assertThatThrownBy(() -> refused.get(1, TimeUnit.SECONDS))
          .hasCauseInstanceOf(NotExecutedException.class)
          .hasMessageContaining("too much to do");
    }
  }

  @Test
  void cl07_readsWithoutAQuorumAreBounded() throws Exception {
    try (TestCluster cluster = new TestCluster(dir, 3)) {
      RaftNode alone = cluster.start("n1");
      CompletableFuture<Integer> last = alone.read(() -> 1);
      for (int i = 0; !last.isCompletedExceptionally(); i++) {
        assertThat(i).isLessThan(1_000_000);
        last = alone.read(() -> 1);
      }
      CompletableFuture<Integer> refused = last;
      assertThatThrownBy(() -> refused.get(1, TimeUnit.SECONDS))
          .hasCauseInstanceOf(NotExecutedException.class)
          .hasMessageContaining("too much to do");
      Await.until("room is given back", () -> !alone.read(() -> 1).isCompletedExceptionally());
    }
  }

  @Test
  void st20_theCommandIsCopied() throws Exception {
    try (TestCluster cluster = TestCluster.started(dir, 3)) {
      String leader = cluster.leader();
      byte[] command = TestCluster.bytes(1);
      CompletableFuture<byte[]> future = cluster.node(leader).propose(command);
      command[0] = 77;
      assertThat(TestCluster.number(future.get(30, TimeUnit.SECONDS))).isEqualTo(1);
      for (String id : List.of("n1", "n2", "n3")) {
        assertThat(cluster.read(id)).isEqualTo(1);
      }
    }
  }

  @Test
  void badInputIsRefusedWithAClearMessage() throws Exception {
    try (TestCluster cluster = TestCluster.started(dir, 1)) {
      RaftNode node = cluster.node("n1");
      assertThatThrownBy(() -> node.propose(new byte[0])).hasMessageContaining("has 0");
      assertThatThrownBy(() -> node.propose(new byte[node.maxCommandBytes() + 1]))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("a command has 1 to");
      byte[] largest = new byte[node.maxCommandBytes()];
      assertThat(TestCluster.number(node.propose(largest).get(30, TimeUnit.SECONDS))).isZero();
    }
  }

  @Test
  void badDescriptionsAreRefusedWithAClearMessage() {
    RaftNode.Builder builder = RaftNode.builder("n1", new TestCluster.Counter());
    assertThatThrownBy(builder::start).hasMessage("node n1: members(...) is missing");
    assertThatThrownBy(() -> builder.members("n1=h:1", "n1=h:2"))
        .hasMessageContaining("n1 is given twice");
    assertThatThrownBy(() -> builder.members("n1=h:1", "n2=h:1"))
        .hasMessageContaining("given to more than one node");
    assertThatThrownBy(() -> builder.members("n1")).hasMessageContaining("is not id=host:port");
    assertThatThrownBy(() -> builder.members("n1=nowhere")).hasMessageContaining("not host:port");
    assertThatThrownBy(() -> builder.members("n1=h:0")).hasMessageContaining("1 to 65535");
    assertThatThrownBy(() -> builder.members("n1=h:70000")).hasMessageContaining("1 to 65535");
    assertThatThrownBy(() -> builder.electionTimeout(Duration.ofMillis(49)))
        .hasMessageContaining("can't work");
    assertThatThrownBy(() -> RaftNode.builder("a b", new TestCluster.Counter()))
        .hasMessageContaining("only letters, digits");
    MemoryNetwork network = new MemoryNetwork();
    builder.members("n2=h:2", "n3=h:3").transport(network.transport());
    assertThatThrownBy(builder::start).hasMessage("node n1: storage(...) is missing");
  }
}
