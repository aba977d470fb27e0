package io.balsa.raft.examples;

import com.sun.net.httpserver.HttpServer;
import io.balsa.raft.RaftNode;
import io.balsa.raft.StateMachine;
import io.balsa.raft.StorageException;
import io.balsa.raft.core.Member;
import io.balsa.raft.storage.FileStorage;
import io.balsa.raft.transport.netty.NettyTransport;
import java.io.IOException;
import java.io.InputStream;
import java.net.BindException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.function.Function;
import java.util.function.LongSupplier;
import picocli.CommandLine;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * What every node process is told, and how it lives.
 *
 * <ul>
 *   <li>It prints "ready" when clients may come.
 *   <li>It ends when its standard input ends, so that it never outlives whoever started it; a
 *       SIGTERM ends it as well. Both close the node cleanly.
 * </ul>
 */
@Command(
    mixinStandardHelpOptions = true,
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {
      "0:it was told to end",
      "1:an error that should not be possible",
      "2:the arguments make no sense",
      "3:the data directory is of another node, in use, or damaged",
      "4:a port is taken"
    })
final class NodeOptions {
  static final String READY = "ready";

  @Option(names = "--id", required = true, description = "This node.")
  private String id;

  /** How this node comes to its cluster, as long as it has no log that says so. */
  static final class Cluster {
    @Option(
        names = "--members",
        required = true,
        split = ",",
        paramLabel = "ID=HOST:PORT",
        description = "The nodes that form the cluster, the same on each of them.")
    private List<String> members;

    @Option(
        names = "--join",
        required = true,
        paramLabel = "HOST:PORT",
        description = "Listens here, and waits to be added to a cluster that exists.")
    private String join;
  }

  @ArgGroup(multiplicity = "1")
  private Cluster cluster;

  @Option(
      names = "--data",
      required = true,
      paramLabel = "DIR",
      description = "Where this node keeps its log; made if it is not there.")
  private Path data;

  @Option(
      names = "--http",
      required = true,
      paramLabel = "PORT",
      description = "The port for clients, on the loopback interface.")
  private int httpPort;

  @Option(
      names = "--election-timeout",
      paramLabel = "MS",
      defaultValue = "1000",
      description = "How long to wait for a sign of the leader (default: ${DEFAULT-VALUE}).")
  private long electionTimeout;

  private NodeOptions() {}

  /** Runs a program that is a node, and ends the process if it can't. */
  static void execute(Callable<Integer> program, String... args) {
    CommandLine line = new CommandLine(program);
    line.setExecutionExceptionHandler((e, command, parsed) -> fail(command.getCommandName(), e));
    int code = line.execute(args);
    if (code != ExitCode.OK) {
      System.exit(code);
    }
  }

  private static int fail(String program, Exception e) {
    if (e instanceof IllegalArgumentException) {
      return fail(ExitCode.USAGE, program, e);
    } else if (e instanceof StorageException) {
      return fail(ExitCode.STORAGE, program, e);
    } else if (e instanceof BindException || e.getCause() instanceof BindException) {
      return fail(ExitCode.PORT_TAKEN, program, e);
    }
    e.printStackTrace();
    return ExitCode.FAILED;
  }

  private static int fail(int code, String program, Exception e) {
    System.err.println(program + ": " + e.getMessage());
    return code;
  }

  /**
   * Runs the node until it is told to end.
   *
   * @param group the name of its group, so that nobody takes one example for another
   * @param value what the state machine tells of itself in the status of the node
   * @param endpoint what clients may ask of a node
   */
  int run(
      String group,
      StateMachine stateMachine,
      LongSupplier value,
      Function<RaftNode, HttpService.Endpoint> endpoint)
      throws IOException {
    String address = address();
    HttpServer server = HttpService.bind(httpPort);
    RaftNode.Builder builder = RaftNode.builder(id, stateMachine);
    RaftNode node =
        (cluster.join == null ? builder.members(cluster.members) : builder.joins(address))
            .group(group)
            .storage(FileStorage.open(data))
            .transport(NettyTransport.insecure(address))
            .electionTimeout(Duration.ofMillis(electionTimeout))
            .start();
    HttpService http = HttpService.start(server, node, value, endpoint.apply(node));
    Runtime.getRuntime().addShutdownHook(new Thread(() -> close(node, http), "close"));
    System.out.println(READY);
    awaitEndOf(System.in);
    System.exit(ExitCode.OK); // the hook closes the node
    return ExitCode.OK;
  }

  /** Where this node listens: where it joins, or what the list of members says. */
  private String address() {
    if (cluster.join != null) {
      return cluster.join;
    }
    return cluster.members.stream()
        .map(Member::parse)
        .filter(member -> member.id().value().equals(id))
        .map(Member::address)
        .findFirst()
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "node "
                        + id
                        + " is not one of the members "
                        + String.join(", ", cluster.members)));
  }

  private static void close(RaftNode node, HttpService http) {
    node.close(); // first, so that those who wait are told why
    http.close();
  }

  private static void awaitEndOf(InputStream in) throws IOException {
    byte[] ignored = new byte[64];
    while (in.read(ignored) >= 0) {
      continue;
    }
  }
}
