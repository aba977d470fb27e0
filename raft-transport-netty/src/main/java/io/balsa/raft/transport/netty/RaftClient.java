package io.balsa.raft.transport.netty;

import io.balsa.raft.ClientAnswer;
import io.balsa.raft.ClosedException;
import io.balsa.raft.NotExecutedException;
import io.balsa.raft.RaftException;
import io.balsa.raft.core.Member;
import io.balsa.raft.core.NodeId;
import java.io.IOException;
import java.net.InetAddress;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;
import java.util.random.RandomGenerator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Uses a cluster from a program that is none of its nodes. It is given some addresses, finds the
 * leader, and follows it and the members wherever they go.
 *
 * <p>What is proposed is executed exactly once, although it is sent again when an answer does not
 * come: a client has a session with the cluster (section 6.3), which is opened with the first
 * proposal, and survives leaders and restarts of the whole cluster. When nothing is heard of the
 * client for longer than {@link Builder#sessionTimeout}, the session is lost: all proposals fail
 * with a {@link io.balsa.raft.SessionLostException} until {@link #openNewSession} is called,
 * because only the caller can tell whether what was under way must be looked for first.
 *
 * <p>Thread-safe; no method blocks except {@link #close}, for some seconds at most. Every future is
 * completed at its deadline at the latest, on the thread of the client: what depends on it without
 * an executor of its own must not wait there.
 */
public final class RaftClient implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(RaftClient.class);

  /** No node takes more. */
  private static final int LARGEST_COMMAND = 4 << 20;

  private final ClientLoop loop;
  private final Duration timeout;
  private final long mostBytes;
  private final AtomicLong bytes = new AtomicLong();

  private RaftClient(Builder builder, ClientLoop loop) {
    this.loop = loop;
    this.timeout = builder.timeout;
    this.mostBytes = builder.bytesInFlight;
  }

  /**
   * Starts to describe a client.
   *
   * @param addresses {@code host:port} of some nodes, of which one has to be reached at first; more
   *     are better
   * @return a builder
   * @throws IllegalArgumentException if there is none, or one is something else
   */
  public static Builder builder(String... addresses) {
    return new Builder(List.of(addresses));
  }

  /**
   * Proposes a command, with the usual time limit. Those that are under way at the same time may be
   * executed in any order.
   *
   * @param command at least one byte, at most 4 MiB or less if the nodes have small heaps; copied
   * @return what the state machine answered. Else a {@link NotExecutedException} (there was no
   *     leader until the deadline, the nodes or this client have too much to do, or it is not
   *     allowed), an {@link io.balsa.raft.OutcomeUnknownException} (it was sent, and no answer came
   *     until the deadline: it may have been executed, once, or may still be), a {@link
   *     io.balsa.raft.SessionLostException}, an {@link io.balsa.raft.AnswerLostException}, or a
   *     {@link ClosedException}.
   * @throws IllegalArgumentException if the command is empty or too large
   */
  public CompletableFuture<byte[]> propose(byte[] command) {
    return propose(command, timeout);
  }

  /**
   * Proposes a command.
   *
   * @param command as in {@link #propose(byte[])}
   * @param limit how long its caller wants to wait
   * @return as from {@link #propose(byte[])}
   * @throws IllegalArgumentException if the command is empty or too large, or the limit not
   *     positive
   */
  public CompletableFuture<byte[]> propose(byte[] command, Duration limit) {
    if (command.length == 0) {
      throw new IllegalArgumentException("a command has at least one byte");
    }
    return submit(
        PendingRequest.Kind.PROPOSE,
        command,
        limit,
        answer -> ((ClientAnswer.Executed) answer).response());
  }

  /**
   * Asks the state machine, with the usual time limit. The answer reflects every command that was
   * answered before the call (section 6.4); nothing is written.
   *
   * @param query for {@link io.balsa.raft.StateMachine#query}, at most 4 MiB; copied
   * @return its answer. Else a {@link NotExecutedException} (no node could answer until the
   *     deadline, there is too much to do, it is not allowed, or the state machine threw) or a
   *     {@link ClosedException}.
   * @throws IllegalArgumentException if the query is too large
   */
  public CompletableFuture<byte[]> read(byte[] query) {
    return read(query, timeout);
  }

  /**
   * Asks the state machine.
   *
   * @param query as in {@link #read(byte[])}
   * @param limit how long its caller wants to wait
   * @return as from {@link #read(byte[])}
   * @throws IllegalArgumentException if the query is too large, or the limit not positive
   */
  public CompletableFuture<byte[]> read(byte[] query, Duration limit) {
    return submit(
        PendingRequest.Kind.READ, query, limit, answer -> ((ClientAnswer.Value) answer).value());
  }

  /**
   * Who leads and who the members are, as the node sees it that was reached: also when there is no
   * leader.
   *
   * @return the status. Else a {@link NotExecutedException} if no node was reached until the usual
   *     deadline, or a {@link ClosedException}.
   */
  public CompletableFuture<ClusterStatus> status() {
    return submit(
        PendingRequest.Kind.STATUS,
        ClientFrame.nothing(),
        timeout,
        answer -> status((ClientAnswer.Status) answer));
  }

  private static ClusterStatus status(ClientAnswer.Status status) {
    List<Member> members = status.configuration().members();
    NodeId leader = status.leader();
    Optional<Member> found = members.stream().filter(m -> m.id().equals(leader)).findFirst();
    return new ClusterStatus(found, members);
  }

  /**
   * Lets the next proposal open a new session after one was lost; does nothing if none was. What
   * was proposed in the old one and not answered may have been executed, so look for it first.
   */
  public void openNewSession() {
    loop.run(Pilot::forgetLostSession);
  }

  private <T> CompletableFuture<T> submit(
      PendingRequest.Kind kind, byte[] data, Duration limit, Function<ClientAnswer, T> result) {
    if (data.length > LARGEST_COMMAND) {
      throw new IllegalArgumentException(
          "at most " + LARGEST_COMMAND + " bytes can be sent, not " + data.length);
    }
    Builder.checkPositive(limit);
    CompletableFuture<T> future = new CompletableFuture<>();
    long weight = PendingRequest.weight(data);
    if (bytes.addAndGet(weight) > mostBytes) {
      bytes.addAndGet(-weight);
      future.completeExceptionally(
          new NotExecutedException(
              "more than " + mostBytes + " bytes of requests wait for their answers"));
      return future;
    }
    PendingRequest request =
        new PendingRequest(
            kind,
            data.clone(),
            (answer, why) -> {
              bytes.addAndGet(-weight);
              complete(future, answer, why, result);
            });
    if (!loop.run(pilot -> pilot.submit(request, limit))) {
      request.caller.accept(null, new ClosedException("the client is closed", null));
    }
    return future;
  }

  private static <T> void complete(
      CompletableFuture<T> future,
      ClientAnswer answer,
      RaftException why,
      Function<ClientAnswer, T> result) {
    if (why == null) {
      future.complete(result.apply(answer));
    } else {
      future.completeExceptionally(why);
    }
  }

  /**
   * Ends all requests (with {@link io.balsa.raft.OutcomeUnknownException} where a command may have
   * been executed), the session and the connection. May be called more than once.
   */
  @Override
  public void close() {
    loop.close();
  }

  /** Describes a client. Whether it speaks TLS must be said. */
  public static final class Builder {
    private static final Duration LONGEST = Duration.ofDays(7);
    private static final Duration SHORTEST_SESSION = Duration.ofSeconds(1);

    private final List<String> addresses;
    private String group = "default";
    private Duration timeout = Duration.ofSeconds(10);
    private Duration sessionTimeout = Duration.ofMinutes(1);
    private long bytesInFlight = Math.min(32L << 20, Runtime.getRuntime().maxMemory() / 8);
    private Tls tls;
    private boolean insecure;

    private Builder(List<String> addresses) {
      if (addresses.isEmpty()) {
        throw new IllegalArgumentException("a client needs the address of at least one node");
      }
      addresses.forEach(HostPort::parse);
      this.addresses = addresses;
    }

    /**
     * The name of the group, as its nodes have it; "default" unless set.
     *
     * @param name the group
     * @return this
     */
    public Builder group(String name) {
      group = Objects.requireNonNull(name, "name");
      return this;
    }

    /**
     * How long a request waits for its answer unless it says something else; 10 seconds unless set.
     * Longer than it takes to elect a leader, or requests fail when one is lost.
     *
     * @param limit the time
     * @return this
     * @throws IllegalArgumentException if it is not positive, or more than 7 days
     */
    public Builder requestTimeout(Duration limit) {
      checkPositive(limit);
      timeout = limit;
      return this;
    }

    /**
     * After how long without a sign of this client the cluster forgets its session; 1 minute unless
     * set. Longer bears longer interruptions of the network, and keeps what a client that has died
     * leaves behind for longer. While the cluster is down no time passes for it.
     *
     * @param limit 1 second to 7 days
     * @return this
     * @throws IllegalArgumentException if it is shorter or longer
     */
    public Builder sessionTimeout(Duration limit) {
      if (limit.compareTo(SHORTEST_SESSION) < 0 || limit.compareTo(LONGEST) > 0) {
        throw new IllegalArgumentException(
            "a session can't have a timeout of " + limit + ": it must be 1 second to 7 days");
      }
      sessionTimeout = limit;
      return this;
    }

    /**
     * How much memory requests may take that wait for their answers, each counted with its bytes
     * and 256 more; 32 MiB or an eighth of the heap unless set. What comes on top fails at once
     * with a {@link NotExecutedException}.
     *
     * @param most the number of bytes
     * @return this
     * @throws IllegalArgumentException if it is not positive
     */
    public Builder bytesInFlight(long most) {
      if (most <= 0) {
        throw new IllegalArgumentException(most + " bytes are no limit");
      }
      bytesInFlight = most;
      return this;
    }

    /**
     * Speaks TLS, with a certificate for {@code raft://<cluster>/client/<name>}.
     *
     * @param settings where the keys are
     * @return this
     */
    public Builder tls(Tls settings) {
      tls = Objects.requireNonNull(settings, "settings");
      return this;
    }

    /**
     * Speaks plain TCP, with nodes that do so, too.
     *
     * @return this
     */
    public Builder insecure() {
      insecure = true;
      return this;
    }

    /**
     * Makes the client. Nothing is connected before there is a request.
     *
     * @return the client
     * @throws IllegalStateException if it was not said whether it speaks TLS, or both
     * @throws IOException if the keys can't be used, saying why
     */
    public RaftClient open() throws IOException {
      if (insecure == (tls != null)) {
        throw new IllegalStateException("a client needs either tls(...) or insecure()");
      }
      Security security = insecure ? Security.none() : Security.tlsOfClient(tls, LOG);
      RandomGenerator random = () -> ThreadLocalRandom.current().nextLong();
      Reactor reactor =
          new Reactor("client", Limits.DEFAULT, security, InetAddress::getAllByName, random);
      security.start(reactor);
      return new RaftClient(this, new ClientLoop(group, addresses, sessionTimeout, reactor));
    }

    private static void checkPositive(Duration limit) {
      if (limit.isNegative() || limit.isZero() || limit.compareTo(LONGEST) > 0) {
        throw new IllegalArgumentException("a request can't have a time limit of " + limit);
      }
    }
  }
}
