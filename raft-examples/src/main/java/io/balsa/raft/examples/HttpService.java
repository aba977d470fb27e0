package io.balsa.raft.examples;

import com.sun.net.httpserver.Headers;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.balsa.raft.ClosedException;
import io.balsa.raft.OutcomeUnknownException;
import io.balsa.raft.RaftException;
import io.balsa.raft.RaftNode;
import java.io.IOException;
import java.io.OutputStream;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Lets clients on this machine use a node.
 *
 * <ul>
 *   <li>{@code GET /status} tells what this node is doing; {@code ?json} as JSON. {@link AdminHttp}
 *       changes the cluster. The rest is up to the example.
 *   <li>An answer 503 means that nothing was executed, try again; 410 that nothing was executed and
 *       this node is closed or has failed, use another; 504 that nobody knows.
 *   <li>No thread waits for the cluster.
 * </ul>
 */
final class HttpService implements AutoCloseable {
  static final int OK = 200;
  static final int BAD_REQUEST = 400;
  static final int NOT_FOUND = 404;
  static final int CLOSED = 410;
  static final int CONFLICT = 412;
  static final int TOO_LARGE = 413;
  static final int FAILED = 500;
  static final int NOT_EXECUTED = 503;
  static final int UNKNOWN = 504;

  private static final Logger LOG = LoggerFactory.getLogger(HttpService.class);
  private static final int THREADS = 8;

  /** What an example does for its clients. */
  @FunctionalInterface
  interface Endpoint {
    CompletableFuture<Answer> answer(HttpExchange exchange) throws IOException;
  }

  /** An answer to a client: a status code of HTTP, headers, and a body. */
  record Answer(int code, Map<String, String> headers, byte[] body) {
    static Answer of(int code, String text) {
      return new Answer(code, Map.of(), (text + "\n").getBytes(StandardCharsets.UTF_8));
    }

    CompletableFuture<Answer> now() {
      return CompletableFuture.completedFuture(this);
    }
  }

  private final RaftNode node;
  private final LongSupplier value;
  private final AdminHttp admin;
  private final Endpoint endpoint;
  private final HttpServer server;
  private final ExecutorService threads = Executors.newFixedThreadPool(THREADS);

  private HttpService(HttpServer server, RaftNode node, LongSupplier value, Endpoint endpoint) {
    this.server = server;
    this.node = node;
    this.admin = new AdminHttp(node);
    this.value = value;
    this.endpoint = endpoint;
  }

  /** Takes the port; fails with a {@link BindException} that says which if it is taken. */
  static HttpServer bind(int port) throws IOException {
    // Else the server lets each answer wait 40 ms for an acknowledgement of its header.
    System.setProperty("sun.net.httpserver.nodelay", "true");
    try {
      return HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 0);
    } catch (BindException e) {
      BindException clear =
          new BindException("port " + port + " is taken by another process: " + e.getMessage());
      clear.initCause(e);
      throw clear;
    }
  }

  /**
   * Begins to answer.
   *
   * @param value what the state machine tells of itself in the status
   */
  static HttpService start(
      HttpServer server, RaftNode node, LongSupplier value, Endpoint endpoint) {
    HttpService http = new HttpService(server, node, value, endpoint);
    server.setExecutor(http.threads);
    server.createContext("/", http::handle);
    server.start();
    return http;
  }

  private void handle(HttpExchange exchange) {
    CompletableFuture<Answer> answer;
    try {
      answer = answer(exchange);
    } catch (IOException | RuntimeException e) {
      answer = CompletableFuture.failedFuture(e);
    }
    answer.exceptionally(HttpService::explain).thenAcceptAsync(a -> send(exchange, a), threads);
  }

  private CompletableFuture<Answer> answer(HttpExchange exchange) throws IOException {
    String call = call(exchange);
    if (call.equals("GET /status")) {
      return status(exchange).now();
    }
    return AdminHttp.CALLS.contains(call) ? admin.answer(exchange) : endpoint.answer(exchange);
  }

  /** The method and the path of a request. */
  static String call(HttpExchange exchange) {
    return exchange.getRequestMethod() + " " + exchange.getRequestURI().getPath();
  }

  private Answer status(HttpExchange exchange) {
    NodeReport report = NodeReport.of(node.status(), value.getAsLong());
    boolean json = "json".equals(exchange.getRequestURI().getQuery());
    return Answer.of(OK, (json ? report.toJson() : report.toText()).stripTrailing());
  }

  private static Answer explain(Throwable failure) {
    Throwable cause = failure instanceof CompletionException ? failure.getCause() : failure;
    if (cause instanceof OutcomeUnknownException) {
      return Answer.of(UNKNOWN, "unknown: " + cause.getMessage());
    } else if (cause instanceof ClosedException) {
      return Answer.of(CLOSED, "closed, not executed: " + cause.getMessage());
    } else if (cause instanceof RaftException) {
      return Answer.of(NOT_EXECUTED, "not executed: " + cause.getMessage());
    } else if (cause instanceof IOException) { // of the request, so nothing was done
      return Answer.of(BAD_REQUEST, "the request can't be read: " + cause.getMessage());
    }
    LOG.error("a request failed", cause);
    return Answer.of(FAILED, "unknown: " + cause);
  }

  private static void send(HttpExchange exchange, Answer answer) {
    Headers headers = exchange.getResponseHeaders();
    answer.headers.forEach(headers::set);
    try (exchange) {
      exchange.sendResponseHeaders(answer.code, answer.body.length == 0 ? -1 : answer.body.length);
      try (OutputStream out = exchange.getResponseBody()) {
        out.write(answer.body);
      }
    } catch (IOException e) {
      LOG.debug("a client did not wait for its answer: {}", e.toString());
    }
  }

  @Override
  public void close() {
    server.stop(0);
    threads.shutdown();
  }
}
