package io.balsa.raft.examples;

import io.balsa.raft.examples.Await.GivenUpException;
import java.io.IOException;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** Starts three nodes of a replicated key-value store, each a process, and tells how to use it. */
@Command(
    name = "kv-cluster",
    description = "Three processes, one key-value store, until ^C or the end of the input.")
public final class KeyValueCluster implements Callable<Integer> {
  @Mixin private ClusterOptions options;

  private final Narrator narrator = new Narrator(System.out);

  private KeyValueCluster() {}

  /**
   * Runs the cluster.
   *
   * @param args options, see {@code --help}
   */
  public static void main(String[] args) {
    System.exit(new CommandLine(new KeyValueCluster()).execute(args));
  }

  @Override
  public Integer call() throws InterruptedException {
    narrator.print("One key-value store, replicated by Raft to three processes.");
    narrator.print("");
    try (Workplace workplace = options.workplace(narrator)) {
      run(workplace);
      return ExitCode.OK;
    } catch (IOException | GivenUpException e) {
      narrator.print("FAILED: %s", e.getMessage());
      return ExitCode.FAILED;
    }
  }

  private void run(Workplace workplace) throws IOException, InterruptedException, GivenUpException {
    try {
      Cluster cluster = options.start(KeyValueNode.class, workplace, narrator, true);
      NodeReport leader = cluster.awaitLeader();
      narrator.say("%s leads in term %d", leader.id(), leader.term());
      Stay.withStore(cluster, workplace.directory(), narrator).run();
    } catch (GivenUpException | IOException e) {
      workplace.keep();
      narrator.print("Logs and data are in %s", workplace.directory());
      throw e;
    }
  }
}
