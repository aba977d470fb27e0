package io.balsa.raft;

import io.balsa.raft.core.NodeId;
import io.balsa.raft.core.Role;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * Serves clients that are no members.
 *
 * <ul>
 *   <li>Each request is answered exactly once, and on a thread that must not wait.
 *   <li>No more than {@link #MOST} requests are under way, and their bytes are counted with those
 *       of all proposals of this node. Who comes on top is told so at once.
 *   <li>What writes is done by leaders only: a client that is told where the leader is is faster
 *       than one whose every command is passed on.
 * </ul>
 */
final class ClientDesk {
  /** So many requests, each with little in it, are some megabytes. */
  static final int MOST = 1 << 14;

  private static final byte[] NOTHING = {};
  private static final long SHORTEST_SESSION = Duration.ofSeconds(1).toMillis();

  private final Supplier<NodeStatus> status;
  private final SessionDesk sessions;
  private final Function<byte[], CompletableFuture<byte[]>> reads;
  private final ByteBudget budget;
  private final int maxBytes;
  private final AtomicInteger underWay = new AtomicInteger();

  /**
   * A desk.
   *
   * @param status what the node is doing
   * @param sessions carries out what writes
   * @param reads carries out a linearizable query
   * @param budget what queries take their bytes from
   * @param maxBytes the longest command or query
   */
  ClientDesk(
      Supplier<NodeStatus> status,
      SessionDesk sessions,
      Function<byte[], CompletableFuture<byte[]>> reads,
      ByteBudget budget,
      int maxBytes) {
    this.status = status;
    this.sessions = sessions;
    this.reads = reads;
    this.budget = budget;
    this.maxBytes = maxBytes;
  }

  /** A request has come; {@code reply} is called once, now or later, by any thread. */
  void asked(ClientRequest request, Consumer<ClientAnswer> reply) {
    ClientAnswer atOnce = answerAtOnce(request);
    if (atOnce != null) {
      reply.accept(atOnce);
      return;
    }
    if (underWay.incrementAndGet() > MOST) {
      underWay.decrementAndGet();
      reply.accept(busy("more than " + MOST + " requests of clients are under way"));
      return;
    }
    carryOut(request)
        .handle((answer, failure) -> failure == null ? answer : explain(failure))
        .thenAccept(
            answer -> {
              underWay.decrementAndGet();
              reply.accept(answer);
            });
  }

  /** What needs no waiting; null if the request has to be carried out. */
  private ClientAnswer answerAtOnce(ClientRequest request) {
    if (request instanceof ClientRequest.Status) {
      return view();
    } else if (request instanceof ClientRequest.Unknown unknown) {
      return refused("this node does not know " + unknown.what());
    } else if (request instanceof ClientRequest.Read read) {
      return read.query().length > maxBytes ? refused(tooLarge("query", read.query())) : null;
    } else if (request instanceof ClientRequest.Propose propose) {
      int length = propose.command().length;
      if (length == 0 || length > maxBytes) {
        return refused(tooLarge("command", propose.command()));
      }
    } else if (request instanceof ClientRequest.OpenSession open) {
      if (open.timeoutMillis() < SHORTEST_SESSION
          || open.timeoutMillis() > SessionTable.MAX_TIMEOUT_MILLIS) {
        return refused("a session of " + open.timeoutMillis() + " ms");
      }
    }
    return leads() ? null : new ClientAnswer.NotLeader(view());
  }

  private boolean leads() {
    NodeStatus now = status.get();
    return now.role() == Role.LEADER && now.health().state() == NodeStatus.State.OK;
  }

  private CompletableFuture<ClientAnswer> carryOut(ClientRequest request) {
    if (request instanceof ClientRequest.Propose p) {
      return sessions
          .propose(p.session(), p.sequence(), p.answeredBelow(), p.command())
          .thenApply(a -> new ClientAnswer.Executed(a.index(), a.response()));
    } else if (request instanceof ClientRequest.Read read) {
      return read(read.query());
    } else if (request instanceof ClientRequest.OpenSession open) {
      return sessions
          .openSession(Duration.ofMillis(open.timeoutMillis()))
          .thenApply(ClientAnswer.Opened::new);
    } else if (request instanceof ClientRequest.KeepAlive k) {
      return sessions
          .keepAlive(k.session(), k.answeredBelow())
          .thenApply(nothing -> new ClientAnswer.Done());
    } else if (request instanceof ClientRequest.CloseSession close) {
      return sessions.closeSession(close.session()).thenApply(nothing -> new ClientAnswer.Done());
    }
    throw new AssertionError("unhandled " + request);
  }

  private CompletableFuture<ClientAnswer> read(byte[] query) {
    if (!budget.take(query.length)) {
      return CompletableFuture.completedFuture(
          busy("more than " + budget.limit() + " bytes of requests wait for their answer"));
    }
    return reads
        .apply(query)
        .whenComplete((value, failure) -> budget.giveBack(query.length))
        .thenApply(value -> new ClientAnswer.Value(value == null ? NOTHING : value));
  }

  /** A node that does not work does not know who leads, whatever it knew last. */
  private ClientAnswer.Status view() {
    NodeStatus now = status.get();
    boolean works = now.health().state() == NodeStatus.State.OK;
    NodeId leader = works ? now.leader().orElse(null) : null;
    return new ClientAnswer.Status(now.id(), leader, now.configurationIndex(), now.configuration());
  }

  /** What a query threw is the caller's mistake, or the state machine's; it changed nothing. */
  private static ClientAnswer explain(Throwable failure) {
    Throwable cause =
        failure instanceof CompletionException && failure.getCause() != null
            ? failure.getCause()
            : failure;
    String reason = cause.getMessage() == null ? cause.toString() : cause.getMessage();
    if (cause instanceof NotExecutedException) {
      return busy(reason);
    } else if (cause instanceof OutcomeUnknownException) {
      return new ClientAnswer.Failed(ClientAnswer.Problem.UNKNOWN, reason);
    } else if (cause instanceof ClosedException) {
      return new ClientAnswer.Failed(ClientAnswer.Problem.UNAVAILABLE, reason);
    } else if (cause instanceof SessionLostException) {
      return new ClientAnswer.Failed(ClientAnswer.Problem.SESSION_LOST, reason);
    } else if (cause instanceof AnswerLostException) {
      return new ClientAnswer.Failed(ClientAnswer.Problem.ANSWER_LOST, reason);
    }
    return refused(cause.toString());
  }

  private String tooLarge(String what, byte[] bytes) {
    return "a %s has at most %d bytes, and a command at least one; this one has %d"
        .formatted(what, maxBytes, bytes.length);
  }

  private static ClientAnswer busy(String reason) {
    return new ClientAnswer.Failed(ClientAnswer.Problem.BUSY, reason);
  }

  private static ClientAnswer refused(String reason) {
    return new ClientAnswer.Failed(ClientAnswer.Problem.REFUSED, reason);
  }
}
