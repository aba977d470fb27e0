package io.balsa.raft.examples;

import java.io.IOException;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.net.http.HttpClient;
import java.util.ArrayList;
import java.util.List;
import java.util.function.ToIntFunction;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ScopeType;

/** What every command-line client is told, and how it talks to each node of its cluster. */
@Command(mixinStandardHelpOptions = true)
final class NodeList {
  /** Where {@code --nodes} comes from if it is not given. */
  static final String PROPERTY = "balsa.nodes";

  /** A request that can be sent to any node. */
  @FunctionalInterface
  interface Request<T> {
    Outcome<T> send(RemoteNode node) throws InterruptedException;
  }

  @Option(
      names = "--nodes",
      split = ",",
      scope = ScopeType.INHERIT,
      paramLabel = "HOST:PORT",
      defaultValue = "${sys:balsa.nodes:-127.0.0.1:8001,127.0.0.1:8002,127.0.0.1:8003}",
      description = "Where the nodes serve HTTP (default: ${DEFAULT-VALUE}).")
  private List<String> addresses;

  private NodeList() {}

  /** Runs a client and returns its exit code. */
  static int execute(Object client, PrintStream out, PrintStream err, String... args) {
    CommandLine line = new CommandLine(client);
    line.setOut(new PrintWriter(out, true)).setErr(new PrintWriter(err, true));
    line.setExecutionExceptionHandler(
        (e, command, parsed) -> {
          err.println(line.getCommandName() + ": " + e.getMessage());
          return e instanceof IllegalArgumentException ? ExitCode.USAGE : ExitCode.FAILED;
        });
    return line.execute(args);
  }

  /** Asks one node after the other until one has done it, or may have done it. */
  <T> Outcome<T> ask(Request<T> request) throws InterruptedException {
    List<String> reasons = new ArrayList<>();
    for (RemoteNode node : nodes()) {
      Outcome<T> outcome = request.send(node);
      if (outcome instanceof Outcome.NotExecuted<T> notExecuted) {
        reasons.add(node.address() + ": " + notExecuted.reason());
      } else {
        return outcome;
      }
    }
    return new Outcome.NotExecuted<>(String.join("\n         ", reasons));
  }

  private static String reason(Outcome<?> outcome) {
    return outcome instanceof Outcome.Unknown<?> unknown
        ? unknown.reason()
        : ((Outcome.NotExecuted<?>) outcome).reason();
  }

  /** Tells what became of a request; returns the exit code. */
  static <T> int tell(
      Outcome<T> outcome, String client, PrintStream err, ToIntFunction<T> executed) {
    if (outcome instanceof Outcome.Executed<T> done) {
      return executed.applyAsInt(done.value());
    } else if (outcome instanceof Outcome.Unknown<T> unknown) {
      err.println(client + ": " + unknown.reason());
      err.println("It may have been executed or not: look at the value before you repeat it.");
      return ExitCode.UNKNOWN;
    }
    err.println(client + ": " + ((Outcome.NotExecuted<T>) outcome).reason());
    return ExitCode.FAILED;
  }

  /** Prints what each node says of itself; returns the exit code. */
  int printStatus(PrintStream out, String value) throws InterruptedException {
    out.printf(
        "%-6s %-16s %6s  %-8s %12s %12s %12s %12s%n",
        "node", "role", "term", "leader", "committed", "applied", "snapshot", value);
    int down = 0;
    for (RemoteNode node : nodes()) {
      try {
        out.println(row(node.status()));
      } catch (IOException e) {
        out.println("down: " + e.getMessage());
        down++;
      }
    }
    return down == addresses.size() ? ExitCode.FAILED : ExitCode.OK;
  }

  /** Asks each node, and prints what became of it; returns the exit code. */
  int printEach(PrintStream out, Request<String> request) throws InterruptedException {
    boolean all = true;
    for (RemoteNode node : nodes()) {
      Outcome<String> outcome = request.send(node);
      if (outcome instanceof Outcome.Executed<String> done) {
        out.println(node.address() + ": " + done.value());
      } else {
        out.println(node.address() + ": " + reason(outcome));
        all = false;
      }
    }
    return all ? ExitCode.OK : ExitCode.FAILED;
  }

  /** Prints the members as the node has them that knows most; returns the exit code. */
  int printMembers(PrintStream out, PrintStream err) throws InterruptedException {
    NodeReport latest = null;
    List<String> down = new ArrayList<>();
    for (RemoteNode node : nodes()) {
      try {
        NodeReport report = node.status();
        latest = latest == null || report.knowsMoreThan(latest) ? report : latest;
      } catch (IOException e) {
        down.add("down: " + e.getMessage());
      }
    }
    if (latest == null) {
      down.forEach(err::println);
      return ExitCode.FAILED;
    }
    out.printf("%-6s %-9s %s%n", "node", "is", "address");
    for (MemberList.Member member : latest.members().all()) {
      out.printf("%-6s %-9s %s%n", member.id(), member.kind().word(), member.address());
    }
    return ExitCode.OK;
  }

  private static String row(NodeReport node) {
    String row =
        String.format(
            "%-6s %-16s %6d  %-8s %12d %12d %12d %12d",
            node.id(),
            node.role(),
            node.term(),
            node.leader(),
            node.commitIndex(),
            node.appliedIndex(),
            node.snapshotIndex(),
            node.value());
    if (!node.receiving().equals(NodeReport.NOTHING)) {
      row += "\n       receives a snapshot: " + node.receiving();
    }
    return node.health().equals("OK") ? row : row + "\n       " + node.health();
  }

  private List<RemoteNode> nodes() {
    HttpClient http = RemoteNode.httpClient();
    return addresses.stream()
        .map(address -> new RemoteNode(address.strip(), http, RemoteNode.PATIENCE))
        .toList();
  }
}
