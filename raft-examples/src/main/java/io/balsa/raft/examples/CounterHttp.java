package io.balsa.raft.examples;

import com.sun.net.httpserver.HttpExchange;
import io.balsa.raft.RaftNode;
import io.balsa.raft.examples.HttpService.Answer;
import java.util.concurrent.CompletableFuture;

/**
 * What clients may ask of a counter.
 *
 * <ul>
 *   <li>{@code POST /increment?by=5} answers the new value.
 *   <li>{@code GET /get} answers the value (linearizable).
 * </ul>
 */
final class CounterHttp implements HttpService.Endpoint {
  private static final String USE = "use POST /increment?by=1, GET /get, or GET /status (?json)";

  private final RaftNode node;
  private final PublishedCounter counter;

  CounterHttp(RaftNode node, PublishedCounter counter) {
    this.node = node;
    this.counter = counter;
  }

  @Override
  public CompletableFuture<Answer> answer(HttpExchange exchange) {
    return switch (HttpService.call(exchange)) {
      case "POST /increment" -> increment(exchange.getRequestURI().getQuery());
      case "GET /get" -> node.read(counter::value).thenApply(CounterHttp::ok);
      default -> Answer.of(HttpService.NOT_FOUND, USE).now();
    };
  }

  private CompletableFuture<Answer> increment(String query) {
    long by;
    try {
      by = query == null ? 1 : Long.parseLong(query.replaceFirst("^by=", ""));
    } catch (NumberFormatException e) {
      return Answer.of(HttpService.BAD_REQUEST, "\"" + query + "\" is not by=NUMBER").now();
    }
    return node.propose(PublishedCounter.bytes(by))
        .thenApply(answer -> ok(PublishedCounter.number(answer)));
  }

  private static Answer ok(long value) {
    return Answer.of(HttpService.OK, Long.toString(value));
  }
}
