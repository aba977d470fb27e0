package io.balsa.raft.examples;

import io.balsa.raft.examples.RemoteCounter.Outcome;
import java.io.IOException;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.net.http.HttpClient;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ScopeType;

/** Talks to a running counter cluster from the command line. */
@Command(
    name = "counter",
    mixinStandardHelpOptions = true,
    synopsisSubcommandLabel = "(increment | get | status)",
    description = "Talks to a running counter cluster; tries the next node when one is down.",
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {
      "0:done",
      "1:not done, by no node; nothing was executed",
      "2:the arguments make no sense",
      "5:the increment may have been executed or not; look before you try again"
    })
final class CounterClient {
  /** Where {@code --nodes} comes from if it is not given. */
  static final String NODES_PROPERTY = "counter.nodes";

  @FunctionalInterface
  private interface Request {
    Outcome send(RemoteCounter counter) throws InterruptedException;
  }

  @Option(
      names = "--nodes",
      split = ",",
      scope = ScopeType.INHERIT,
      paramLabel = "HOST:PORT",
      defaultValue = "${sys:counter.nodes:-127.0.0.1:8001,127.0.0.1:8002,127.0.0.1:8003}",
      description = "Where the nodes listen for clients (default: ${DEFAULT-VALUE}).")
  private List<String> nodes;

  private final PrintStream out;
  private final PrintStream err;

  private CounterClient(PrintStream out, PrintStream err) {
    this.out = out;
    this.err = err;
  }

  public static void main(String[] args) {
    System.exit(run(System.out, System.err, args));
  }

  /** Does what {@link #main} does, and returns the exit code. */
  static int run(PrintStream out, PrintStream err, String... args) {
    CommandLine line = new CommandLine(new CounterClient(out, err));
    line.setOut(new PrintWriter(out, true)).setErr(new PrintWriter(err, true));
    line.setExecutionExceptionHandler(
        (e, command, parsed) -> {
          err.println("counter: " + e.getMessage());
          return e instanceof IllegalArgumentException ? ExitCode.USAGE : ExitCode.FAILED;
        });
    return line.execute(args);
  }

  @Command(description = "Adds to the counter and prints the new value.")
  int increment(
      @Option(
              names = "--by",
              paramLabel = "N",
              defaultValue = "1",
              description = "How much to add (default: ${DEFAULT-VALUE}).")
          long by)
      throws InterruptedException {
    return print(ask(counter -> counter.increment(by), false));
  }

  @Command(description = "Reads the counter (linearizable).")
  int get() throws InterruptedException {
    return print(ask(RemoteCounter::get, true));
  }

  @Command(description = "Prints what each node says of itself.")
  int status() throws InterruptedException {
    out.printf(
        "%-6s %-16s %6s  %-8s %12s %12s %12s%n",
        "node", "role", "term", "leader", "committed", "applied", "value");
    int down = 0;
    for (RemoteCounter counter : counters()) {
      try {
        out.println(row(counter.status()));
      } catch (IOException e) {
        out.println("down: " + e.getMessage());
        down++;
      }
    }
    return down == nodes.size() ? ExitCode.FAILED : ExitCode.OK;
  }

  private static String row(NodeReport node) {
    String row =
        String.format(
            "%-6s %-16s %6d  %-8s %12d %12d %12d",
            node.id(),
            node.role(),
            node.term(),
            node.leader(),
            node.commitIndex(),
            node.appliedIndex(),
            node.value());
    return node.health().equals("OK") ? row : row + "\n       " + node.health();
  }

  /** Asks one node after the other until one has done it, or it can't be asked again safely. */
  private Outcome ask(Request request, boolean repeatable) throws InterruptedException {
    List<String> reasons = new ArrayList<>();
    for (RemoteCounter counter : counters()) {
      Outcome outcome = request.send(counter);
      if (outcome instanceof Outcome.NotExecuted notExecuted) {
        reasons.add(counter.address() + ": " + notExecuted.reason());
      } else if (outcome instanceof Outcome.Unknown unknown && repeatable) {
        reasons.add(counter.address() + ": " + unknown.reason());
      } else {
        return outcome;
      }
    }
    return new Outcome.NotExecuted(String.join("\n         ", reasons));
  }

  private int print(Outcome outcome) {
    if (outcome instanceof Outcome.Executed executed) {
      out.println(executed.value());
      return ExitCode.OK;
    } else if (outcome instanceof Outcome.Unknown unknown) {
      err.println("counter: " + unknown.reason());
      err.println("It may have been executed or not: look at the value before you repeat it.");
      return ExitCode.UNKNOWN;
    }
    err.println("counter: " + ((Outcome.NotExecuted) outcome).reason());
    return ExitCode.FAILED;
  }

  private List<RemoteCounter> counters() {
    HttpClient http = RemoteCounter.httpClient();
    Function<String, RemoteCounter> connect =
        address -> new RemoteCounter(address.strip(), http, RemoteCounter.PATIENCE);
    return nodes.stream().map(connect).toList();
  }
}
