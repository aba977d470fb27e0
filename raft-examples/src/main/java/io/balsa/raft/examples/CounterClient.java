package io.balsa.raft.examples;

import java.io.IOException;
import java.io.PrintStream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Talks to a running counter cluster from the command line. */
@Command(
    name = "counter",
    synopsisSubcommandLabel =
        "(increment | get | status | members | add | remove | transfer | snapshot)",
    description = "Talks to a running counter cluster, whichever of its nodes are up.",
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {
      "0:done",
      "1:not done; nothing was executed",
      "2:the arguments make no sense",
      "5:it may have been executed or not; look before you try again"
    })
final class CounterClient extends AdminClient {
  @Mixin private ClusterClient cluster;

  private CounterClient(PrintStream out, PrintStream err) {
    super("counter", out, err);
  }

  public static void main(String[] args) {
    System.exit(run(System.out, System.err, args));
  }

  /** Does what {@link #main} does, and returns the exit code. */
  static int run(PrintStream out, PrintStream err, String... args) {
    return NodeList.execute(new CounterClient(out, err), out, err, args);
  }

  @Command(description = "Adds to the counter and prints the new value.")
  int increment(
      @Option(
              names = "--by",
              paramLabel = "N",
              defaultValue = "1",
              description = "How much to add (default: ${DEFAULT-VALUE}).")
          long by)
      throws IOException {
    byte[] command = PublishedCounter.bytes(by);
    return print(cluster.propose(CounterNode.GROUP, command, PublishedCounter::number));
  }

  @Command(description = "Reads the counter (linearizable).")
  int get() throws IOException {
    byte[] query = PublishedCounter.QUERY;
    return print(cluster.read(CounterNode.GROUP, query, PublishedCounter::number));
  }

  @Command(description = "Prints what each node says of itself.")
  int status() throws InterruptedException {
    return nodes.printStatus(out, "value");
  }

  private int print(Outcome<Long> outcome) {
    return NodeList.tell(
        outcome,
        "counter",
        err,
        value -> {
          out.println(value);
          return ExitCode.OK;
        });
  }
}
