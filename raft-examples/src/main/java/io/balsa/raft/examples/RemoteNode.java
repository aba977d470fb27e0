package io.balsa.raft.examples;

import java.io.IOException;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpConnectTimeoutException;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.function.Function;

/** A node as a client sees it. Blocks; any thread may use it. */
final class RemoteNode {
  private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(1);

  /** Longer than a node looks for a leader, which is ten election timeouts. */
  static final Duration PATIENCE = Duration.ofSeconds(15);

  private final String address;
  private final HttpClient http;
  private final Duration patience;

  RemoteNode(String address, HttpClient http, Duration patience) {
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

  /** What this node says of itself; fails if it doesn't answer. */
  NodeReport status() throws IOException, InterruptedException {
    HttpRequest request = request("/status").timeout(Duration.ofSeconds(2)).build();
    try {
      return NodeReport.parse(text(http.send(request, HttpResponse.BodyHandlers.ofByteArray())));
    } catch (IllegalArgumentException e) {
      throw new IOException(address + " is not a node of such a cluster", e);
    } catch (ConnectException e) {
      throw new IOException("nobody listens at " + address, e);
    }
  }

  HttpRequest.Builder request(String path) {
    return HttpRequest.newBuilder(URI.create("http://" + address + path)).timeout(patience);
  }

  /**
   * Sends a request.
   *
   * @param understand tells what an answer means that is neither a refusal nor a failure
   */
  <T> Outcome<T> send(HttpRequest request, Function<HttpResponse<byte[]>, Outcome<T>> understand)
      throws InterruptedException {
    HttpResponse<byte[]> response;
    try {
      response = http.send(request, HttpResponse.BodyHandlers.ofByteArray());
    } catch (ConnectException | HttpConnectTimeoutException e) {
      return new Outcome.NotExecuted<>("nobody listens at " + address);
    } catch (IOException e) {
      return new Outcome.Unknown<>("no answer from " + address + ": " + e.getMessage());
    }
    return switch (response.statusCode()) {
      case HttpService.BAD_REQUEST,
          HttpService.CLOSED,
          HttpService.TOO_LARGE,
          HttpService.NOT_EXECUTED ->
          new Outcome.NotExecuted<>(text(response));
      case HttpService.OK, HttpService.NOT_FOUND, HttpService.CONFLICT ->
          understand.apply(response);
      default -> new Outcome.Unknown<>(text(response));
    };
  }

  static String text(HttpResponse<byte[]> response) {
    return new String(response.body(), StandardCharsets.UTF_8).strip();
  }
}
