package io.balsa.raft.examples;

import java.net.URLEncoder;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.function.LongFunction;

/** A key-value store as a client sees it through one node. Blocks; any thread may use it. */
final class RemoteStore {
  private final RemoteNode node;

  RemoteStore(RemoteNode node) {
    this.node = node;
  }

  /** A linearizable read. Nothing hangs on a read whose outcome is unknown: try again. */
  Outcome<Optional<KeyValueStore.Versioned>> get(String key) throws InterruptedException {
    return get(key, "");
  }

  /** A linearizable read that relies on the clocks of the nodes. */
  Outcome<Optional<KeyValueStore.Versioned>> getByLease(String key) throws InterruptedException {
    return get(key, "?" + KeyValueHttp.BY_LEASE);
  }

  private Outcome<Optional<KeyValueStore.Versioned>> get(String key, String how)
      throws InterruptedException {
    return node.send(
        node.request(path(key) + how).build(),
        response ->
            response.statusCode() == HttpService.NOT_FOUND
                ? new Outcome.Executed<>(Optional.empty())
                : versioned(
                    response,
                    version -> Optional.of(new KeyValueStore.Versioned(response.body(), version))));
  }

  /**
   * Gives a key its value.
   *
   * @param expected the version that it must have, or {@link Change#ABSENT} or {@link Change#ANY}
   */
  Outcome<Receipt> put(String key, byte[] value, long expected) throws InterruptedException {
    return node.send(
        request(key, expected).PUT(BodyPublishers.ofByteArray(value)).build(), this::receipt);
  }

  /**
   * Removes a key.
   *
   * @param expected the version that it must have, or {@link Change#ANY}
   */
  Outcome<Receipt> delete(String key, long expected) throws InterruptedException {
    return node.send(request(key, expected).DELETE().build(), this::receipt);
  }

  private HttpRequest.Builder request(String key, long expected) {
    HttpRequest.Builder request = node.request(path(key));
    if (expected == Change.ABSENT) {
      request.header(KeyValueHttp.IF_ABSENT, KeyValueHttp.ANYTHING);
    } else if (expected != Change.ANY) {
      request.header(KeyValueHttp.IF_VERSION, "\"" + expected + "\"");
    }
    return request;
  }

  private static String path(String key) {
    return KeyValueHttp.PATH + URLEncoder.encode(key, StandardCharsets.UTF_8).replace("+", "%20");
  }

  private Outcome<Receipt> receipt(HttpResponse<byte[]> response) {
    boolean conflict = response.statusCode() == HttpService.CONFLICT;
    Receipt.Result result = conflict ? Receipt.Result.CONFLICT : Receipt.Result.DONE;
    boolean absent = response.headers().firstValue(KeyValueHttp.VERSION).isEmpty();
    return absent && response.statusCode() != HttpService.OK
        ? new Outcome.Executed<>(new Receipt(result, Change.ABSENT))
        : versioned(response, version -> new Receipt(result, version));
  }

  private <T> Outcome<T> versioned(HttpResponse<byte[]> response, LongFunction<T> result) {
    String version = response.headers().firstValue(KeyValueHttp.VERSION).orElse("none");
    return version.matches("\"\\d{1,18}\"")
        ? new Outcome.Executed<>(
            result.apply(Long.parseLong(version.substring(1, version.length() - 1))))
        : new Outcome.Unknown<>(node.address() + " is not a node of a key-value store");
  }
}
