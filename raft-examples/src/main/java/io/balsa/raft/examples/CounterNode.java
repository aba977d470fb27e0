package io.balsa.raft.examples;

import java.io.IOException;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** One node of the counter cluster, as a process. */
@Command(
    name = "counter-node",
    description = "One node of a replicated counter. Ends when its standard input ends.")
final class CounterNode implements Callable<Integer> {
  /** The name of the group. */
  static final String GROUP = "counter";

  @Mixin private NodeOptions options;

  private CounterNode() {}

  public static void main(String[] args) {
    NodeOptions.execute(new CounterNode(), args);
  }

  @Override
  public Integer call() throws IOException {
    PublishedCounter counter = new PublishedCounter();
    return options.run(GROUP, counter, counter::value, node -> new CounterHttp(node, counter));
  }
}
