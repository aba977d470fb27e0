package io.balsa.raft.testkit;

import static io.balsa.raft.testkit.TestCluster.bytes;
import static io.balsa.raft.testkit.TestCluster.number;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.balsa.raft.NodeStatus;
import io.balsa.raft.RaftNode;
import io.balsa.raft.core.NodeId;
import io.balsa.raft.core.Role;
import io.balsa.raft.storage.FileStorage;
import io.balsa.raft.storage.Inspect;
import io.balsa.raft.storage.Recover;
import io.balsa.raft.testkit.TestCluster.Counter;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * A cluster loses two of its three nodes for ever, and the third goes on: with all it has, and with
 * new nodes.
 */
@Timeout(120)
class LostMajorityTest {
  private static final String[] MEMBERS = {"n1=memory:1", "n2=memory:2", "n3=memory:3"};

  /** So few that a log of some entries does not go in one message. */
  private static final int BATCH_BYTES = 200;

  private static final int COMMANDS = 200;

  @TempDir Path dir;
  private final MemoryNetwork network = new MemoryNetwork();
  private final Map<String, RaftNode> nodes = new TreeMap<>();
  private final Map<String, Counter> counters = new TreeMap<>();

  @AfterEach
  void stop() {
    nodes.values().forEach(RaftNode::close);
  }

  private RaftNode.Builder node(String id) throws IOException {
    counters.put(id, new Counter());
    return RaftNode.builder(id, counters.get(id))
        .storage(FileStorage.open(dir.resolve(id)))
        .transport(network.transport())
        .environment(WithLimits.batchBytes(BATCH_BYTES))
        .electionTimeout(TestCluster.ELECTION_TIMEOUT);
  }

  private void startMember(String id) throws IOException {
    nodes.put(id, node(id).members(MEMBERS).start());
  }

  private void startNew(String id, String address) throws IOException {
    nodes.put(id, node(id).joins(address).start());
  }

  private void stop(String id) {
    nodes.remove(id).close();
  }

  private long add(String id, long number) throws Exception {
    return number(nodes.get(id).propose(bytes(number)).get(30, TimeUnit.SECONDS));
  }

  private long read(String id) throws Exception {
    return nodes.get(id).read(counters.get(id)::value).get(30, TimeUnit.SECONDS);
  }

  private void let(String id, String member) throws Exception {
    nodes.get(id).changeConfiguration(c -> c.withVoter(member)).get(30, TimeUnit.SECONDS);
  }

  private void awaitLeader(String id) {
    Await.until(id + " leads", () -> nodes.get(id).status().role() == Role.LEADER);
  }

  /** All have all that was acknowledged, and then only n1 is left, and a copy of n2 from before. */
  private void loseMajority(boolean snapshot) throws Exception {
    for (String id : List.of("n1", "n2", "n3")) {
      startMember(id);
    }
    for (int i = 0; i < COMMANDS; i++) {
      add("n1", 1);
    }
    if (snapshot) {
      nodes.get("n1").snapshot().get(30, TimeUnit.SECONDS);
    }
    add("n1", 1000);
    Await.until("n2 has all", () -> counters.get("n2").seen() == COMMANDS + 1000);
    for (String id : List.of("n1", "n2", "n3")) {
      stop(id);
    }
    Files.move(dir.resolve("n2"), dir.resolve("kept"));
    delete(dir.resolve("n3"));
  }

  private static void delete(Path directory) throws IOException {
    try (Stream<Path> files = Files.walk(directory)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    }
  }

  private void recover() {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    PrintStream print = new PrintStream(out, true);
    String one = dir.resolve("n1").toString();
    int code = Recover.run(print, print, "--take", one, "--yes-lose-what-the-majority-had");
    assertThat(code).as(out.toString(UTF_8)).isZero();
  }

  @Test
  void theSurvivorGoesOnAloneWithAllThatItHad() throws Exception {
    loseMajority(false);
    recover();
    startMember("n1");
    awaitLeader("n1");
    assertThat(read("n1")).isEqualTo(COMMANDS + 1000);
    assertThat(add("n1", 1)).isEqualTo(COMMANDS + 1001);
    stop("n1");
    startMember("n1");
    assertThat(read("n1")).isEqualTo(COMMANDS + 1001);
  }

  @Test
  void newNodesJoinTheSurvivorAndGetAllOfItsLog() throws Exception {
    loseMajority(false);
    recover();
    joinTwoAndLoseTheSurvivor("n4", "n5");
  }

  @Test
  void newNodesJoinTheSurvivorAndGetASnapshotOfTheOldCluster() throws Exception {
    loseMajority(true);
    recover();
    joinTwoAndLoseTheSurvivor("n4", "n5");
  }

  @Test
  void newNodesMayHaveTheNamesOfThoseThatWereLost() throws Exception {
    loseMajority(false);
    recover();
    joinTwoAndLoseTheSurvivor("n2", "n3");
  }

  private void joinTwoAndLoseTheSurvivor(String second, String third) throws Exception {
    startMember("n1");
    awaitLeader("n1");
    startNew(second, "memory:4");
    let("n1", second + "=memory:4");
    startNew(third, "memory:5");
    let("n1", third + "=memory:5");
    add("n1", 1);
    assertThat(read(second)).isEqualTo(COMMANDS + 1001);
    stop("n1");
    assertThat(add(third, 1)).isEqualTo(COMMANDS + 1002);
    stop(second);
    startNew(second, "memory:4");
    assertThat(add(second, 1)).isEqualTo(COMMANDS + 1003);
    assertThat(read(third)).isEqualTo(COMMANDS + 1003);
  }

  @Test
  void aMemberOfTheOldClusterThatComesBackIsKeptOut() throws Exception {
    loseMajority(false);
    recover();
    startMember("n1");
    awaitLeader("n1");
    NodeStatus before = nodes.get("n1").status();
    Files.move(dir.resolve("kept"), dir.resolve("n2"));
    startMember("n2");
    long log = nodes.get("n2").status().lastIndex();
    Await.until(
        "n2 has asked for votes for long enough",
        () -> nodes.get("n2").status().role() == Role.PRE_CANDIDATE);
    for (int i = 0; i < 20; i++) {
      add("n1", 1);
    }
    NodeStatus after = nodes.get("n1").status();
    assertThat(after.term()).isEqualTo(before.term());
    assertThat(after.role()).isEqualTo(Role.LEADER);
    assertThat(after.configuration()).isEqualTo(before.configuration());
    NodeStatus outsider = nodes.get("n2").status();
    assertThat(outsider.leader()).isEmpty();
    assertThat(outsider.lastIndex()).isEqualTo(log);
    assertThat(counters.get("n2").seen()).isLessThanOrEqualTo(COMMANDS + 1000);
  }

  /** Even if somebody takes it for a new node. */
  @Test
  void aMemberOfTheOldClusterCanNotBeAdded() throws Exception {
    loseMajority(false);
    recover();
    startMember("n1");
    awaitLeader("n1");
    Files.move(dir.resolve("kept"), dir.resolve("n2"));
    startMember("n2");
    List<Throwable> failures = new ArrayList<>();
    nodes
        .get("n1")
        .changeConfiguration(c -> c.withVoter("n2=memory:2"))
        .whenComplete((done, failure) -> failures.add(failure))
        .handle((done, failure) -> done)
        .get(30, TimeUnit.SECONDS);
    assertThat(failures.get(0)).hasMessageContaining("n2");
    assertThat(nodes.get("n1").status().configuration().isVoter(new NodeId("n2"))).isFalse();
    assertThat(add("n1", 1)).isEqualTo(COMMANDS + 1001);
  }

  @Test
  void theAccountOfItStaysInTheLog() throws Exception {
    loseMajority(false);
    recover();
    startMember("n1");
    awaitLeader("n1");
    stop("n1");
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    PrintStream print = new PrintStream(out, true);
    String one = dir.resolve("n1").toString();
    assertThat(Inspect.run(print, print, "log", one, "--payload")).isZero();
    assertThat(out.toString(UTF_8))
        .contains(HexFormat.of().formatHex("recovered from the loss".getBytes(UTF_8)));
  }
}
