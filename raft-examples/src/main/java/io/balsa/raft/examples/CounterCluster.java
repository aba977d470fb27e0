package io.balsa.raft.examples;

import io.balsa.raft.examples.Await.GivenUpException;
import io.balsa.raft.examples.Demonstration.BrokenPromiseException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.IntStream;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Starts three nodes of a replicated counter, each a process, and shows what Raft is good for. */
@Command(
    name = "counter-cluster",
    mixinStandardHelpOptions = true,
    description = "Three processes, one counter: kills the leader and shows that nothing is lost.",
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {
      "0:everything held",
      "1:something did not, or the cluster did not start; it says what",
      "2:the arguments make no sense"
    })
public final class CounterCluster implements Callable<Integer> {
  private static final int ATTEMPTS = 3;

  @Option(
      names = "--stay",
      description = "Keep the cluster running afterwards, until ^C or the end of the input.")
  private boolean stay;

  @Option(
      names = "--data",
      paramLabel = "DIR",
      description = "Keep the data here, for the next run; else it is deleted at the end.")
  private Path data;

  @Option(
      names = "--raft-port",
      paramLabel = "PORT",
      defaultValue = "7001",
      description = "First of three ports of the nodes (with --stay or --data; else any).")
  private int raftPort;

  @Option(
      names = "--http-port",
      paramLabel = "PORT",
      defaultValue = "8001",
      description = "First of three ports for clients (with --stay or --data; else any).")
  private int httpPort;

  private final Narrator narrator = new Narrator(System.out);

  private CounterCluster() {}

  /**
   * Runs the cluster.
   *
   * @param args options, see {@code --help}
   */
  public static void main(String[] args) {
    System.exit(new CommandLine(new CounterCluster()).execute(args));
  }

  @Override
  public Integer call() throws InterruptedException {
    narrator.print("One counter, replicated by Raft to three processes.");
    narrator.print("");
    try (Workplace workplace = Workplace.of(data, narrator)) {
      run(workplace);
      return ExitCode.OK;
    } catch (BrokenPromiseException e) {
      narrator.print("BROKEN: %s", e.getMessage());
    } catch (IOException | GivenUpException e) {
      narrator.print("FAILED: %s", e.getMessage());
    }
    return ExitCode.FAILED;
  }

  private void run(Workplace workplace)
      throws IOException, InterruptedException, GivenUpException, BrokenPromiseException {
    try {
      Cluster cluster = start(workplace);
      new Demonstration(cluster, narrator).run();
      if (stay) {
        new Stay(cluster, workplace.directory(), narrator).run();
      }
    } catch (BrokenPromiseException | GivenUpException | IOException e) {
      workplace.keep();
      narrator.print("Logs and data are in %s", workplace.directory());
      throw e;
    }
  }

  /** A free port can be taken by somebody else before the node has it; then others are tried. */
  private Cluster start(Workplace workplace) throws IOException, InterruptedException {
    for (int attempt = 1; ; attempt++) {
      List<Integer> ports = portsToUse();
      Cluster cluster =
          new Cluster(
              CounterNode.class,
              workplace.directory(),
              ports.subList(0, Cluster.SIZE),
              ports.subList(Cluster.SIZE, 2 * Cluster.SIZE));
      workplace.endWith(cluster);
      narrator.say("starting n1, n2 and n3; data and logs: %s", workplace.directory());
      try {
        cluster.start();
        return cluster;
      } catch (NodeFailedException e) {
        if (fixedPorts() || e.exitCode() != ExitCode.PORT_TAKEN || attempt == ATTEMPTS) {
          throw e;
        }
        narrator.detail("%s; trying other ports", e.getMessage());
        cluster.close();
        workplace.clear();
      }
    }
  }

  /** Who wants to find the cluster again needs ports that stay. */
  private boolean fixedPorts() {
    return stay || data != null;
  }

  private List<Integer> portsToUse() throws IOException {
    if (!fixedPorts()) {
      return FreePorts.find(2 * Cluster.SIZE);
    }
    List<Integer> ports =
        IntStream.concat(
                IntStream.range(raftPort, raftPort + Cluster.SIZE),
                IntStream.range(httpPort, httpPort + Cluster.SIZE))
            .boxed()
            .toList();
    for (int port : ports) {
      if (!FreePorts.isFree(port)) {
        throw new IOException(
            "port %d is taken: stop who uses it, or choose others with --raft-port, --http-port"
                .formatted(port));
      }
    }
    return ports;
  }
}
