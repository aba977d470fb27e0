package io.balsa.raft.examples;

import com.sun.net.httpserver.HttpServer;
import io.balsa.raft.RaftNode;
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
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * One node of the counter cluster, as a process.
 *
 * <ul>
 *   <li>It prints "ready" when clients may come.
 *   <li>It ends when its standard input ends, so that it never outlives whoever started it; a
 *       SIGTERM ends it as well. Both close the node cleanly.
 * </ul>
 */
@Command(
    name = "counter-node",
    mixinStandardHelpOptions = true,
    description = "One node of a replicated counter. Ends when its standard input ends.",
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {
      "0:it was told to end",
      "1:an error that should not be possible",
      "2:the arguments make no sense",
      "3:the data directory is of another node, in use, or damaged",
      "4:a port is taken"
    })
final class CounterNode implements Callable<Integer> {
  static final String READY = "ready";

  @Option(names = "--id", required = true, description = "This node, one of the members.")
  private String id;

  @Option(
      names = "--members",
      required = true,
      split = ",",
      paramLabel = "ID=HOST:PORT",
      description = "All nodes, the same on each of them.")
  private List<String> members;

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

  private CounterNode() {}

  public static void main(String[] args) {
    CommandLine line = new CommandLine(new CounterNode());
    line.setExecutionExceptionHandler((e, command, parsed) -> fail(e));
    int code = line.execute(args);
    if (code != ExitCode.OK) {
      System.exit(code);
    }
  }

  private static int fail(Exception e) {
    if (e instanceof IllegalArgumentException) {
      return fail(ExitCode.USAGE, e);
    } else if (e instanceof StorageException) {
      return fail(ExitCode.STORAGE, e);
    } else if (e instanceof BindException || e.getCause() instanceof BindException) {
      return fail(ExitCode.PORT_TAKEN, e);
    }
    e.printStackTrace();
    return ExitCode.FAILED;
  }

  private static int fail(int code, Exception e) {
    System.err.println("counter-node: " + e.getMessage());
    return code;
  }

  @Override
  public Integer call() throws IOException {
    String address = address();
    HttpServer server = CounterHttp.bind(httpPort);
    PublishedCounter counter = new PublishedCounter();
    RaftNode node =
        RaftNode.builder(id, counter)
            .members(members)
            .storage(FileStorage.open(data))
            .transport(NettyTransport.bind(address))
            .electionTimeout(Duration.ofMillis(electionTimeout))
            .start();
    CounterHttp http = CounterHttp.start(server, node, counter);
    Runtime.getRuntime().addShutdownHook(new Thread(() -> close(node, http), "close"));
    System.out.println(READY);
    awaitEndOf(System.in);
    System.exit(ExitCode.OK); // the hook closes the node
    return ExitCode.OK;
  }

  /** Where this node listens: what the list of members says. */
  private String address() {
    return members.stream()
        .map(Member::parse)
        .filter(member -> member.id().value().equals(id))
        .map(Member::address)
        .findFirst()
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "node " + id + " is not one of the members " + String.join(", ", members)));
  }

  private static void close(RaftNode node, CounterHttp http) {
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
