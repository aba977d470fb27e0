package io.balsa.raft.examples;

import io.balsa.raft.OutcomeUnknownException;
import io.balsa.raft.RaftException;
import io.balsa.raft.SessionLostException;
import io.balsa.raft.transport.netty.RaftClient;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.Function;
import picocli.CommandLine.Option;
import picocli.CommandLine.ScopeType;

/**
 * How a command-line client uses what is replicated: through a {@link RaftClient}, which finds out
 * who leads and sees to it that a command is executed once, however often it has to be sent.
 */
final class ClusterClient {
  /** Where {@code --cluster} comes from if it is not given. */
  static final String PROPERTY = "balsa.cluster";

  /** What is asked of a cluster. */
  @FunctionalInterface
  private interface Request {
    CompletableFuture<byte[]> sendTo(RaftClient client);
  }

  @Option(
      names = "--cluster",
      split = ",",
      scope = ScopeType.INHERIT,
      paramLabel = "HOST:PORT",
      defaultValue = "${sys:balsa.cluster:-127.0.0.1:7001,127.0.0.1:7002,127.0.0.1:7003}",
      description = "Where some nodes listen for each other (default: ${DEFAULT-VALUE}).")
  private List<String> addresses;

  @Option(
      names = "--timeout",
      scope = ScopeType.INHERIT,
      paramLabel = "MS",
      defaultValue = "10000",
      description = "How long to try (default: ${DEFAULT-VALUE}).")
  private long timeout;

  private ClusterClient() {}

  /**
   * Lets the cluster execute a command, once.
   *
   * @param understand what the answer of the state machine means
   */
  <T> Outcome<T> propose(String group, byte[] command, Function<byte[], T> understand)
      throws IOException {
    return ask(group, client -> client.propose(command), understand);
  }

  /**
   * Asks the state machine, linearizably.
   *
   * @param understand what its answer means
   */
  <T> Outcome<T> read(String group, byte[] query, Function<byte[], T> understand)
      throws IOException {
    return ask(group, client -> client.read(query), understand);
  }

  private <T> Outcome<T> ask(String group, Request request, Function<byte[], T> understand)
      throws IOException {
    String[] some = addresses.stream().map(String::strip).toArray(String[]::new);
    RaftClient.Builder builder =
        RaftClient.builder(some).group(group).requestTimeout(Duration.ofMillis(timeout)).insecure();
    try (RaftClient client = builder.open()) {
      return await(request.sendTo(client), understand);
    }
  }

  /** Waits for what a {@link RaftClient} was asked for, and tells what became of it. */
  static <T> Outcome<T> await(CompletableFuture<byte[]> answer, Function<byte[], T> understand) {
    try {
      return new Outcome.Executed<>(understand.apply(answer.join()));
    } catch (CompletionException e) {
      return explain(e.getCause());
    }
  }

  private static <T> Outcome<T> explain(Throwable failure) {
    if (failure instanceof OutcomeUnknownException || failure instanceof SessionLostException) {
      return new Outcome.Unknown<>(failure.getMessage());
    } else if (failure instanceof RaftException) {
      return new Outcome.NotExecuted<>(failure.getMessage());
    }
    throw new IllegalStateException(failure);
  }
}
