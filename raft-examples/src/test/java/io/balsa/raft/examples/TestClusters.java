package io.balsa.raft.examples;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/** Clusters on ports that nobody uses. */
final class TestClusters {
  private TestClusters() {}

  static Cluster describe(Path directory) throws IOException {
    return describe(CounterNode.class, directory);
  }

  static Cluster describe(Class<?> program, Path directory) throws IOException {
    List<Integer> ports = FreePorts.find(2 * Cluster.PORTS);
    return new Cluster(
        program,
        directory,
        ports.subList(0, Cluster.PORTS),
        ports.subList(Cluster.PORTS, 2 * Cluster.PORTS));
  }

  static Cluster start(Path directory) throws IOException, InterruptedException {
    Cluster cluster = describe(directory);
    try {
      cluster.start();
    } catch (IOException | InterruptedException e) {
      cluster.close();
      throw e;
    }
    return cluster;
  }
}
