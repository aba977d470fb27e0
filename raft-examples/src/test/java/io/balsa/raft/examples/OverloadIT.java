package io.balsa.raft.examples;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/**
 * More than three nodes with a heap of 128 MB can take. {@code balsa.overload.seconds} says how
 * long.
 *
 * <ul>
 *   <li>Nobody runs out of memory, also not while a follower or both take nothing.
 *   <li>What is too much is refused, with a reason, and no request hangs.
 *   <li>When the load falls all requests succeed again, without anybody's help.
 *   <li>Nothing acknowledged is lost, and nothing refused was executed.
 * </ul>
 */
@DisabledOnOs(OS.WINDOWS)
class OverloadIT {
  private static final Duration TIME =
      Duration.ofSeconds(Long.getLong("balsa.overload.seconds", 10));
  private static final Duration LIMIT = Duration.ofSeconds(60);

  /** Twice as many bytes at once as a leader with this heap keeps proposals. */
  private static final int MANY = 128;

  private static final int SOME = 60;
  private static final String TOO_MUCH = "too much to do";

  @TempDir private Path directory;
  private Cluster cluster;
  private Pushers pushers;

  @BeforeEach
  void start() throws Exception {
    cluster = TestClusters.describe(KeyValueNode.class, directory);
    cluster.start();
    cluster.awaitLeader();
    pushers = Pushers.start(cluster, MANY);
  }

  @AfterEach
  void end() {
    if (pushers != null) {
      pushers.close();
    }
    cluster.close();
  }

  @Test
  void rt16_tr03_loadAboveCapacityIsRefusedAndLeavesNothingBehind() throws Exception {
    pass(TIME.dividedBy(2));
    NodeProcess follower = others(cluster.awaitLeader().id()).get(0);
    pushers.through(others(follower.id()));
    follower.signal("STOP");
    pass(TIME.dividedBy(2));
    awaitRefusalsBeyond(0);
    follower.signal("CONT");
    assertThat(pushers.executed()).isGreaterThan(SOME);
    assertRecovered();
  }

  @Test
  void cl07_loadWithoutAQuorumIsRefusedAndLeavesNothingBehind() throws Exception {
    NodeReport leader = cluster.awaitLeader();
    pushers.through(List.of(cluster.node(leader.id())));
    List<NodeProcess> followers = others(leader.id());
    for (NodeProcess follower : followers) {
      follower.signal("STOP");
    }
    int before = pushers.refused(TOO_MUCH);
    pass(TIME.dividedBy(2));
    awaitRefusalsBeyond(before);
    for (NodeProcess follower : followers) {
      follower.signal("CONT");
    }
    assertRecovered();
  }

  /** On a slow machine it takes a while until enough of them wait at the same time. */
  private void awaitRefusalsBeyond(int before) throws Exception {
    Await.until("too much to do", LIMIT, () -> pushers.refused(TOO_MUCH) > before);
  }

  /** With few clients instead of many; the same processes. */
  private void assertRecovered() throws Exception {
    pushers.close();
    assertThat(pushers.hung()).as(pushers.summary()).isEmpty();
    Await.until("nothing to be refused any more", LIMIT, this::allIsExecuted);
    for (NodeProcess node : cluster.nodes()) {
      cluster.awaitCaughtUp(node);
      assertThat(Files.readString(node.place().logFile())).doesNotContain("OutOfMemoryError");
    }
    assertThat(pushers.problems(cluster.nodes().get(0))).as(pushers.summary()).isEmpty();
  }

  private boolean allIsExecuted() throws InterruptedException {
    byte[] value = new byte[Pushers.VALUE_BYTES];
    for (int i = 0; i < SOME; i++) {
      NodeProcess node = cluster.nodes().get(i % Cluster.SIZE);
      RemoteStore store = new RemoteStore(cluster.remote(node, Pushers.PATIENCE));
      if (!(store.put("calm", value, Change.ANY) instanceof Outcome.Executed)) {
        return false;
      }
    }
    return true;
  }

  private List<NodeProcess> others(String id) {
    List<NodeProcess> others = new ArrayList<>(cluster.nodes());
    others.removeIf(node -> node.id().equals(id));
    return others;
  }

  private static void pass(Duration time) throws Exception {
    long begin = System.nanoTime();
    Await.until(
        "time to pass", time.plus(LIMIT), () -> System.nanoTime() - begin >= time.toNanos());
  }
}
