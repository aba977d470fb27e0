package io.balsa.raft.examples;

import io.balsa.raft.examples.Await.GivenUpException;
import io.balsa.raft.examples.Demonstration.BrokenPromiseException;
import java.io.IOException;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Starts three nodes of a replicated counter, each a process, and shows what Raft is good for. */
@Command(
    name = "counter-cluster",
    description = "Three processes, one counter: kills the leader and shows that nothing is lost.")
public final class CounterCluster implements Callable<Integer> {
  @Option(
      names = "--stay",
      description = "Keep the cluster running afterwards, until ^C or the end of the input.")
  private boolean stay;

  @Mixin private ClusterOptions options;

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
    try (Workplace workplace = options.workplace(narrator)) {
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
      Cluster cluster = options.start(CounterNode.class, workplace, narrator, stay);
      new Demonstration(cluster, narrator).run();
      if (stay) {
        Stay.withCounter(cluster, workplace.directory(), narrator).run();
      }
    } catch (BrokenPromiseException | GivenUpException | IOException e) {
      workplace.keep();
      narrator.print("Logs and data are in %s", workplace.directory());
      throw e;
    }
  }
}
