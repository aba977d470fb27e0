package io.balsa.raft.examples;

import com.sun.net.httpserver.HttpExchange;
import io.balsa.raft.RaftNode;
import io.balsa.raft.ReadToken;
import io.balsa.raft.StaleRead;
import io.balsa.raft.Staleness;
import io.balsa.raft.examples.HttpService.Answer;
import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;

/**
 * What clients may ask of a key-value store.
 *
 * <ul>
 *   <li>{@code PUT /keys/KEY} makes the body the value of a key; the {@code ETag} of the answer is
 *       the version that it got.
 *   <li>{@code GET /keys/KEY} answers the value (linearizable), and its version as {@code ETag}.
 *   <li>{@code GET /keys/KEY?by=lease} answers the same without asking a quorum, and relies on the
 *       clocks; {@code ?by=luck} answers what this node has, with a {@code Read-Age} in
 *       milliseconds, which is {@code unknown} if it has not heard of a leader yet.
 *   <li>{@code GET /keys/KEY?after=TOKEN} answers what this node has when it has all that the
 *       {@code Read-Token} of an earlier answer stands for, whichever node that came from.
 *   <li>{@code DELETE /keys/KEY} removes a key.
 *   <li>With {@code If-Match: "VERSION"}, PUT and DELETE do so only if the key has that version;
 *       with {@code If-None-Match: *} only if it is not there. Else nothing is changed and the
 *       answer is 412, with the version that the key has.
 *   <li>An answer 404 means that the key is not there, for sure.
 * </ul>
 */
final class KeyValueHttp implements HttpService.Endpoint {
  static final String PATH = "/keys/";
  static final String VERSION = "ETag";
  static final String IF_VERSION = "If-Match";
  static final String IF_ABSENT = "If-None-Match";
  static final String ANYTHING = "*";
  static final String TOKEN = "Read-Token";
  static final String AGE = "Read-Age";
  static final String BY_LEASE = "by=lease";
  static final String BY_LUCK = "by=luck";
  static final String AFTER = "after=";

  private static final String USE =
      "use PUT, GET or DELETE /keys/KEY, or GET /status (?json); "
          + "conditions are If-Match: \"VERSION\" and If-None-Match: *";

  private final RaftNode node;
  private final KeyValueStore store;

  KeyValueHttp(RaftNode node, KeyValueStore store) {
    this.node = node;
    this.store = store;
  }

  /** A request that makes no sense; the message says why. */
  private static final class BadRequestException extends IOException {
    private static final long serialVersionUID = 1L;

    BadRequestException(String message) {
      super(message);
    }
  }

  @Override
  public CompletableFuture<Answer> answer(HttpExchange exchange) throws IOException {
    try {
      String key = key(exchange);
      return switch (exchange.getRequestMethod()) {
        case "GET" -> read(key, exchange.getRequestURI().getQuery());
        case "PUT" -> put(key, expected(exchange), exchange);
        case "DELETE" -> propose(new Change.Delete(key, expected(exchange)));
        default -> throw new BadRequestException(USE);
      };
    } catch (BadRequestException e) {
      return Answer.of(HttpService.BAD_REQUEST, e.getMessage()).now();
    }
  }

  private CompletableFuture<Answer> read(String key, String how) throws BadRequestException {
    Supplier<KeyValueStore.Versioned> query = () -> store.get(key);
    if (how == null) {
      return node.read(query).thenApply(this::found);
    } else if (how.equals(BY_LEASE)) {
      return node.leaseRead(query).thenApply(this::found);
    } else if (how.equals(BY_LUCK)) {
      return node.staleRead(Staleness.any(), query).thenApply(this::stale);
    } else if (how.startsWith(AFTER)) {
      return readAfter(how.substring(AFTER.length()), query);
    }
    throw new BadRequestException(USE);
  }

  private CompletableFuture<Answer> readAfter(String token, Supplier<KeyValueStore.Versioned> query)
      throws BadRequestException {
    try {
      return node.readAfter(ReadToken.parse(token), query).thenApply(this::found);
    } catch (IllegalArgumentException e) { // it is none, or of another cluster
      throw new BadRequestException(e.getMessage());
    }
  }

  private static String key(HttpExchange exchange) throws BadRequestException {
    String path = exchange.getRequestURI().getPath();
    if (!path.startsWith(PATH)) {
      throw new BadRequestException(USE);
    }
    String key = path.substring(PATH.length());
    String fault = Change.fault(key);
    if (fault != null) {
      throw new BadRequestException(fault);
    }
    return key;
  }

  private static long expected(HttpExchange exchange) throws BadRequestException {
    String version = exchange.getRequestHeaders().getFirst(IF_VERSION);
    String absent = exchange.getRequestHeaders().getFirst(IF_ABSENT);
    if (version == null && absent == null) {
      return Change.ANY;
    } else if (version == null && absent.equals(ANYTHING)) {
      return Change.ABSENT;
    } else if (absent == null && version.matches("\"\\d{1,18}\"")) {
      return Long.parseLong(version.substring(1, version.length() - 1));
    }
    throw new BadRequestException(USE);
  }

  /** Reads no more than a value may have, whatever the client sends. */
  private CompletableFuture<Answer> put(String key, long expected, HttpExchange exchange)
      throws IOException {
    byte[] value = exchange.getRequestBody().readNBytes(Change.MAX_VALUE + 1);
    Change.Put put = new Change.Put(key, value, expected);
    if (value.length > Change.MAX_VALUE || put.encode().length > node.maxCommandBytes()) {
      int most = Math.min(Change.MAX_VALUE, node.maxCommandBytes() - Change.MAX_KEY);
      return Answer.of(HttpService.TOO_LARGE, "a value has at most " + most + " bytes").now();
    }
    return propose(put);
  }

  private CompletableFuture<Answer> propose(Change change) {
    return node.propose(change.encode())
        .thenApply(answer -> answer(change, Receipt.decode(answer)));
  }

  private Answer answer(Change change, Receipt receipt) {
    long version = receipt.version();
    return switch (receipt.result()) {
      case DONE ->
          version == Change.ABSENT
              ? Answer.of(HttpService.NOT_FOUND, "there was no such key")
              : new Answer(HttpService.OK, headers(version), new byte[0]);
      case CONFLICT ->
          version == Change.ABSENT
              ? Answer.of(HttpService.CONFLICT, "the key is not there")
              : new Answer(HttpService.CONFLICT, headers(version), new byte[0]);
      case GARBAGE -> throw new IllegalStateException("the store does not understand " + change);
    };
  }

  private Answer found(KeyValueStore.Versioned found) {
    return found == null
        ? Answer.of(HttpService.NOT_FOUND, "there is no such key")
        : new Answer(HttpService.OK, headers(found.version()), found.value());
  }

  private Answer stale(StaleRead<KeyValueStore.Versioned> read) {
    Answer found = found(read.value());
    String age = read.age().map(a -> Long.toString(a.toMillis())).orElse("unknown");
    Map<String, String> headers = new HashMap<>(found.headers());
    headers.put(AGE, age);
    return new Answer(found.code(), headers, found.body());
  }

  /** What the node has seen when it answers is at least what the answer is about. */
  private Map<String, String> headers(long version) {
    return Map.of(VERSION, "\"" + version + "\"", TOKEN, node.token().toString());
  }
}
