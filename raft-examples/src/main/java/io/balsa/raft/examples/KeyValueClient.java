package io.balsa.raft.examples;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Talks to a running key-value store from the command line. */
@Command(
    name = "kv",
    synopsisSubcommandLabel =
        "(put | get | cas | delete | status | members | add | remove | transfer | snapshot)",
    description = "Talks to a running key-value store, whichever of its nodes are up.",
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {
      "0:done",
      "1:not done; nothing was executed",
      "2:the arguments make no sense",
      "5:it may have been executed or not; look before you try again",
      "6:the key is not there, or does not have the version; nothing was changed"
    })
final class KeyValueClient extends AdminClient {
  @Mixin private ClusterClient cluster;

  private KeyValueClient(PrintStream out, PrintStream err) {
    super("kv", out, err);
  }

  public static void main(String[] args) {
    System.exit(run(System.out, System.err, args));
  }

  /** Does what {@link #main} does, and returns the exit code. */
  static int run(PrintStream out, PrintStream err, String... args) {
    return NodeList.execute(new KeyValueClient(out, err), out, err, args);
  }

  @Command(description = "Gives a key its value and prints the version that it got.")
  int put(
      @Parameters(paramLabel = "KEY") String key, @Parameters(paramLabel = "VALUE") String value)
      throws IOException {
    return put(key, value, Change.ANY);
  }

  @Command(description = "Puts a value if the key has the version that was read before.")
  int cas(
      @Parameters(paramLabel = "KEY") String key,
      @Parameters(paramLabel = "VERSION", description = "0 if the key must not be there.")
          long version,
      @Parameters(paramLabel = "VALUE") String value)
      throws IOException {
    if (version < 0) {
      throw new IllegalArgumentException("a version is not negative: " + version);
    }
    return put(key, value, version);
  }

  private int put(String key, String value, long expected) throws IOException {
    byte[] bytes = value.getBytes(StandardCharsets.UTF_8);
    if (bytes.length > Change.MAX_VALUE) {
      throw new IllegalArgumentException("a value has at most " + Change.MAX_VALUE + " bytes");
    }
    return print(propose(new Change.Put(checked(key), bytes, expected)));
  }

  @Command(description = "Reads the value of a key (linearizable).")
  int get(
      @Parameters(paramLabel = "KEY") String key,
      @Option(names = "--with-version", description = "Prints the version before the value.")
          boolean withVersion)
      throws IOException {
    byte[] query = checked(key).getBytes(StandardCharsets.UTF_8);
    return NodeList.tell(
        cluster.read(KeyValueNode.GROUP, query, KeyValueStore::found),
        "kv",
        err,
        found -> print(found, withVersion));
  }

  private int print(Optional<KeyValueStore.Versioned> found, boolean withVersion) {
    if (found.isEmpty()) {
      err.println("kv: there is no such key");
      return ExitCode.CONFLICT;
    }
    if (withVersion) {
      out.print(found.get().version() + " ");
    }
    byte[] value = found.get().value();
    out.write(value, 0, value.length);
    out.println();
    return ExitCode.OK;
  }

  @Command(description = "Removes a key and prints the version that it had.")
  int delete(
      @Parameters(paramLabel = "KEY") String key,
      @Option(
              names = "--version",
              paramLabel = "VERSION",
              defaultValue = "" + Change.ANY,
              description = "Only if the key has this version.",
              showDefaultValue = picocli.CommandLine.Help.Visibility.NEVER)
          long version)
      throws IOException {
    return print(propose(new Change.Delete(checked(key), version)));
  }

  private Outcome<Receipt> propose(Change change) throws IOException {
    return cluster.propose(KeyValueNode.GROUP, change.encode(), Receipt::decode);
  }

  @Command(description = "Prints what each node says of itself.")
  int status() throws InterruptedException {
    return nodes.printStatus(out, "keys");
  }

  private static String checked(String key) {
    String fault = Change.fault(key);
    if (fault != null) {
      throw new IllegalArgumentException(fault);
    }
    return key;
  }

  private int print(Outcome<Receipt> outcome) {
    return NodeList.tell(outcome, "kv", err, this::print);
  }

  private int print(Receipt receipt) {
    if (receipt.version() == Change.ABSENT) {
      err.println("kv: there is no such key");
      return ExitCode.CONFLICT;
    } else if (receipt.result() == Receipt.Result.CONFLICT) {
      err.println("kv: the key has version " + receipt.version());
      return ExitCode.CONFLICT;
    }
    out.println(receipt.version());
    return ExitCode.OK;
  }
}
