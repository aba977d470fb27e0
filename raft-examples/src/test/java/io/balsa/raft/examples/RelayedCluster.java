package io.balsa.raft.examples;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Three nodes as processes, with a {@link Relay} from each to each. The nodes know each other by
 * name, and each has a hosts file of its own, in which the names of the others are those of the
 * relays that lead from it to them:
 *
 * <pre>
 *   n1 -- 127.0.1.2 --> n2        n2 -- 127.0.2.1 --> n1
 * </pre>
 *
 * <ul>
 *   <li>The newcomer is reached by the others, and reaches them, without a relay.
 *   <li>Needs a system on which all of 127.0.0.0/8 is this machine, as Linux is; elsewhere the test
 *       is skipped and says so.
 * </ul>
 */
final class RelayedCluster implements AutoCloseable {
  private static final String LOOPBACK = "127.0.0.1";

  private final Cluster cluster;
  private final Map<String, Relay> relays = new TreeMap<>();

  private RelayedCluster(Cluster cluster) {
    this.cluster = cluster;
  }

  static RelayedCluster start(Class<?> program, Path directory, String... moreArguments)
      throws IOException, InterruptedException {
    assumeTrue(canBind("127.0.1.2"), "127.0.1.2 is not an address of this machine");
    List<Integer> ports = FreePorts.find(2 * Cluster.PORTS);
    List<Integer> raftPorts = ports.subList(0, Cluster.PORTS);
    List<Integer> httpPorts = ports.subList(Cluster.PORTS, 2 * Cluster.PORTS);
    List<String> members = new ArrayList<>();
    for (int i = 1; i <= Cluster.SIZE; i++) {
      members.add("n" + i + "=n" + i + ":" + raftPorts.get(i - 1));
    }
    List<NodeProcess> nodes = new ArrayList<>();
    for (int i = 1; i <= Cluster.PORTS; i++) {
      String id = "n" + i;
      boolean joins = i > Cluster.SIZE;
      NodeProcess.Place place =
          new NodeProcess.Place(
              id,
              joins ? List.of(id + "=" + LOOPBACK + ":" + raftPorts.get(i - 1)) : members,
              joins,
              directory.resolve(id),
              httpPorts.get(i - 1));
      String hosts = "-Djdk.net.hosts.file=" + hosts(directory, i);
      nodes.add(new NodeProcess(program, place, List.of(moreArguments), List.of(hosts)));
    }
    RelayedCluster relayed =
        new RelayedCluster(new Cluster(nodes.subList(0, Cluster.SIZE), nodes.get(Cluster.SIZE)));
    try {
      relayed.openRelays(raftPorts);
      relayed.cluster.start();
      return relayed;
    } catch (IOException | InterruptedException e) {
      relayed.close();
      throw e;
    }
  }

  private static boolean canBind(String host) throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getByName(host))) {
      return socket.isBound();
    } catch (BindException e) {
      return false;
    }
  }

  private static Path hosts(Path directory, int self) throws IOException {
    List<String> lines = new ArrayList<>();
    lines.add(LOOPBACK + " localhost");
    for (int other = 1; other <= Cluster.SIZE; other++) {
      boolean direct = other == self || self > Cluster.SIZE;
      lines.add((direct ? LOOPBACK : between(self, other)) + " n" + other);
    }
    return Files.write(directory.resolve("hosts-n" + self), lines);
  }

  private static String between(int from, int to) {
    return "127.0." + from + "." + to;
  }

  private void openRelays(List<Integer> raftPorts) throws IOException {
    for (int from = 1; from <= Cluster.SIZE; from++) {
      for (int to = 1; to <= Cluster.SIZE; to++) {
        if (from != to) {
          int port = raftPorts.get(to - 1);
          InetSocketAddress target = new InetSocketAddress(LOOPBACK, port);
          relays.put("n" + from + " n" + to, Relay.open(between(from, to), port, target));
        }
      }
    }
  }

  Cluster cluster() {
    return cluster;
  }

  /** Where the nodes listen for each other, for who is on no side of a relay. */
  String[] addresses() {
    return cluster.nodes().stream()
        .map(node -> node.place().raftAddress().replaceFirst("^n\\d:", LOOPBACK + ":"))
        .toArray(String[]::new);
  }

  Relay relay(NodeProcess from, NodeProcess to) {
    return relays.get(from.id() + " " + to.id());
  }

  @Override
  public void close() {
    cluster.close();
    relays.values().forEach(Relay::close);
  }
}
