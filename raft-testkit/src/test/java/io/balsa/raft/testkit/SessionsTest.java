package io.balsa.raft.testkit;

import static io.balsa.raft.testkit.TestCluster.bytes;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.balsa.raft.ClosedException;
import io.balsa.raft.RaftNode;
import io.balsa.raft.Session;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Sessions, with real threads and real files; see docs/testing.md for the ids. */
class SessionsTest {
  private static final Duration MINUTE = Duration.ofMinutes(1);

  @TempDir Path dir;

  private static Session open(RaftNode node) throws Exception {
    return node.openSession(MINUTE).get(30, TimeUnit.SECONDS);
  }

  private static List<CompletableFuture<byte[]>> addOne(Session session, int times) {
    List<CompletableFuture<byte[]>> answers = new ArrayList<>();
    for (int i = 0; i < times; i++) {
      answers.add(session.propose(bytes(1)));
    }
    return answers;
  }

  private static void await(List<CompletableFuture<byte[]>> answers) throws Exception {
    for (CompletableFuture<byte[]> answer : answers) {
      answer.get(60, TimeUnit.SECONDS);
    }
  }

  @Test
  void cl01_eachCommandIsExecutedOnceThoughLeadersComeAndGo() throws Exception {
    try (TestCluster cluster = TestCluster.started(dir, 3)) {
      String follower = cluster.followers().get(0);
      Session session = open(cluster.node(follower));
      List<CompletableFuture<byte[]>> answers = addOne(session, 100);
      String leader = cluster.leader();
      cluster.stop(leader);
      answers.addAll(addOne(session, 100));
      await(answers);
      assertThat(cluster.read(follower)).isEqualTo(200);
      cluster.start(leader);
      Await.until("the old leader is equal", () -> cluster.counters.get(leader).seen() == 200);
      session.close();
    }
  }

  @Test
  void cl03_aSessionGoesOnBehindASnapshot() throws Exception {
    try (TestCluster cluster = TestCluster.started(dir, 3)) {
      Session session = open(cluster.node("n1"));
      await(addOne(session, 10));
      for (String id : List.of("n1", "n2", "n3")) {
        cluster.node(id).snapshot().get(30, TimeUnit.SECONDS);
      }
      for (String id : List.of("n2", "n3")) { // they know of it from their snapshots alone
        cluster.stop(id);
        cluster.start(id);
        cluster.leader();
      }
      await(addOne(session, 10));
      assertThat(cluster.read("n2")).isEqualTo(20);
    }
  }

  @Test
  void cl05_everythingEndsWithTheNode() throws Exception {
    try (TestCluster cluster = TestCluster.started(dir, 3)) {
      Session session = open(cluster.node("n1"));
      cluster.stop("n2");
      cluster.stop("n3");
      List<CompletableFuture<byte[]>> answers = addOne(session, 10);
      cluster.stop("n1");
      for (CompletableFuture<byte[]> answer : answers) {
        assertThat(answer).isCompletedExceptionally();
      }
      assertThatThrownBy(() -> session.propose(bytes(1)).join())
          .hasCauseInstanceOf(ClosedException.class);
      session.close();
    }
  }

  @Test
  void aSessionThatIsClosedTakesNothingMore() throws Exception {
    try (TestCluster cluster = TestCluster.started(dir, 1)) {
      Session session = open(cluster.node("n1"));
      CompletableFuture<byte[]> before = session.propose(bytes(1));
      session.close();
      before.get(30, TimeUnit.SECONDS);
      assertThatThrownBy(() -> session.propose(bytes(1)).join())
          .hasCauseInstanceOf(ClosedException.class)
          .hasMessageContaining("session " + session.id() + " is closed");
      session.close();
    }
  }

  @Test
  void impossibleArgumentsAreRefused() throws Exception {
    try (TestCluster cluster = TestCluster.started(dir, 1)) {
      RaftNode node = cluster.node("n1");
      assertThatIllegalArgumentException()
          .isThrownBy(() -> node.openSession(Duration.ofMillis(999)))
          .withMessageContaining("1 second to 7 days");
      Session session = open(node);
      assertThatIllegalArgumentException().isThrownBy(() -> session.propose(new byte[0]));
      assertThatIllegalArgumentException()
          .isThrownBy(() -> session.propose(new byte[node.maxCommandBytes()]));
    }
  }
}
