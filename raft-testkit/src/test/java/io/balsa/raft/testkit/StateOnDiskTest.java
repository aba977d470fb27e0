package io.balsa.raft.testkit;

import static io.balsa.raft.testkit.TestCluster.bytes;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.balsa.raft.NodeStatus;
import io.balsa.raft.NotExecutedException;
import io.balsa.raft.RaftNode;
import io.balsa.raft.Session;
import io.balsa.raft.SnapshotWriter;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** State machines that keep their state themselves, as a database would. */
class StateOnDiskTest {

  /** What outlives the process. */
  private static final class Disk {
    volatile byte[] state = bytes(0);
    volatile long index;
  }

  private static final class Database extends TestCluster.Counter {
    private final Disk disk;
    volatile int images;
    volatile int restores;

    Database(Disk disk) throws IOException {
      this.disk = disk;
      super.restore(new java.io.ByteArrayInputStream(disk.state));
    }

    @Override
    public long appliedIndex() {
      return disk.index;
    }

    @Override
    public byte[] apply(long index, byte[] command) {
      assertThat(index).as("what it has is not given again").isGreaterThan(disk.index);
      byte[] answer = super.apply(index, command);
      disk.state = answer;
      disk.index = index;
      return answer;
    }

    @Override
    public SnapshotWriter snapshot() {
      images++;
      SnapshotWriter counter = super.snapshot();
      byte[] index = bytes(disk.index);
      return out -> {
        out.write(index);
        counter.writeTo(out);
      };
    }

    @Override
    public void restore(InputStream image) throws IOException {
      restores++;
      disk.index = TestCluster.number(image.readNBytes(Long.BYTES));
      super.restore(image);
      disk.state = bytes(seen());
    }
  }

  @TempDir Path dir;
  private final Map<String, Disk> disks = new TreeMap<>();

  private Database start(TestCluster cluster, String id) throws IOException {
    Database database = new Database(disks.computeIfAbsent(id, i -> new Disk()));
    cluster.start(id, database);
    return database;
  }

  private static long snapshot(RaftNode node) throws Exception {
    return node.snapshot().get(30, TimeUnit.SECONDS);
  }

  private void addAndSnapshot(TestCluster cluster, long total, String... ids) throws Exception {
    cluster.add(ids[0], 10);
    for (String id : ids) {
      Await.until(id + " has it", () -> cluster.counters.get(id).seen() == total);
      snapshot(cluster.node(id));
    }
  }

  @Test
  void anImageIsTakenOnlyForWhoNeedsIt() throws Exception {
    try (TestCluster cluster = new TestCluster(dir, 3)) {
      Database first = start(cluster, "n1");
      Database second = start(cluster, "n2");
      start(cluster, "n3");
      cluster.leader();
      cluster.add("n1", 1);
      Await.until("n3 has it", () -> cluster.counters.get("n3").seen() == 1);
      cluster.stop("n3");
      for (int round = 1; round <= 3; round++) {
        addAndSnapshot(cluster, 1 + 10L * round, "n1", "n2");
      }
      assertThat(first.images + second.images).as("for nobody").isZero();
      Database late = start(cluster, "n3");
      Await.until("n3 is equal", () -> late.seen() == 31);
      assertThat(late.restores).isEqualTo(1);
      assertThat(first.images + second.images).isPositive();
      assertThat(cluster.add("n3", 1)).isEqualTo(32);
    }
  }

  @Test
  void aNodeStartsWithTheStateItHas() throws Exception {
    try (TestCluster cluster = new TestCluster(dir, 1)) {
      start(cluster, "n1");
      cluster.leader();
      addAndSnapshot(cluster, 10, "n1");
      addAndSnapshot(cluster, 20, "n1");
      cluster.stop("n1");
      Database again = start(cluster, "n1");
      assertThat(cluster.add("n1", 1)).isEqualTo(21);
      assertThat(again.restores).isZero();
    }
  }

  /**
   * Seed 3878: else no image could be taken before that was committed again, by whoever needs it.
   */
  @Test
  void sn07_whatTheStateHasIsKnownToBeCommitted() throws Exception {
    try (TestCluster cluster = new TestCluster(dir, 3)) {
      for (String id : new String[] {"n1", "n2", "n3"}) {
        start(cluster, id);
      }
      cluster.leader();
      for (int i = 1; i <= 3; i++) {
        cluster.add("n1", 1);
      }
      Await.until("n1 has it", () -> cluster.counters.get("n1").seen() == 3);
      cluster.stopAll();
      start(cluster, "n1"); // alone, so nobody can tell it
      long index = disks.get("n1").index;
      assertThat(cluster.node("n1").status().commitIndex()).isGreaterThanOrEqualTo(index);
    }
  }

  /** Writes what it has when it wants to. */
  private static final class Lazy extends TestCluster.Counter {
    private long last;
    private long kept;
    volatile boolean writes;

    @Override
    public byte[] apply(long index, byte[] command) {
      last = index;
      return super.apply(index, command);
    }

    @Override
    public long appliedIndex() {
      kept = writes ? last : kept;
      return kept;
    }
  }

  @Test
  void cl11_theLogIsNotGivenUpForWhatIsNotOnTheDiskYet() throws Exception {
    try (TestCluster cluster = new TestCluster(dir, 1)) {
      Lazy lazy = new Lazy();
      RaftNode node = cluster.start("n1", lazy);
      cluster.leader();
      cluster.add("n1", 1);
      assertThatThrownBy(() -> snapshot(node))
          .hasCauseInstanceOf(NotExecutedException.class)
          .hasMessageContaining("has those up to 0 on its disk");
      assertThat(node.status().snapshotIndex()).isZero();
      lazy.writes = true;
      cluster.add("n1", 1);
      assertThat(snapshot(node)).isEqualTo(lazy.last);
    }
  }

  @Test
  void aStateThatIsGoneIsNotPassedOver() throws Exception {
    try (TestCluster cluster = new TestCluster(dir, 1)) {
      start(cluster, "n1");
      cluster.leader();
      addAndSnapshot(cluster, 10, "n1");
      cluster.stop("n1");
      disks.clear();
      start(cluster, "n1");
      RaftNode node = cluster.node("n1");
      Await.until("it says so", () -> node.status().health().state() == NodeStatus.State.FAILED);
      assertThat(node.status().health().problem()).contains("put back the state that belongs to");
    }
  }

  @Test
  void cl11_sessionsAreMadeAgainThoughTheirCommandsAreNotExecutedAgain() throws Exception {
    try (TestCluster cluster = new TestCluster(dir, 3)) {
      for (String id : new String[] {"n1", "n2", "n3"}) {
        start(cluster, id);
      }
      Session session =
          cluster.node("n1").openSession(Duration.ofMinutes(1)).get(30, TimeUnit.SECONDS);
      session.propose(bytes(1)).get(30, TimeUnit.SECONDS);
      for (String id : new String[] {"n2", "n3"}) {
        Await.until(id + " has it", () -> cluster.counters.get(id).seen() >= 1);
        cluster.stop(id);
        start(cluster, id);
        cluster.leader();
        session.propose(bytes(1)).get(60, TimeUnit.SECONDS);
      }
      for (String id : new String[] {"n1", "n2", "n3"}) {
        Await.until(id + " has it", () -> cluster.counters.get(id).seen() == 3);
      }
    }
  }
}
