package io.balsa.raft.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.balsa.raft.NodeStatus;
import io.balsa.raft.OutcomeUnknownException;
import io.balsa.raft.RaftException;
import io.balsa.raft.RaftNode;
import io.balsa.raft.core.Role;
import io.balsa.raft.storage.TestStorage;
import io.balsa.raft.testkit.TestCluster.Counter;
import io.balsa.raft.testkit.disk.SimulatedDisk;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Whole nodes on disks that fail: nothing acknowledged is lost, the node says why it stops, and it
 * resumes by itself.
 */
@Timeout(120)
class FailingDiskTest {
  private static final List<String> IDS = List.of("n1", "n2", "n3");
  private static final long SEGMENT_BYTES = 16 << 10;

  @TempDir Path dir;
  private final Map<String, SimulatedDisk> disks = new TreeMap<>();
  private TestCluster cluster;
  private long acknowledged;

  @BeforeEach
  void start() throws Exception {
    cluster = new TestCluster(dir, 3);
    for (String id : IDS) {
      disks.put(id, new SimulatedDisk(new SplittableRandom(id.hashCode())));
      startNode(id);
    }
    add(cluster.leader());
  }

  private void startNode(String id) throws IOException {
    Path place = disks.get(id).root().resolve("data");
    cluster.start(id, new Counter(), TestStorage.open(place, SEGMENT_BYTES));
  }

  @AfterEach
  void stop() {
    disks.values().forEach(SimulatedDisk::heal);
    cluster.close();
  }

  private void add(String id) throws Exception {
    cluster.add(id, 1);
    acknowledged++;
  }

  private void awaitHealth(String id, NodeStatus.State state) {
    Await.until(id + " is " + state, () -> cluster.node(id).status().health().state() == state);
  }

  private void awaitEqual() {
    for (String id : IDS) {
      Await.until(
          id + " has " + acknowledged, () -> cluster.counters.get(id).seen() == acknowledged);
    }
  }

  @Test
  void st03_aFollowerWhoseSyncFailsStopsAcknowledgingAndResumes() throws Exception {
    String follower = cluster.followers().get(0);
    disks.get(follower).failForce(1);
    add(cluster.leader());
    Await.until("the sync has failed and the storage is open again", () -> resumed(follower));
    for (int i = 0; i < 20; i++) {
      add(cluster.leader());
    }
    awaitEqual();
    restartAll();
    awaitEqual();
  }

  /** Whether a node is well, follows a leader and has all that was acknowledged. */
  private boolean resumed(String id) {
    NodeStatus status = cluster.node(id).status();
    return status.health().state() == NodeStatus.State.OK
        && status.leader().isPresent()
        && cluster.counters.get(id).seen() >= acknowledged;
  }

  @Test
  void st03_aLeaderWhoseDiskFailsStopsLeadingSaysWhyAndResumes() throws Exception {
    String old = cluster.leader();
    SimulatedDisk disk = disks.get(old);
    disk.limitSpace(0);
    fillUntilFailed(old);
    NodeStatus.Health health = cluster.node(old).status().health();
    assertThat(health.state()).isEqualTo(NodeStatus.State.STORAGE_FAILED);
    assertThat(health.problem()).contains("No space left on device");
    assertThat(cluster.node(old).status().role()).isEqualTo(Role.FOLLOWER);

    List<String> others = IDS.stream().filter(id -> !id.equals(old)).toList();
    String next = cluster.leaderAmong(others.toArray(new String[0]));
    long before = cluster.read(next);
    assertThat(before).isGreaterThanOrEqualTo(acknowledged);
    acknowledged = before; // unknown outcomes included, and settled now
    add(next);

    disk.heal();
    awaitHealth(old, NodeStatus.State.OK);
    awaitEqual();
    restartAll();
    awaitEqual();
  }

  @Test
  void sn08_whatWasAppliedIsStillCommittedWhenTheStorageIsOpenAgain() throws Exception {
    String old = cluster.leader();
    disks.get(old).limitSpace(0);
    fillUntilFailed(old);
    for (String id : IDS) {
      if (!id.equals(old)) {
        cluster.stop(id); // nobody is left to tell it
      }
    }
    long applied = cluster.node(old).status().appliedIndex();
    disks.get(old).heal();
    awaitHealth(old, NodeStatus.State.OK);
    assertThat(cluster.node(old).status().commitIndex()).isGreaterThanOrEqualTo(applied);
  }

  /**
   * Proposes until the node's disk has failed; whatever is answered counts, whatever is unknown
   * does not.
   */
  private void fillUntilFailed(String id) throws Exception {
    RaftNode node = cluster.node(id);
    byte[] command = new byte[1024];
    command[7] = 1;
    while (node.status().health().state() == NodeStatus.State.OK) {
      try {
        node.propose(command).get(30, TimeUnit.SECONDS);
        acknowledged++;
      } catch (ExecutionException e) {
        assertThat(e).hasCauseInstanceOf(RaftException.class);
      }
    }
  }

  @Test
  void st04_aMajorityOfFullDisksStopsTheGroupAndSpaceStartsItAgain() throws Exception {
    String leader = cluster.leader();
    List<String> full = cluster.followers();
    full.forEach(id -> disks.get(id).limitSpace(0));
    CompletableFuture<byte[]> last = null;
    while (full.stream()
        .anyMatch(id -> cluster.node(id).status().health().state() == NodeStatus.State.OK)) {
      last = cluster.node(leader).propose(bigCommand());
      CompletableFuture<byte[]> settled = last.handle((r, e) -> r);
      Await.until("answered or stuck", () -> settled.isDone() || anyFailed(full));
      if (settled.isDone() && settled.get() != null) {
        acknowledged++;
      }
    }
    CompletableFuture<byte[]> stuck = cluster.node(leader).propose(bigCommand());
    assertThatThrownBy(() -> stuck.get(60, TimeUnit.SECONDS))
        .hasCauseInstanceOf(RaftException.class);

    disks.values().forEach(SimulatedDisk::heal);
    full.forEach(id -> awaitHealth(id, NodeStatus.State.OK));
    long value = cluster.read(cluster.leader());
    assertThat(value).isGreaterThanOrEqualTo(acknowledged);
    acknowledged = value;
    add(cluster.leader());
    awaitEqual();
  }

  private boolean anyFailed(List<String> ids) {
    return ids.stream()
        .anyMatch(id -> cluster.node(id).status().health().state() != NodeStatus.State.OK);
  }

  private static byte[] bigCommand() {
    byte[] command = new byte[4096];
    command[7] = 1;
    return command;
  }

  @Test
  void st06_st07_aPowerCutOfAllNodesLosesNothingThatWasAcknowledged() throws Exception {
    for (int i = 0; i < 50; i++) {
      add(IDS.get(i % 3));
    }
    disks.values().forEach(SimulatedDisk::cutPower);
    cluster.stopAll();
    for (String id : IDS) {
      disks.get(id).restorePower();
      startNode(id);
    }
    assertThat(cluster.read("n1")).isEqualTo(acknowledged);
    add("n2");
    awaitEqual();
  }

  @Test
  void el01_aNodeThatCouldNotWriteItsVoteDoesNotGiveIt() throws Exception {
    String leader = cluster.leader();
    List<String> voters = cluster.followers();
    long term = cluster.node(leader).status().term();
    voters.forEach(id -> disks.get(id).limitSpace(0));
    voters.forEach(id -> disks.get(id).failForce(1));
    cluster.stop(leader);
    // Whoever campaigns or votes must write a new term first, and nobody can.
    Await.until("a storage has failed", () -> anyFailed(voters));
    voters.forEach(id -> assertThat(cluster.node(id).status().role()).isNotEqualTo(Role.LEADER));
    voters.forEach(id -> disks.get(id).heal());
    assertThat(cluster.read(voters.get(0))).isEqualTo(acknowledged);
    assertThat(cluster.node(voters.get(0)).status().term()).isGreaterThan(term);
  }

  @Test
  void cl04_aProposalOnADiskThatFailsEndsAsUnknown() throws Exception {
    cluster.stopAll();
    TestCluster alone = new TestCluster(dir.resolve("alone"), 1);
    SimulatedDisk disk = new SimulatedDisk(new SplittableRandom(1));
    try (alone) {
      RaftNode node =
          alone.start(
              "n1", new Counter(), TestStorage.open(disk.root().resolve("data"), SEGMENT_BYTES));
      alone.add("n1", 1);
      disk.failForce(1);
      CompletableFuture<byte[]> lost = node.propose(TestCluster.bytes(1));
      assertThatThrownBy(() -> lost.get(30, TimeUnit.SECONDS))
          .hasCauseInstanceOf(OutcomeUnknownException.class)
          .hasMessageContaining("the storage failed");
      disk.heal();
      Await.until("it has resumed", () -> node.status().health().state() == NodeStatus.State.OK);
      assertThat(alone.add("n1", 1)).isBetween(2L, 3L);
      disk.heal();
    }
  }

  private void restartAll() throws Exception {
    cluster.stopAll();
    for (String id : IDS) {
      startNode(id);
    }
  }
}
