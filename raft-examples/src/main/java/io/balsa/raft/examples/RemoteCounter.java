package io.balsa.raft.examples;

import java.net.http.HttpRequest;
import java.net.http.HttpResponse;

/** The counter as a client sees it through one node. Blocks; any thread may use it. */
final class RemoteCounter {
  private final RemoteNode node;

  RemoteCounter(RemoteNode node) {
    this.node = node;
  }

  Outcome<Long> increment(long by) throws InterruptedException {
    HttpRequest.Builder request = node.request("/increment?by=" + by);
    return node.send(request.POST(HttpRequest.BodyPublishers.noBody()).build(), this::understand);
  }

  /** A linearizable read. Nothing hangs on a read whose outcome is unknown: try again. */
  Outcome<Long> get() throws InterruptedException {
    return node.send(node.request("/get").build(), this::understand);
  }

  private Outcome<Long> understand(HttpResponse<byte[]> response) {
    String text = RemoteNode.text(response);
    if (response.statusCode() != HttpService.OK) {
      return new Outcome.NotExecuted<>(text);
    }
    try {
      return new Outcome.Executed<>(Long.parseLong(text));
    } catch (NumberFormatException e) {
      return new Outcome.Unknown<>(node.address() + " is not a node of a counter cluster: " + text);
    }
  }
}
