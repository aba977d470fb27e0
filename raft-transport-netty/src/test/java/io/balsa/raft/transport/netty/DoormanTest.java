package io.balsa.raft.transport.netty;

import static org.assertj.core.api.Assertions.assertThat;

import io.balsa.raft.Identity;
import io.balsa.raft.core.NodeId;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

/** How many connections there may be at once, and what happens without room for one more. */
class DoormanTest {
  /** A process that has no descriptors left for a while, with a node in it. */
  static final class Exhausted {
    private Exhausted() {}

    public static void main(String[] args) throws IOException {
      Node node = Node.named("n1");
      // Each class takes a descriptor for a moment when it is loaded, so all must be there by now.
      try (Node n2 = Node.named("n2")) {
        Node.connect(node, n2);
        try (Dialogue stranger = Dialogue.with(node)) {
          stranger.say((byte) 0);
          stranger.bytesUntilTheEnd();
        }
      }
      List<FileChannel> files = new ArrayList<>();
      try {
        while (files.size() < 10_000) {
          files.add(FileChannel.open(Path.of("/dev/null")));
        }
      } catch (IOException e) {
        System.out.println(node.port());
      }
      System.in.read();
      for (FileChannel file : files) {
        file.close();
      }
      System.in.read();
      node.close();
    }
  }

  /** TR-12: connections that can't be accepted wait; later they are, and no time was burnt. */
  @Test
  @EnabledOnOs(OS.LINUX)
  void tr12_acceptsAgainAfterDescriptorsHaveRunOut() throws Exception {
    Path log = Files.createTempFile(Path.of("target"), "exhausted-", ".log");
    String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
    String command =
        "ulimit -n 150; exec \"$0\" -XX:-MaxFDLimit -Dorg.slf4j.simpleLogger.defaultLogLevel=warn"
            + " -cp \"$1\" \"$2\"";
    Process process =
        new ProcessBuilder(
                "sh",
                "-c",
                command,
                java,
                System.getProperty("java.class.path"),
                Exhausted.class.getName())
            .redirectError(log.toFile())
            .start();
    try {
      String port = process.inputReader().readLine();
      assertThat(port).as(Files.readString(log)).isNotNull();
      try (Dialogue waiting = Dialogue.with(Integer.parseInt(port))) {
        waiting.say(Dialogue.greeting(BadInput.hello("n3", "n1")));
        long cpu = process.info().totalCpuDuration().orElseThrow().toMillis();
        Node.until(() -> text(log).contains("trying again soon"));
        process.getOutputStream().write('\n');
        process.getOutputStream().flush();
        assertThat(waiting.answer().refusal()).isEqualTo(Refusal.UNKNOWN_NODE);
        long used = process.info().totalCpuDuration().orElseThrow().toMillis() - cpu;
        assertThat(used).as("ms of the processor").isLessThan(5_000);
        assertThat(text(log).lines().filter(l -> l.contains("trying again soon")))
            .hasSizeLessThan(11);
      }
    } finally {
      process.destroyForcibly().waitFor(10, TimeUnit.SECONDS);
    }
  }

  private static String text(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** TR-08: of those whose handshake is done, there are not more than so many, either. */
  @Test
  void tr08_limitsConnectionsOfOneAddress() throws IOException {
    try (Node host = host(20, 8)) {
      assertThatOnlyEightFit(host);
    }
  }

  @Test
  void tr08_limitsConnectionsInTotal() throws IOException {
    try (Node host = host(8, 20)) {
      assertThatOnlyEightFit(host);
    }
  }

  private static Node host(int connections, int perAddress) throws IOException {
    Limits q = Node.QUICK;
    Limits few =
        new Limits(
            q.frameBytes(),
            q.consensusQueueBytes(),
            q.bulkQueueBytes(),
            q.totalQueueBytes(),
            q.clientBytes(),
            q.strangers(),
            q.strangersPerAddress(),
            connections,
            perAddress,
            q.connectTimeout(),
            q.handshakeTimeout(),
            q.requestTimeout(),
            q.keepAlive(),
            Duration.ofSeconds(30),
            q.keyCheck(),
            q.firstRetry(),
            q.lastRetry());
    Identity identity = new Identity(Node.CLUSTER, new NodeId("host"), UUID.randomUUID());
    return Node.at(identity, "127.0.0.1:0", few);
  }

  private static void assertThatOnlyEightFit(Node host) throws IOException {
    List<Dialogue> guests = new ArrayList<>();
    try {
      for (int i = 0; i < 8; i++) {
        guests.add(greeted(host, i));
      }
      try (Dialogue one = Dialogue.with(host)) {
        assertThat(one.bytesUntilTheEnd()).isZero();
      }
      guests.remove(0).close();
      host.inbox.nextLoss();
      guests.add(greeted(host, 9));
    } finally {
      guests.forEach(Dialogue::close);
    }
  }

  private static Dialogue greeted(Node host, int number) throws IOException {
    Dialogue guest = Dialogue.with(host);
    guest.say(Dialogue.greeting(BadInput.guestHello("guest" + number, "host")));
    assertThat(guest.answer().refusal()).isEqualTo(Refusal.NONE);
    return guest;
  }
}
