package io.balsa.raft.examples;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.balsa.raft.OutcomeUnknownException;
import io.balsa.raft.RaftException;
import io.balsa.raft.RaftNode;
import java.io.IOException;
import java.io.OutputStream;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Lets clients on this machine use the counter of a node.
 *
 * <ul>
 *   <li>{@code POST /increment?by=5} answers the new value.
 *   <li>{@code GET /get} answers the value (linearizable).
 *   <li>{@code GET /status} tells what this node is doing; {@code ?json} as JSON.
 *   <li>An answer 503 means that nothing was executed; 504 that nobody knows.
 * </ul>
 */
final class CounterHttp implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(CounterHttp.class);
  private static final int THREADS = 8;

  /** An answer to a client: a status code of HTTP and a text. */
  private record Answer(int code, String text) {}

  private final RaftNode node;
  private final PublishedCounter counter;
  private final HttpServer server;
  private final ExecutorService threads = Executors.newFixedThreadPool(THREADS);

  private CounterHttp(RaftNode node, PublishedCounter counter, HttpServer server) {
    this.node = node;
    this.counter = counter;
    this.server = server;
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

  static CounterHttp start(HttpServer server, RaftNode node, PublishedCounter counter) {
    CounterHttp http = new CounterHttp(node, counter, server);
    server.setExecutor(http.threads);
    server.createContext("/", http::handle);
    server.start();
    return http;
  }

  private void handle(HttpExchange exchange) {
    CompletableFuture<Answer> answer;
    try {
      answer = answerTo(exchange);
    } catch (RuntimeException e) {
      answer = CompletableFuture.failedFuture(e);
    }
    answer.exceptionally(CounterHttp::explain).thenAcceptAsync(a -> send(exchange, a), threads);
  }

  private CompletableFuture<Answer> answerTo(HttpExchange exchange) {
    String query = exchange.getRequestURI().getQuery();
    return switch (exchange.getRequestMethod() + " " + exchange.getRequestURI().getPath()) {
      case "POST /increment" -> increment(query);
      case "GET /get" -> node.read(counter::value).thenApply(v -> ok(v + "\n"));
      case "GET /status" -> done(ok(status("json".equals(query))));
      default ->
          done(new Answer(404, "use POST /increment?by=1, GET /get, or GET /status (?json)\n"));
    };
  }

  private CompletableFuture<Answer> increment(String query) {
    long by;
    try {
      by = query == null ? 1 : Long.parseLong(query.replaceFirst("^by=", ""));
    } catch (NumberFormatException e) {
      return done(new Answer(400, "\"" + query + "\" is not by=NUMBER\n"));
    }
    return node.propose(PublishedCounter.bytes(by))
        .thenApply(v -> ok(PublishedCounter.number(v) + "\n"));
  }

  private String status(boolean json) {
    NodeReport report = NodeReport.of(node.status(), counter.latest());
    return json ? report.toJson() : report.toText();
  }

  private static Answer ok(String text) {
    return new Answer(200, text);
  }

  private static CompletableFuture<Answer> done(Answer answer) {
    return CompletableFuture.completedFuture(answer);
  }

  private static Answer explain(Throwable failure) {
    Throwable cause = failure instanceof CompletionException ? failure.getCause() : failure;
    if (cause instanceof OutcomeUnknownException) {
      return new Answer(504, "unknown: " + cause.getMessage() + "\n");
    }
    if (cause instanceof RaftException) { // not executed, or closed
      return new Answer(503, "not executed: " + cause.getMessage() + "\n");
    }
    LOG.error("a request failed", cause);
    return new Answer(500, "unknown: " + cause + "\n");
  }

  private static void send(HttpExchange exchange, Answer answer) {
    byte[] body = answer.text.getBytes(StandardCharsets.UTF_8);
    try (exchange) {
      exchange.sendResponseHeaders(answer.code, body.length);
      try (OutputStream out = exchange.getResponseBody()) {
        out.write(body);
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
