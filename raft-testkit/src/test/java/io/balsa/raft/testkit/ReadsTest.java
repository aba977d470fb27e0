package io.balsa.raft.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.balsa.raft.ClosedException;
import io.balsa.raft.NotExecutedException;
import io.balsa.raft.RaftNode;
import io.balsa.raft.ReadToken;
import io.balsa.raft.StaleRead;
import io.balsa.raft.Staleness;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Every kind of read, with real threads and a real clock. */
@Timeout(120)
class ReadsTest {
  private static final List<String> ALL = List.of("n1", "n2", "n3");

  @TempDir Path dir;

  private static <T> T get(CompletableFuture<T> future) throws Exception {
    return future.get(30, TimeUnit.SECONDS);
  }

  private static long leaseRead(TestCluster cluster, String id) throws Exception {
    return get(cluster.node(id).leaseRead(cluster.counters.get(id)::value));
  }

  private static StaleRead<Long> staleRead(TestCluster cluster, String id, Staleness bound)
      throws Exception {
    return get(cluster.node(id).staleRead(bound, cluster.counters.get(id)::value));
  }

  @Test
  void leaseReadsSeeEveryAnsweredCommandOnEveryNodeAlsoAfterAFailover() throws Exception {
    try (TestCluster cluster = TestCluster.started(dir, 3)) {
      long expected = 0;
      for (int i = 0; i < 30; i++) {
        expected = cluster.add(ALL.get(i % 3), 1);
        assertThat(leaseRead(cluster, ALL.get((i + 1) % 3))).isEqualTo(expected);
      }
      cluster.stop(cluster.leader());
      String next = cluster.leader();
      assertThat(leaseRead(cluster, next)).isEqualTo(expected);
      assertThat(cluster.add(next, 1)).isEqualTo(expected + 1);
      assertThat(leaseRead(cluster, next)).isEqualTo(expected + 1);
    }
  }

  @Test
  void rd04_aCutOffLeaderAnswersByItsLeaseOnlyWhileItLasts() throws Exception {
    try (TestCluster cluster = TestCluster.started(dir, 3)) {
      String old = cluster.leader();
      List<String> others = cluster.followers();
      cluster.add(old, 1);
      leaseRead(cluster, old);
      others.forEach(f -> cluster.network.cut(old, f));
      String next = cluster.leaderAmong(others.toArray(new String[0]));
      assertThat(cluster.add(next, 1)).isEqualTo(2);
      CompletableFuture<Long> read = cluster.node(old).leaseRead(cluster.counters.get(old)::value);
      cluster.network.heal();
      assertThat(get(read)).isEqualTo(2);
    }
  }

  @Test
  void aTokenCoversWhatANodeHasAnsweredAlsoForTheLeader() throws Exception {
    try (TestCluster cluster = TestCluster.started(dir, 3)) {
      for (int i = 0; i < 30; i++) {
        String writer = ALL.get(i % 3);
        long expected = cluster.add(writer, 1);
        ReadToken token = ReadToken.parse(cluster.node(writer).token().toString());
        for (String reader : ALL) {
          assertThat(
                  get(cluster.node(reader).readAfter(token, cluster.counters.get(reader)::value)))
              .as("read on %s after %s on %s", reader, token, writer)
              .isGreaterThanOrEqualTo(expected);
        }
      }
    }
  }

  @Test
  void aTokenCoversWhatReadsHaveShown() throws Exception {
    try (TestCluster cluster = TestCluster.started(dir, 3)) {
      cluster.add("n1", 5);
      for (String reader : ALL) {
        assertThat(cluster.read(reader)).isEqualTo(5);
        ReadToken token = cluster.node(reader).token();
        assertThat(token.index()).isPositive();
        for (String other : ALL) {
          assertThat(get(cluster.node(other).readAfter(token, cluster.counters.get(other)::value)))
              .isEqualTo(5);
        }
      }
    }
  }

  @Test
  void aTokenThatCantBeMetIsRefusedOrGivenUp() throws Exception {
    try (TestCluster cluster = TestCluster.started(dir, 3)) {
      cluster.add("n1", 1);
      RaftNode node = cluster.node("n1");
      ReadToken other = new ReadToken(new UUID(1, 2), 1);
      assertThatThrownBy(() -> node.readAfter(other, () -> 1))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("of another cluster");
      ReadToken future = new ReadToken(node.token().clusterId(), 1_000_000);
      assertThatThrownBy(() -> get(node.readAfter(future, () -> 1)))
          .hasCauseInstanceOf(NotExecutedException.class)
          .hasMessageContaining("index 1000000");
    }
  }

  @Test
  void aCutOffNodeSaysHowStaleItIsAndKeepsToTheBound() throws Exception {
    try (TestCluster cluster = TestCluster.started(dir, 3)) {
      String cutOff = cluster.followers().get(0);
      cluster.add(cutOff, 1);
      assertThat(cluster.read(cutOff)).isEqualTo(1);
      StaleRead<Long> fresh = staleRead(cluster, cutOff, Staleness.ofAge(Duration.ofMinutes(1)));
      assertThat(fresh.value()).isEqualTo(1);
      assertThat(fresh.age()).isPresent();
      ALL.stream().filter(o -> !o.equals(cutOff)).forEach(o -> cluster.network.cut(cutOff, o));
      String leader =
          cluster.leaderAmong(ALL.stream().filter(o -> !o.equals(cutOff)).toArray(String[]::new));
      assertThat(cluster.add(leader, 1)).isEqualTo(2);
      StaleRead<Long> old = staleRead(cluster, cutOff, Staleness.any());
      assertThat(old.value()).isEqualTo(1);
      assertThat(old.age().orElseThrow()).isGreaterThan(fresh.age().orElseThrow());
      assertThatThrownBy(() -> staleRead(cluster, cutOff, Staleness.ofAge(Duration.ZERO)))
          .hasCauseInstanceOf(NotExecutedException.class);
      cluster.network.heal();
      assertThat(staleRead(cluster, cutOff, Staleness.ofAge(Duration.ZERO)).value()).isEqualTo(2);
    }
  }

  @Test
  void aNodeThatHasHeardNothingSaysSo() throws Exception {
    TestCluster alone = new TestCluster(dir, 3);
    try (alone) {
      alone.start("n1");
      StaleRead<Long> read = staleRead(alone, "n1", Staleness.any());
      assertThat(read.age()).isEmpty();
      assertThat(read.index()).isZero();
      assertThat(alone.node("n1").token().index()).isZero();
    }
  }

  @Test
  void rd08_everyKindOfReadEndsWithItsNode() throws Exception {
    TestCluster alone = new TestCluster(dir, 3);
    RaftNode node = alone.start("n1");
    List<CompletableFuture<?>> reads =
        List.of(
            node.read(() -> 1),
            node.leaseRead(() -> 1),
            node.staleRead(Staleness.ofAge(Duration.ZERO), () -> 1));
    alone.close();
    for (CompletableFuture<?> read : reads) {
      assertThatThrownBy(() -> get(read)).hasCauseInstanceOf(ClosedException.class);
    }
    assertThatThrownBy(() -> get(node.leaseRead(() -> 1)))
        .hasCauseInstanceOf(ClosedException.class);
    assertThatThrownBy(() -> get(node.readAfter(node.token(), () -> 1)))
        .hasCauseInstanceOf(ClosedException.class);
  }
}
