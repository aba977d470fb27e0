package io.balsa.raft.examples;

import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.util.List;

/** A cluster as its operator sees it through one node. Blocks; any thread may use it. */
final class RemoteAdmin {
  private final RemoteNode node;

  RemoteAdmin(RemoteNode node) {
    this.node = node;
  }

  /**
   * Changes the members, all at once.
   *
   * @param wishes as in {@code add=n4=host4:7000} and {@code remove=n3}
   */
  Outcome<String> changeMembers(List<String> wishes) throws InterruptedException {
    return post(AdminHttp.MEMBERS, String.join("&", wishes));
  }

  /** Lets another node lead; an empty id means the best one. */
  Outcome<String> transfer(String id) throws InterruptedException {
    return post(AdminHttp.LEADER, id.isEmpty() ? "" : "node=" + id);
  }

  /** Takes a snapshot on this node. */
  Outcome<String> snapshot() throws InterruptedException {
    return post(AdminHttp.SNAPSHOT, "");
  }

  private Outcome<String> post(String path, String body) throws InterruptedException {
    return node.send(
        node.request(path).POST(BodyPublishers.ofString(body)).build(), RemoteAdmin::understand);
  }

  private static Outcome<String> understand(HttpResponse<byte[]> response) {
    String text = RemoteNode.text(response);
    return response.statusCode() == HttpService.OK
        ? new Outcome.Executed<>(text)
        : new Outcome.NotExecuted<>(text);
  }
}
