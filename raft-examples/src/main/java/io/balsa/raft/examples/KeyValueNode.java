package io.balsa.raft.examples;

import java.io.IOException;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** One node of a key-value store, as a process. */
@Command(
    name = "kv-node",
    description = "One node of a replicated key-value store. Ends when its standard input ends.")
final class KeyValueNode implements Callable<Integer> {
  /** The name of the group. */
  static final String GROUP = "kv";

  @Mixin private NodeOptions options;

  private KeyValueNode() {}

  public static void main(String[] args) {
    NodeOptions.execute(new KeyValueNode(), args);
  }

  @Override
  public Integer call() throws IOException {
    KeyValueStore store = new KeyValueStore();
    return options.run(GROUP, store, store::size, node -> new KeyValueHttp(node, store));
  }
}
