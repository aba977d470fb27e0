package io.balsa.raft.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.balsa.raft.NotExecutedException;
import io.balsa.raft.RaftException;
import io.balsa.raft.SessionLostException;
import io.balsa.raft.transport.netty.ClusterStatus;
import io.balsa.raft.transport.netty.RaftClient;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Clients of production nodes, over TCP. */
@Timeout(120)
class RaftClientTest {
  private static final Duration LONG = Duration.ofSeconds(60);
  private static final int AT_ONCE = 32;

  @TempDir Path dir;

  /** Between two of the commands of a load. */
  private interface Disturbance {
    void at(int command) throws IOException;
  }

  /** Proposes each number once, some at the same time; all must be answered, with 1. */
  private static void load(RaftClient client, int commands, Disturbance disturbance)
      throws IOException {
    List<CompletableFuture<byte[]>> underWay = new ArrayList<>();
    for (int i = 0; i < commands; i++) {
      underWay.add(client.propose(ServedCluster.bytes(i), LONG));
      if (underWay.size() > AT_ONCE) {
        assertOnce(underWay.remove(0));
      }
      disturbance.at(i);
    }
    underWay.forEach(RaftClientTest::assertOnce);
  }

  private static void assertOnce(CompletableFuture<byte[]> answer) {
    assertThat(answer.join()).isEqualTo(ServedCluster.bytes(1));
  }

  private static void assertTally(RaftClient client, long numbers) {
    ByteBuffer tally = ByteBuffer.wrap(client.read(new byte[0], LONG).join());
    assertThat(tally.getLong()).as("numbers").isEqualTo(numbers);
    assertThat(tally.getLong()).as("how often each").isEqualTo(1);
  }

  @Test
  void cl01_eachCommandIsExecutedOnceThoughLeadersAreStoppedUnderLoad() throws Exception {
    try (ServedCluster cluster = new ServedCluster(dir, 3);
        RaftClient client = cluster.client().open()) {
      cluster.startAll();
      load(
          client,
          600,
          i -> {
            if (i % 200 == 100) {
              int leader = cluster.leader();
              if (leader >= 0) {
                cluster.stop(leader);
                cluster.start(leader);
              }
            }
          });
      assertTally(client, 600);
    }
  }

  @Test
  void cl01_eachCommandIsExecutedOnceThoughTheWholeClusterIsRestarted() throws Exception {
    try (ServedCluster cluster = new ServedCluster(dir, 3);
        RaftClient client = cluster.client().open()) {
      cluster.startAll();
      load(
          client,
          300,
          i -> {
            if (i == 150) {
              cluster.stopAll();
              cluster.startAll();
            }
          });
      assertTally(client, 300);
    }
  }

  @Test
  void findsTheLeaderFromTheAddressOfAnyNodeAndTellsTheMembers() throws Exception {
    try (ServedCluster cluster = new ServedCluster(dir, 3);
        RaftClient client = cluster.client().open()) {
      cluster.startAll();
      assertOnce(client.propose(ServedCluster.bytes(1), LONG));
      ClusterStatus status = client.status().join();
      assertThat(status.members()).hasSize(3);
      assertThat(status.leader()).isPresent();
      assertTally(client, 1);
    }
  }

  @Test
  void cl04_withoutAnyNodeNothingIsExecutedAndTheDeadlineHolds() throws Exception {
    try (ServedCluster cluster = new ServedCluster(dir, 3);
        RaftClient client = cluster.client().open()) {
      long start = System.nanoTime();
      Throwable why = failure(client.propose(new byte[8], Duration.ofMillis(700)));
      assertThat(why).isInstanceOf(NotExecutedException.class);
      assertThat(System.nanoTime() - start).isBetween(600_000_000L, 5_000_000_000L);
      assertThat(failure(client.read(new byte[0], Duration.ofMillis(100))))
          .isInstanceOf(NotExecutedException.class);
    }
  }

  private static Throwable failure(CompletableFuture<?> future) {
    try {
      future.join();
      return null;
    } catch (CompletionException e) {
      return e.getCause();
    }
  }

  @Test
  void cl12_aSessionThatWasLostIsReportedAndReplacedOnlyWhenTheCallerWants() throws Exception {
    try (ServedCluster cluster = new ServedCluster(dir, 1);
        RaftClient other = cluster.client().open();
        RaftClient client = cluster.client().sessionTimeout(Duration.ofSeconds(1)).open()) {
      cluster.startAll();
      assertOnce(client.propose(ServedCluster.bytes(1), LONG));
      CompletableFuture<Void> asleep = new CompletableFuture<>();
      // The thread of the client does nothing meanwhile, and so gives no sign of life.
      CompletableFuture<Void> sleeper =
          client
              .read(new byte[0], LONG)
              .thenAccept(v -> asleep.orTimeout(60, TimeUnit.SECONDS).join());
      long start = System.nanoTime();
      long number = 100;
      while (System.nanoTime() - start < 3_000_000_000L) {
        assertOnce(other.propose(ServedCluster.bytes(number++), LONG));
      }
      asleep.complete(null);
      sleeper.join();
      assertThat(failure(client.propose(ServedCluster.bytes(2), LONG)))
          .isInstanceOf(SessionLostException.class);
      assertThat(failure(client.propose(ServedCluster.bytes(3), LONG)))
          .isInstanceOf(SessionLostException.class);
      client.openNewSession();
      assertOnce(client.propose(ServedCluster.bytes(2), LONG));
    }
  }

  @Test
  void cl05_closingAClientUnderLoadEndsAllItsRequests() throws Exception {
    try (ServedCluster cluster = new ServedCluster(dir, 3)) {
      cluster.startAll();
      RaftClient client = cluster.client().open();
      assertOnce(client.propose(ServedCluster.bytes(1), LONG));
      List<CompletableFuture<byte[]>> all = new ArrayList<>();
      for (int i = 2; i < 2000; i++) {
        all.add(client.propose(ServedCluster.bytes(i), LONG));
      }
      client.close();
      for (CompletableFuture<byte[]> future : all) {
        assertThat(future).isDone();
        Throwable why = failure(future);
        assertThat(why == null || why instanceof RaftException).isTrue();
      }
      assertThatThrownBy(() -> client.propose(new byte[8]).join()).hasMessageContaining("closed");
      client.close();
    }
  }

  @Test
  void cl07_whatHasNoRoomIsRefusedAtOnce() throws Exception {
    try (ServedCluster cluster = new ServedCluster(dir, 1);
        RaftClient client = cluster.client().bytesInFlight(10_000).open()) {
      List<CompletableFuture<byte[]>> all = new ArrayList<>();
      for (int i = 0; i < 100; i++) {
        all.add(client.propose(new byte[1000], Duration.ofMillis(500)));
      }
      assertThat(all.stream().filter(CompletableFuture::isDone)).hasSizeGreaterThan(90);
      all.forEach(f -> assertThat(failure(f)).isInstanceOf(NotExecutedException.class));
      assertThat(failure(client.propose(new byte[1000], Duration.ofMillis(50))))
          .hasMessageContaining("in time");
    }
  }
}
