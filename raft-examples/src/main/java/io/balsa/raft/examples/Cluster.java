package io.balsa.raft.examples;

import java.io.IOException;
import java.net.http.HttpClient;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Stream;

/**
 * Three nodes as processes of this machine, and who joins them.
 *
 * <ul>
 *   <li>Addresses and directories stay what they are while processes come and go.
 *   <li>No process of it is left when it is closed.
 * </ul>
 */
final class Cluster implements AutoCloseable {
  static final int SIZE = 3;

  /** The ports that it needs of each kind: one more is for who joins. */
  static final int PORTS = SIZE + 1;

  private static final Duration PATIENCE = Duration.ofSeconds(30);

  private final HttpClient http = RemoteNode.httpClient();
  private final List<NodeProcess> nodes = new CopyOnWriteArrayList<>();
  private final NodeProcess newcomer;
  private boolean closed;

  /**
   * Describes a cluster; nothing is started.
   *
   * @param program the main class of a node
   * @param directory gets a directory for each node
   * @param raftPorts of n1, n2, n3 and n4, for each other
   * @param httpPorts of n1, n2, n3 and n4, for clients
   * @param moreArguments for each node
   */
  Cluster(
      Class<?> program,
      Path directory,
      List<Integer> raftPorts,
      List<Integer> httpPorts,
      String... moreArguments) {
    this(
        members(program, directory, raftPorts, httpPorts, List.of(moreArguments)),
        new NodeProcess(
            program,
            new NodeProcess.Place(
                "n4",
                List.of("n4=127.0.0.1:" + raftPorts.get(SIZE)),
                true,
                directory.resolve("n4"),
                httpPorts.get(SIZE)),
            List.of(moreArguments)));
  }

  /**
   * A cluster of nodes that are described already.
   *
   * @param members n1, n2 and n3
   * @param newcomer n4
   */
  Cluster(List<NodeProcess> members, NodeProcess newcomer) {
    nodes.addAll(members);
    this.newcomer = newcomer;
  }

  private static List<NodeProcess> members(
      Class<?> program,
      Path directory,
      List<Integer> raftPorts,
      List<Integer> httpPorts,
      List<String> moreArguments) {
    List<String> members = new ArrayList<>();
    for (int i = 0; i < SIZE; i++) {
      members.add("n" + (i + 1) + "=127.0.0.1:" + raftPorts.get(i));
    }
    List<NodeProcess> nodes = new ArrayList<>();
    for (int i = 0; i < SIZE; i++) {
      String id = "n" + (i + 1);
      nodes.add(
          new NodeProcess(
              program,
              new NodeProcess.Place(id, members, false, directory.resolve(id), httpPorts.get(i)),
              moreArguments));
    }
    return nodes;
  }

  List<NodeProcess> nodes() {
    return nodes;
  }

  /** A fourth node, which is not a member unless somebody adds it. */
  NodeProcess newcomer() {
    return newcomer;
  }

  /** Starts the newcomer with an empty directory; from now on it is one of the nodes. */
  void startNewcomer() throws IOException, InterruptedException {
    newcomer.loseData();
    start(newcomer);
    nodes.add(newcomer);
    newcomer.awaitReady();
  }

  /** Ends the newcomer, which is no member any more, and deletes what it has. */
  void endNewcomer() throws IOException {
    nodes.remove(newcomer);
    newcomer.close();
    newcomer.loseData();
  }

  NodeProcess node(String id) {
    return nodes.stream()
        .filter(node -> node.id().equals(id))
        .findFirst()
        .orElseThrow(() -> new IllegalArgumentException("no node " + id));
  }

  RemoteCounter counter(NodeProcess node) {
    return counter(node, RemoteNode.PATIENCE);
  }

  RemoteCounter counter(NodeProcess node, Duration patience) {
    return new RemoteCounter(remote(node, patience));
  }

  RemoteAdmin admin(NodeProcess node) {
    return new RemoteAdmin(remote(node, RemoteNode.PATIENCE));
  }

  RemoteNode remote(NodeProcess node, Duration patience) {
    return node.remote(http, patience);
  }

  /** Starts all three, and returns when clients may come. */
  void start() throws IOException, InterruptedException {
    for (NodeProcess node : nodes) {
      start(node);
    }
    for (NodeProcess node : nodes) {
      node.awaitReady();
    }
  }

  /** Starts one; it is not ready yet. */
  synchronized void start(NodeProcess node) throws IOException {
    if (closed) {
      throw new IOException("the cluster is closed");
    }
    node.start();
  }

  /** Waits until a node says that it leads, and the other running ones that they follow it. */
  NodeReport awaitLeader() throws InterruptedException, Await.GivenUpException {
    return awaitLeader(nodes.stream().filter(NodeProcess::isAlive).toList());
  }

  /** Waits until the given nodes agree that one of them leads. */
  NodeReport awaitLeader(List<NodeProcess> among)
      throws InterruptedException, Await.GivenUpException {
    return Await.value("a leader", PATIENCE, () -> leader(among));
  }

  private Optional<NodeReport> leader(List<NodeProcess> among)
      throws IOException, InterruptedException {
    List<NodeReport> reports = reports(among);
    for (NodeReport report : reports) {
      if (report.leads() && reports.stream().allMatch(r -> agree(r, report))) {
        return Optional.of(report);
      }
    }
    return Optional.empty();
  }

  /** Waits until a node has applied what was committed just before it was asked. */
  NodeReport awaitCaughtUp(NodeProcess node) throws InterruptedException, Await.GivenUpException {
    return Await.value(node.id() + " to catch up", PATIENCE, () -> caughtUp(node));
  }

  private Optional<NodeReport> caughtUp(NodeProcess node) throws IOException, InterruptedException {
    long committed = 0;
    for (NodeProcess other : nodes) {
      if (other != node) {
        committed = Math.max(committed, report(other).commitIndex());
      }
    }
    NodeReport report = report(node);
    return report.appliedIndex() >= committed ? Optional.of(report) : Optional.empty();
  }

  /**
   * Changes the members through a node, and returns when all of them know it. It is tried again
   * until they are as wished; what has been done is not done twice.
   *
   * @param wishes as in {@code add=n4=host4:7000} and {@code remove=n3}
   * @param ids who is to be a voter afterwards, and nobody else
   */
  void changeMembers(NodeProcess through, List<String> wishes, List<String> ids)
      throws InterruptedException, Await.GivenUpException {
    Await.until(
        "the members to be " + ids,
        PATIENCE,
        () -> report(through).members().areVoters(ids) || done(admin(through), wishes));
    Await.until(
        "all to know that the members are " + ids,
        PATIENCE,
        () -> {
          for (String id : ids) {
            if (!report(node(id)).members().areVoters(ids)) {
              return false;
            }
          }
          return true;
        });
  }

  /** Whether a node knows of a later change that made it a voter, and all others. */
  boolean isVoterAgain(NodeProcess node, long after) throws IOException, InterruptedException {
    NodeReport report = report(node);
    return report.membersIndex() > after
        && report.members().areVoters(nodes.stream().map(NodeProcess::id).toList());
  }

  private static boolean done(RemoteAdmin admin, List<String> wishes)
      throws InterruptedException, IOException {
    Outcome<String> outcome = admin.changeMembers(wishes);
    if (outcome instanceof Outcome.Executed) {
      return true;
    }
    throw new IOException(outcome.toString());
  }

  private static boolean agree(NodeReport one, NodeReport leader) {
    return one.term() == leader.term() && one.leader().equals(leader.id());
  }

  /** What each node says, in order. */
  List<NodeReport> reports() throws IOException, InterruptedException {
    return reports(nodes);
  }

  private List<NodeReport> reports(List<NodeProcess> of) throws IOException, InterruptedException {
    List<NodeReport> reports = new ArrayList<>();
    for (NodeProcess node : of) {
      reports.add(report(node));
    }
    return reports;
  }

  NodeReport report(NodeProcess node) throws IOException, InterruptedException {
    return remote(node, RemoteNode.PATIENCE).status();
  }

  /** Ends all processes, at the same time; they close their nodes cleanly if they can. */
  @Override
  public synchronized void close() {
    closed = true;
    CompletableFuture.allOf(
            Stream.concat(nodes.stream(), Stream.of(newcomer))
                .distinct()
                .map(
                    node ->
                        CompletableFuture.runAsync(node::close, work -> new Thread(work).start()))
                .toArray(CompletableFuture[]::new))
        .join();
  }
}
