package io.balsa.raft.examples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** A node that can't start says why, in one line, and how to go on. */
class NodeErrorsIT {
  private static final List<String> NO_MORE = List.of();

  @TempDir private Path directory;
  private NodeProcess.Place place;
  private NodeProcess node;

  @BeforeEach
  void describe() throws IOException {
    node = TestClusters.describe(directory).nodes().get(0);
    place = node.place();
  }

  @AfterEach
  void end() {
    node.close();
  }

  @Test
  void refusesTheDirectoryOfAnotherNode() throws Exception {
    start(node);
    node.close();
    node = new NodeProcess(CounterNode.class, placeOf("n2"), NO_MORE);
    assertFails(ExitCode.STORAGE, "belongs to node n1, not to n2");
  }

  @Test
  void refusesADirectoryThatIsInUse() throws Exception {
    start(node);
    NodeProcess first = node;
    try {
      node = new NodeProcess(CounterNode.class, sameDirectoryOtherPorts(), NO_MORE);
      assertFails(ExitCode.STORAGE, "open in another process");
    } finally {
      first.close();
    }
  }

  @Test
  void saysThatThePortForClientsIsTaken() throws Exception {
    try (ServerSocket taken = take(place.httpPort())) {
      assertFails(ExitCode.PORT_TAKEN, "port " + taken.getLocalPort() + " is taken");
    }
  }

  @Test
  void saysThatThePortForTheOthersIsTaken() throws Exception {
    String address = place.members().get(0);
    int port = Integer.parseInt(address.substring(address.lastIndexOf(':') + 1));
    try (ServerSocket taken = take(port)) {
      assertFails(ExitCode.PORT_TAKEN, "port " + taken.getLocalPort(), "is taken");
    }
  }

  @Test
  void refusesAnIdThatIsNotAMember() {
    node = new NodeProcess(CounterNode.class, placeOf("n9"), NO_MORE);
    assertFails(ExitCode.USAGE, "node n9 is not one of the members n1=127.0.0.1:");
    assertThat(Files.exists(place.dataDirectory())).isFalse();
  }

  @Test
  void endsWhenItsInputEnds() throws Exception {
    start(node);
    node.close();
    assertThat(node.awaitEnd()).as("exit code").isEqualTo(ExitCode.OK);
  }

  @Test
  @DisabledOnOs(OS.WINDOWS)
  void closesCleanlyOnSigterm() throws Exception {
    start(node);
    node.signal("TERM");
    assertThat(node.awaitEnd()).as("exit code").isEqualTo(128 + 15);
    assertThat(place.logFile()).content().doesNotContain("Exception");
    start(node);
  }

  private static void start(NodeProcess node) throws Exception {
    node.start();
    node.awaitReady();
  }

  private void assertFails(int code, String... words) {
    ThrowingCallable starting = () -> start(node);
    assertThatThrownBy(starting)
        .isInstanceOfSatisfying(
            NodeFailedException.class, e -> assertThat(e.exitCode()).isEqualTo(code))
        .hasMessageContainingAll(words)
        .hasMessageContaining("counter-node: ");
  }

  private NodeProcess.Place placeOf(String id) {
    return new NodeProcess.Place(id, place.members(), false, place.directory(), place.httpPort());
  }

  private NodeProcess.Place sameDirectoryOtherPorts() throws IOException {
    List<Integer> ports = FreePorts.find(2);
    List<String> members = new ArrayList<>(place.members());
    members.set(0, place.id() + "=127.0.0.1:" + ports.get(0));
    return new NodeProcess.Place(place.id(), members, false, place.directory(), ports.get(1));
  }

  private static ServerSocket take(int port) throws IOException {
    return new ServerSocket(port, 1, InetAddress.getLoopbackAddress());
  }
}
