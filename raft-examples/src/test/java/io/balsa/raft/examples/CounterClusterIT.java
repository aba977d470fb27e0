package io.balsa.raft.examples;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** The launcher as a newcomer runs it, and as somebody runs it who kills it half-way. */
class CounterClusterIT {
  private static final Duration LIMIT = Duration.ofSeconds(120);
  private static final int TERMINAL_WIDTH = 100;

  @TempDir private Path directory;
  private Process launcher;
  private List<ProcessHandle> nodes = List.of();

  @AfterEach
  void end() {
    launcher.destroyForcibly();
    nodes.forEach(ProcessHandle::destroyForcibly);
  }

  @Test
  void showsThatNothingIsLostAndGoesOnFromThereTheNextTime() throws Exception {
    int first = consecutivePorts(2 * Cluster.PORTS);
    List<String> arguments =
        List.of(
            "--data",
            directory.resolve("kept").toString(),
            "--raft-port",
            Integer.toString(first),
            "--http-port",
            Integer.toString(first + Cluster.PORTS));
    start(arguments);
    assertThat(exitCode()).as(output()).isZero();
    String story = output();
    assertThat(story)
        .contains("kill -9 n")
        .containsPattern("leads in term [0-9]+") // the first election of a busy machine may fail
        .matches(CounterClusterIT::leaderChangesWithTheTerm, "a later leader has a later term")
        .containsPattern("first increment acknowledged again [0-9,]+ ms after the kill")
        .containsPattern("acknowledged increments +[1-9][0-9,]*\n")
        .containsPattern("n4 is a voter after [0-9,]+ ms")
        .containsPattern("n[123] was let in again, got the log anew")
        .containsPattern("n[123] has installed a snapshot up to index [1-9]")
        .containsSubsequence(
            "the leader, after",
            "starting n4 with an empty directory",
            "its directory is lost",
            "the others take two snapshots",
            "has installed a snapshot",
            "removed n4",
            "nothing that was acknowledged is lost")
        .doesNotContain("Exception", "earlier run");
    assertThat(story.lines()).hasSizeBetween(36, 52).allMatch(l -> l.length() <= TERMINAL_WIDTH);

    List<String> again = new ArrayList<>(arguments);
    again.add("--stay");
    start(again);
    awaitOutput("kill -9 [0-9]+ +# n3");
    assertThat(output()).containsPattern("at [1-9][0-9,]* from an earlier run");
    useClient();
    launcher.getOutputStream().close();
    assertThat(exitCode()).as("exit code at the end of the input").isZero();
    awaitNoNodes();
  }

  private static boolean leaderChangesWithTheTerm(String story) {
    List<Integer> terms =
        Pattern.compile("LEADER in term ([0-9]+)")
            .matcher(story)
            .results()
            .map(leader -> Integer.valueOf(leader.group(1)))
            .toList();
    return terms.size() == 2 && terms.get(0) < terms.get(1);
  }

  private void useClient() throws Exception {
    long value = Long.parseLong(client("get"));
    assertThat(client("increment", "--by", "5")).isEqualTo(Long.toString(value + 5));
    ProcessHandle.of(pidOf("n1")).orElseThrow().destroyForcibly();
    Await.until(
        "the client to find another node",
        LIMIT,
        () -> client("increment").equals(Long.toString(value + 6)));
    assertThat(client("status")).contains("nobody listens", "LEADER");
  }

  /** Runs the command that the launcher has printed. */
  private String client(String... arguments) throws IOException, InterruptedException {
    Matcher found = Pattern.compile("java (@\\S+) status").matcher(output());
    assertThat(found.find()).isTrue();
    List<String> command = new ArrayList<>(List.of(NodeProcess.java().get(0), found.group(1)));
    command.addAll(List.of(arguments));
    Process client = new ProcessBuilder(command).redirectErrorStream(true).start();
    String said =
        new String(client.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
    assertThat(client.waitFor()).as(said).isZero();
    return said;
  }

  private long pidOf(String id) throws IOException {
    Matcher found = Pattern.compile("kill -9 (\\d+) +# " + id).matcher(output());
    assertThat(found.find()).isTrue();
    return Long.parseLong(found.group(1));
  }

  @Test
  void leavesNothingBehindWhenItIsKilled() throws Exception {
    start(List.of());
    awaitOutput("adding 1");
    launcher.destroyForcibly().waitFor();
    awaitNoNodes();
  }

  @Test
  @DisabledOnOs(OS.WINDOWS)
  void leavesNothingBehindWhenItIsToldToEnd() throws Exception {
    start(List.of());
    awaitOutput("adding 1");
    launcher.destroy();
    assertThat(exitCode()).isEqualTo(128 + 15);
    awaitNoNodes();
    try (Stream<Path> left = Files.list(directory)) {
      assertThat(left.map(p -> p.getFileName().toString())).containsExactly("output");
    }
    assertThat(output()).doesNotContain("FAILED", "Exception");
  }

  @Test
  void saysThatAPortIsTaken() throws Exception {
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      String port = Integer.toString(taken.getLocalPort());
      start(List.of("--stay", "--http-port", port, "--raft-port", "20000"));
      assertThat(exitCode()).isEqualTo(ExitCode.FAILED);
      assertThat(output())
          .contains("FAILED: port", "is taken", "--http-port")
          .doesNotContain("\tat ");
    }
  }

  private void start(List<String> arguments) throws IOException {
    List<String> command = new ArrayList<>(NodeProcess.java());
    command.add(1, "-Djava.io.tmpdir=" + directory);
    command.add(CounterCluster.class.getName());
    command.addAll(arguments);
    launcher =
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(directory.resolve("output").toFile())
            .start();
  }

  private String output() throws IOException {
    return Files.readString(directory.resolve("output"));
  }

  private void awaitOutput(String pattern) throws Exception {
    Await.value(
        pattern,
        LIMIT,
        () ->
            Pattern.compile(pattern).matcher(output()).find()
                ? Optional.of(pattern)
                : Optional.empty());
    nodes = launcher.children().toList();
    assertThat(nodes).hasSize(Cluster.SIZE);
  }

  private void awaitNoNodes() throws Exception {
    Await.until("the nodes to end", LIMIT, () -> nodes.stream().noneMatch(ProcessHandle::isAlive));
  }

  private int exitCode() throws Exception {
    assertThat(launcher.waitFor(LIMIT.toSeconds(), TimeUnit.SECONDS)).as("ended").isTrue();
    return launcher.exitValue();
  }

  private static int consecutivePorts(int count) throws IOException, InterruptedException {
    try {
      return Await.value("free ports", LIMIT, () -> consecutivePortsFrom(FreePorts.find(1), count));
    } catch (Await.GivenUpException e) {
      throw new IOException(e);
    }
  }

  private static Optional<Integer> consecutivePortsFrom(List<Integer> first, int count)
      throws IOException {
    for (int i = 0; i < count; i++) {
      if (!FreePorts.isFree(first.get(0) + i)) {
        return Optional.empty();
      }
    }
    return Optional.of(first.get(0));
  }
}
