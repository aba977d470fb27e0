package io.balsa.raft.examples;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** A large snapshot on a slow link between real processes. */
@DisabledOnOs(OS.WINDOWS)
class SlowSnapshotIT {
  private static final Duration LIMIT = Duration.ofSeconds(60);

  /** The snapshot takes at least ten election timeouts on the link. */
  private static final int KEYS = 40;

  private static final int VALUE_BYTES = 256 << 10;
  private static final int BYTES_PER_SECOND = 1_000_000;
  private static final int SOME = 30;

  @TempDir private Path directory;
  private RelayedCluster relayed;
  private Cluster cluster;

  @BeforeEach
  void start() throws Exception {
    relayed = RelayedCluster.start(KeyValueNode.class, directory);
    cluster = relayed.cluster();
  }

  @AfterEach
  void end() {
    if (relayed != null) {
      relayed.close();
    }
  }

  @Test
  void tr02_aSnapshotOnASlowLinkDelaysNeitherHeartbeatsNorOthers() throws Exception {
    NodeReport before = cluster.awaitLeader();
    NodeProcess leader = cluster.node(before.id());
    NodeProcess follower =
        cluster.nodes().stream().filter(node -> node != leader).findFirst().orElseThrow();
    follower.kill();
    for (int i = 0; i < KEYS; i++) {
      put(leader, "large" + i, VALUE_BYTES);
    }
    snapshot(leader);
    put(leader, "small", 8);
    snapshot(leader); // the log is kept back to the snapshot before the latest
    long missing = cluster.report(leader).snapshotIndex();

    relayed.relay(leader, follower).slowDown(BYTES_PER_SECOND);
    cluster.start(follower);
    follower.awaitReady();
    Await.until("the snapshot to be on its way", LIMIT, () -> isReceiving(follower));
    for (int i = 0; i < SOME; i++) {
      put(i % 2 == 0 ? leader : other(leader, follower), "small", 8);
    }
    NodeReport meanwhile = cluster.report(follower);
    assertThat(meanwhile.appliedIndex()).as("still on its way").isLessThan(missing);
    assertThat(meanwhile.leader()).isEqualTo(leader.id());

    relayed.relay(leader, follower).heal();
    assertThat(cluster.awaitCaughtUp(follower).value()).isEqualTo(KEYS + 1);
    assertThat(cluster.report(leader).term()).as("nobody campaigned").isEqualTo(before.term());
  }

  private boolean isReceiving(NodeProcess node) throws IOException, InterruptedException {
    return !cluster.report(node).receiving().equals(NodeReport.NOTHING);
  }

  private NodeProcess other(NodeProcess one, NodeProcess another) {
    return cluster.nodes().stream()
        .filter(node -> !List.of(one, another).contains(node))
        .findFirst()
        .orElseThrow();
  }

  private void put(NodeProcess through, String key, int bytes) throws InterruptedException {
    RemoteStore store = new RemoteStore(cluster.remote(through, RemoteNode.PATIENCE));
    assertThat(store.put(key, new byte[bytes], Change.ANY)).isInstanceOf(Outcome.Executed.class);
  }

  private void snapshot(NodeProcess node) throws InterruptedException {
    assertThat(cluster.admin(node).snapshot()).isInstanceOf(Outcome.Executed.class);
  }
}
