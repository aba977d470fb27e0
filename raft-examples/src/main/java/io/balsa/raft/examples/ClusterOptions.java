package io.balsa.raft.examples;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Where a program that starts a cluster does so: directories and ports. */
@Command(
    mixinStandardHelpOptions = true,
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {
      "0:everything held",
      "1:something did not, or the cluster did not start; it says what",
      "2:the arguments make no sense"
    })
final class ClusterOptions {
  private static final int ATTEMPTS = 3;

  @Option(
      names = "--data",
      paramLabel = "DIR",
      description = "Keep the data here, for the next run; else it is deleted at the end.")
  private Path data;

  @Option(
      names = "--raft-port",
      paramLabel = "PORT",
      defaultValue = "7001",
      description = "First of four ports of the nodes, if the cluster stays or keeps its data.")
  private int raftPort;

  @Option(
      names = "--http-port",
      paramLabel = "PORT",
      defaultValue = "8001",
      description = "First of four ports for clients, if the cluster stays or keeps its data.")
  private int httpPort;

  private ClusterOptions() {}

  Workplace workplace(Narrator narrator) throws IOException {
    return Workplace.of(data, narrator);
  }

  /**
   * Starts three processes. A free port can be taken by somebody else before the node has it; then
   * others are tried.
   *
   * @param program the main class of a node
   * @param stays whether somebody wants to find the cluster, so that its ports must be those named
   */
  Cluster start(Class<?> program, Workplace workplace, Narrator narrator, boolean stays)
      throws IOException, InterruptedException {
    boolean fixedPorts = stays || data != null;
    for (int attempt = 1; ; attempt++) {
      List<Integer> ports = fixedPorts ? namedPorts() : FreePorts.find(2 * Cluster.PORTS);
      Cluster cluster =
          new Cluster(
              program,
              workplace.directory(),
              ports.subList(0, Cluster.PORTS),
              ports.subList(Cluster.PORTS, 2 * Cluster.PORTS));
      workplace.endWith(cluster);
      narrator.say("starting n1, n2 and n3; data and logs: %s", workplace.directory());
      try {
        cluster.start();
        return cluster;
      } catch (NodeFailedException e) {
        if (fixedPorts || e.exitCode() != ExitCode.PORT_TAKEN || attempt == ATTEMPTS) {
          throw e;
        }
        narrator.detail("%s; trying other ports", e.getMessage());
        cluster.close();
        workplace.clear();
      }
    }
  }

  private List<Integer> namedPorts() throws IOException {
    List<Integer> ports =
        IntStream.concat(
                IntStream.range(raftPort, raftPort + Cluster.PORTS),
                IntStream.range(httpPort, httpPort + Cluster.PORTS))
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
