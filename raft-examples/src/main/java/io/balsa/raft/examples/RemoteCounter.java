package io.balsa.raft.examples;

import java.io.IOException;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpConnectTimeoutException;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;

/**
 * The counter as a client sees it through one node. Blocks; any thread may use it.
 *
 * <ul>
 *   <li>An increment has one of three outcomes, and the difference is never glossed over: a lost
 *       connection or a missing answer makes it unknown, not failed.
 * </ul>
 */
final class RemoteCounter {
  private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(1);

  /** Longer than a node looks for a leader, which is ten election timeouts. */
  static final Duration PATIENCE = Duration.ofSeconds(15);

  /** What became of a request. */
  sealed interface Outcome {

    /** It was executed, for good. */
    record Executed(long value) implements Outcome {}

    /** It was not and never will be, so it may be tried again. */
    record NotExecuted(String reason) implements Outcome {}

    /** It may have been executed, may be executed later, or never. */
    record Unknown(String reason) implements Outcome {}
  }

  private final String address;
  private final HttpClient http;
  private final Duration patience;

  RemoteCounter(String address, HttpClient http, Duration patience) {
    this.address = address;
    this.http = http;
    this.patience = patience;
  }

  static HttpClient httpClient() {
    return HttpClient.newBuilder()
        .version(HttpClient.Version.HTTP_1_1)
        .connectTimeout(CONNECT_TIMEOUT)
        .build();
  }

  String address() {
    return address;
  }

  Outcome increment(long by) throws InterruptedException {
    return send(request("/increment?by=" + by).POST(HttpRequest.BodyPublishers.noBody()).build());
  }

  /** A linearizable read. Nothing hangs on a read whose outcome is unknown: try again. */
  Outcome get() throws InterruptedException {
    return send(request("/get").build());
  }

  /** What this node says of itself; fails if it doesn't answer. */
  NodeReport status() throws IOException, InterruptedException {
    HttpRequest request = request("/status").timeout(Duration.ofSeconds(2)).build();
    try {
      return NodeReport.parse(http.send(request, HttpResponse.BodyHandlers.ofString()).body());
    } catch (IllegalArgumentException e) {
      throw new IOException(address + " is not a node of a counter cluster", e);
    } catch (ConnectException e) {
      throw new IOException("nobody listens at " + address, e);
    }
  }

  private HttpRequest.Builder request(String path) {
    return HttpRequest.newBuilder(URI.create("http://" + address + path)).timeout(patience);
  }

  private Outcome send(HttpRequest request) throws InterruptedException {
    HttpResponse<String> response;
    try {
      response = http.send(request, HttpResponse.BodyHandlers.ofString());
    } catch (ConnectException | HttpConnectTimeoutException e) {
      return new Outcome.NotExecuted("nobody listens at " + address);
    } catch (IOException e) {
      return new Outcome.Unknown("no answer from " + address + ": " + e.getMessage());
    }
    String text = response.body().strip();
    return switch (response.statusCode()) {
      case 200 -> executed(text);
      case 400, 404, 503 -> new Outcome.NotExecuted(text);
      default -> new Outcome.Unknown(text);
    };
  }

  private Outcome executed(String text) {
    try {
      return new Outcome.Executed(Long.parseLong(text));
    } catch (NumberFormatException e) {
      return new Outcome.Unknown(address + " is not a node of a counter cluster: " + text);
    }
  }
}
