package io.balsa.raft.examples;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.balsa.raft.RaftNode;
import io.balsa.raft.SnapshotWriter;
import io.balsa.raft.StateMachine;
import io.balsa.raft.storage.FileStorage;
import io.balsa.raft.transport.netty.NettyTransport;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The command-line client of a counter, with a cluster of one. */
class ClusterClientTest {
  /** A counter that does not get done with 13. */
  private static final class Stuck implements StateMachine {
    private final PublishedCounter counter = new PublishedCounter();
    private final CountDownLatch freed = new CountDownLatch(1);

    @Override
    public byte[] apply(long index, byte[] command) {
      if (PublishedCounter.number(command) == 13) {
        try {
          freed.await();
        } catch (InterruptedException e) {
          throw new IllegalStateException(e);
        }
      }
      return counter.apply(index, command);
    }

    @Override
    public byte[] query(byte[] query) {
      return counter.query(query);
    }

    @Override
    public SnapshotWriter snapshot() {
      return counter.snapshot();
    }

    @Override
    public void restore(InputStream image) throws IOException {
      counter.restore(image);
    }
  }

  @TempDir private Path directory;
  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final ByteArrayOutputStream err = new ByteArrayOutputStream();
  private final Stuck stuck = new Stuck();
  private RaftNode node;
  private String address;

  @BeforeEach
  void start() throws IOException {
    address = "127.0.0.1:" + FreePorts.find(1).get(0);
    node =
        RaftNode.builder("n1", stuck)
            .group(CounterNode.GROUP)
            .members("n1=" + address)
            .storage(FileStorage.open(directory))
            .transport(NettyTransport.insecure(address))
            .electionTimeout(Duration.ofMillis(100))
            .start();
  }

  @AfterEach
  void stop() {
    stuck.freed.countDown();
    node.close();
  }

  @Test
  void printsTheNewValue() {
    assertThat(run("increment", "--by", "5")).isEqualTo(ExitCode.OK);
    assertThat(run("increment")).isEqualTo(ExitCode.OK);
    assertThat(run("increment", "--by=-8")).isEqualTo(ExitCode.OK);
    assertThat(out.toString(UTF_8).lines()).containsExactly("5", "6", "-2");
  }

  @Test
  void readsTheValue() {
    run("increment", "--by", "42");
    out.reset();
    assertThat(run("get")).isEqualTo(ExitCode.OK);
    assertThat(out.toString(UTF_8).lines()).containsExactly("42");
  }

  @Test
  void passesOverNodesThatAreDown() throws IOException {
    String nobody = "127.0.0.1:" + FreePorts.find(1).get(0);
    assertThat(run("increment", "--cluster", nobody + ", " + address)).isEqualTo(ExitCode.OK);
  }

  @Test
  void saysThatNothingWasDone() throws IOException {
    String nobody = "127.0.0.1:" + FreePorts.find(1).get(0);
    for (String command : new String[] {"increment", "get"}) {
      assertThat(run(command, "--cluster", nobody, "--timeout", "300")).isEqualTo(ExitCode.FAILED);
      assertThat(err.toString(UTF_8)).contains(nobody).doesNotContain("Exception", "may have been");
    }
  }

  @Test
  void saysThatItMayHaveBeenDone() {
    assertThat(run("increment", "--by", "13", "--timeout", "1000")).isEqualTo(ExitCode.UNKNOWN);
    assertThat(out.size()).isZero();
    assertThat(err.toString(UTF_8)).contains("look at the value before you repeat it");
  }

  @Test
  void isNotTakenForAClientOfAnotherExample() {
    String[] put = {"put", "a", "b", "--cluster", address, "--timeout", "300"};
    int code = KeyValueClient.run(new PrintStream(out, true), new PrintStream(err, true), put);
    assertThat(code).isEqualTo(ExitCode.FAILED);
    assertThat(err.toString(UTF_8)).contains("group [kv] is not here");
  }

  private int run(String... args) {
    String[] all = java.util.Arrays.copyOf(args, args.length + 2);
    if (java.util.Arrays.asList(args).contains("--cluster")) {
      all = args;
    } else {
      all[args.length] = "--cluster";
      all[args.length + 1] = address;
    }
    return CounterClient.run(new PrintStream(out, true), new PrintStream(err, true), all);
  }
}
