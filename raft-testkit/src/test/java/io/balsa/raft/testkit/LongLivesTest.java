package io.balsa.raft.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.balsa.raft.ClosedException;
import io.balsa.raft.NodeStatus;
import io.balsa.raft.NotExecutedException;
import io.balsa.raft.RaftNode;
import io.balsa.raft.SnapshotWriter;
import io.balsa.raft.StorageException;
import io.balsa.raft.core.NodeId;
import io.balsa.raft.core.Role;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Snapshots and changes of the members, with real threads and real files. */
class LongLivesTest {
  @TempDir Path dir;

  private static long snapshot(RaftNode node) throws Exception {
    return node.snapshot().get(30, TimeUnit.SECONDS);
  }

  private static boolean isVoter(RaftNode at, String id) {
    NodeStatus status = at.status();
    return status.configuration().isSimple() && status.configuration().isVoter(new NodeId(id));
  }

  private static void awaitValue(TestCluster cluster, String id, long value) {
    Await.until(id + " has " + value, () -> cluster.counters.get(id).seen() == value);
  }

  @Test
  void aNodeStartsFromItsSnapshotAndTheLogBehindIt() throws Exception {
    try (TestCluster cluster = TestCluster.started(dir, 3)) {
      cluster.leader();
      cluster.add("n1", 1);
      awaitValue(cluster, "n3", 1);
      long index = snapshot(cluster.node("n3"));
      assertThat(snapshot(cluster.node("n3"))).as("nothing is new").isEqualTo(index);
      cluster.add("n1", 2);
      awaitValue(cluster, "n3", 3);
      cluster.stop("n3");
      RaftNode again = cluster.start("n3");
      awaitValue(cluster, "n3", 3);
      assertThat(again.status().snapshotIndex()).isEqualTo(index);
    }
  }

  private void damageSnapshotOf(String id) throws IOException {
    try (Stream<Path> files = Files.walk(dir.resolve(id))) {
      Path file = files.filter(f -> f.toString().endsWith(".snap")).findAny().orElseThrow();
      byte[] bytes = Files.readAllBytes(file);
      bytes[bytes.length - 40] ^= 1; // in the last block, in front of the footer
      Files.write(file, bytes);
    }
  }

  /** Else it would send it for ever to a follower that has to refuse it for ever. */
  @Test
  void sn10_whoHasADamagedSnapshotTakesAnotherOneInItsPlace() throws Exception {
    try (TestCluster cluster = TestCluster.started(dir, 3)) {
      cluster.leader();
      cluster.add("n1", 1);
      cluster.stop("n3");
      for (int round = 0; round < 3; round++) {
        cluster.add("n1", 10);
        for (String id : List.of("n1", "n2")) {
          awaitValue(cluster, id, 11 + 10L * round);
          snapshot(cluster.node(id));
        }
      }
      damageSnapshotOf("n1");
      damageSnapshotOf("n2");
      RaftNode late = cluster.start("n3");
      awaitValue(cluster, "n3", 31);
      assertThat(late.status().snapshotIndex()).isPositive();
    }
  }

  @Test
  void sn01_aFollowerThatSleptGetsASnapshotAndGoesOn() throws Exception {
    try (TestCluster cluster = TestCluster.started(dir, 3)) {
      cluster.leader();
      cluster.add("n1", 1);
      cluster.stop("n3");
      for (int round = 0; round < 3; round++) {
        cluster.add("n1", 10);
        awaitValue(cluster, "n1", 11 + 10L * round);
        awaitValue(cluster, "n2", 11 + 10L * round);
        snapshot(cluster.node("n1"));
        snapshot(cluster.node("n2"));
      }
      RaftNode late = cluster.start("n3");
      awaitValue(cluster, "n3", 31);
      assertThat(late.status().snapshotIndex()).isPositive();
      assertThat(cluster.add("n3", 1)).isEqualTo(32);
    }
  }

  /** Writes its first image only when it may. */
  private static final class Slow extends TestCluster.Counter {
    private final CountDownLatch captured = new CountDownLatch(1);
    private final CountDownLatch released = new CountDownLatch(1);

    @Override
    public SnapshotWriter snapshot() {
      SnapshotWriter image = super.snapshot();
      captured.countDown();
      return out -> {
        try {
          released.await();
        } catch (InterruptedException e) {
          throw new InterruptedIOException("given up");
        }
        image.writeTo(out);
      };
    }
  }

  @Test
  void sn09_whoAsksWhileOneIsWrittenGetsTheNextOne() throws Exception {
    TestCluster cluster = new TestCluster(dir, 1);
    try (cluster) {
      Slow slow = new Slow();
      RaftNode node = cluster.start("n1", slow);
      cluster.add("n1", 1);
      CompletableFuture<Long> first = node.snapshot();
      assertThat(slow.captured.await(30, TimeUnit.SECONDS)).isTrue();
      cluster.add("n1", 1);
      CompletableFuture<Long> second = node.snapshot();
      slow.released.countDown();
      assertThat(second.get(30, TimeUnit.SECONDS)).isGreaterThan(first.get(30, TimeUnit.SECONDS));
    }
  }

  /** A counter that can't take over the state of another one. */
  private static final class Stubborn extends TestCluster.Counter {
    @Override
    public void restore(InputStream image) throws IOException {
      throw new IOException("not readable here");
    }
  }

  @Test
  void sn11_aRestoreThatFailsFailsTheNodeVisibly() throws Exception {
    try (TestCluster cluster = TestCluster.started(dir, 3)) {
      cluster.leader();
      cluster.add("n3", 1);
      snapshot(cluster.node("n3"));
      cluster.stop("n3");
      RaftNode broken = cluster.start("n3", new Stubborn());
      Await.until(
          "n3 has failed", () -> broken.status().health().state() == NodeStatus.State.FAILED);
      assertThat(broken.status().health().problem()).contains("not readable here");
      assertThatThrownBy(() -> broken.read(() -> 1).get(30, TimeUnit.SECONDS))
          .hasCauseInstanceOf(ClosedException.class);
      assertThat(cluster.add("n1", 1)).isEqualTo(2);
    }
  }

  /** Keeps its state itself, as a database would. */
  private static final class Kept extends TestCluster.Counter {
    private final long upTo;
    private final List<Long> given = new ArrayList<>();

    Kept(long upTo) {
      this.upTo = upTo;
    }

    @Override
    public long appliedIndex() {
      return upTo;
    }

    @Override
    public byte[] apply(long index, byte[] command) {
      given.add(index);
      return super.apply(index, command);
    }
  }

  @Test
  void aStateMachineThatKeepsItsStateIsNotGivenAgainWhatItHas() throws Exception {
    try (TestCluster cluster = TestCluster.started(dir, 1)) {
      cluster.leader();
      for (int i = 0; i < 5; i++) {
        cluster.add("n1", 1);
      }
      long index = snapshot(cluster.node("n1"));
      cluster.stop("n1");
      Kept kept = new Kept(index);
      cluster.start("n1", kept);
      assertThat(cluster.add("n1", 1)).isEqualTo(1);
      assertThat(kept.given).singleElement().satisfies(i -> assertThat(i).isGreaterThan(index));
    }
  }

  @Test
  void aStateThatIsAheadOfTheLogDoesNotBelongToIt() {
    TestCluster cluster = new TestCluster(dir, 1);
    try (cluster) {
      assertThatThrownBy(() -> cluster.start("n1", new Kept(7)))
          .isInstanceOf(StorageException.class)
          .hasMessageContaining("has applied 7, but the log ends at 0");
    }
  }

  @Test
  void membersComeAndGoUnderLoad() throws Exception {
    try (TestCluster cluster = TestCluster.started(dir, 3)) {
      cluster.leader();
      cluster.add("n1", 1);
      RaftNode fresh = cluster.join("n4");
      assertThat(fresh.status().health().state()).isEqualTo(NodeStatus.State.WAITING);
      cluster
          .node("n2")
          .changeConfiguration(c -> c.withVoter("n4=memory:4").without("n3"))
          .get(30, TimeUnit.SECONDS);
      awaitValue(cluster, "n4", 1);
      assertThat(isVoter(cluster.node("n2"), "n4")).isTrue();
      assertThat(isVoter(cluster.node("n2"), "n3")).isFalse();
      assertThat(cluster.add("n4", 1)).isEqualTo(2);
      cluster.stop("n3");
      assertThat(cluster.add("n4", 1)).isEqualTo(3);
    }
  }

  @Test
  void mb37_aNewVoterThatIsNotThereIsGivenUpWithTheReason() throws Exception {
    try (TestCluster cluster = TestCluster.started(dir, 3)) {
      cluster.leader();
      assertThatThrownBy(
              () ->
                  cluster
                      .node("n1")
                      .changeConfiguration(c -> c.withVoter("n9=memory:9"))
                      .get(60, TimeUnit.SECONDS))
          .isInstanceOf(ExecutionException.class)
          .hasCauseInstanceOf(NotExecutedException.class)
          .hasMessageContaining("n9 made no progress");
      Await.until("n1 knows", () -> !isVoter(cluster.node("n1"), "n9"));
      assertThat(cluster.node("n1").status().configuration().voters()).hasSize(3);
      assertThat(cluster.add("n1", 1)).isEqualTo(1);
    }
  }

  @Test
  void tr14_theLeadershipIsHandedOverFromAnyNode() throws Exception {
    try (TestCluster cluster = TestCluster.started(dir, 3)) {
      String leader = cluster.leader();
      cluster.add("n1", 1);
      String next = cluster.followers().get(0);
      cluster.node(next).transferLeadership(next).get(30, TimeUnit.SECONDS);
      Await.until(next + " leads", () -> cluster.node(next).status().role() == Role.LEADER);
      assertThat(cluster.add(leader, 1)).isEqualTo(2);
    }
  }

  @Test
  void cm15_aNodeThatLostItsDirectoryIsLetInAgain() throws Exception {
    try (TestCluster cluster = TestCluster.started(dir, 3)) {
      String victim = cluster.followers().get(0);
      cluster.add(victim, 1);
      cluster.stop(victim);
      try (Stream<Path> files = Files.walk(dir.resolve(victim))) {
        for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
          Files.delete(file);
        }
      }
      cluster.start(victim);
      String leader = cluster.leader();
      awaitValue(cluster, victim, 1);
      Await.until(victim + " votes again", () -> isVoter(cluster.node(leader), victim));
      assertThat(cluster.add(victim, 1)).isEqualTo(2);
    }
  }

  @Test
  void cm17_aClusterIsFormedByAllOfItsMembersOrNotAtAll() throws Exception {
    TestCluster cluster = new TestCluster(dir, 3);
    try (cluster) {
      cluster.start("n1");
      RaftNode second = cluster.start("n2");
      Await.until(
          "n2 waits for n3 alone",
          () -> second.status().health().problem().contains("it waits for [n3]"));
      assertThat(second.status().lastIndex()).isZero();
      cluster.start("n3");
      cluster.leader();
      assertThat(cluster.add("n2", 1)).isEqualTo(1);
    }
  }
}
