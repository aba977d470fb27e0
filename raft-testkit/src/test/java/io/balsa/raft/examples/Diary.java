package io.balsa.raft.examples;

import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Supplier;

/**
 * Somebody who writes one number after the other into a key that nobody else writes, and looks for
 * it elsewhere: with the token of what he was told he must see it at once, and a stale read must
 * not be older than it says.
 *
 * <ul>
 *   <li>When it is not known what became of a number, another key is begun.
 * </ul>
 */
final class Diary {
  private static final long MILLI = 1_000_000;

  private final Supplier<RemoteNode> nodes;
  private final String prefix;
  private final TreeMap<Long, Long> acknowledged = new TreeMap<>();
  private final List<String> problems = new CopyOnWriteArrayList<>();
  private int volume;
  private long number;

  /**
   * An empty one.
   *
   * @param nodes gives any node, another one each time
   * @param prefix what all keys begin with
   */
  Diary(Supplier<RemoteNode> nodes, String prefix) {
    this.nodes = nodes;
    this.prefix = prefix;
  }

  /** What was not as promised. */
  List<String> problems() {
    return problems;
  }

  private String path() {
    return KeyValueHttp.PATH + prefix + volume;
  }

  /** Writes the next number and looks for it; returns how many answers there were. */
  int turn() throws InterruptedException {
    number++;
    RemoteNode node = nodes.get();
    HttpRequest put = node.request(path()).PUT(BodyPublishers.ofString("" + number)).build();
    Outcome<String> outcome =
        node.send(put, response -> new Outcome.Executed<>(header(response, KeyValueHttp.TOKEN)));
    int answers = 0;
    if (outcome instanceof Outcome.Executed<String> executed) {
      acknowledged.put(System.nanoTime(), number);
      answers = 1 + readAfter(executed.value());
    } else if (outcome instanceof Outcome.Unknown) {
      volume++;
      acknowledged.clear();
    }
    return answers + readStale();
  }

  private static String header(HttpResponse<?> response, String name) {
    return response.headers().firstValue(name).orElse("none");
  }

  private int readAfter(String token) throws InterruptedException {
    RemoteNode node = nodes.get();
    HttpRequest get = node.request(path() + "?" + KeyValueHttp.AFTER + token).build();
    Outcome<Long> outcome = node.send(get, response -> new Outcome.Executed<>(read(response)));
    if (!(outcome instanceof Outcome.Executed<Long> executed)) {
      return 0;
    }
    if (executed.value() != number) {
      problems.add(
          path()
              + " has "
              + executed.value()
              + " at "
              + node.address()
              + " after "
              + token
              + ", which stands for "
              + number);
    }
    return 1;
  }

  /** What an answer says, 0 if the key is not there. */
  private static long read(HttpResponse<byte[]> response) {
    return response.statusCode() == HttpService.NOT_FOUND
        ? 0
        : Long.parseLong(new String(response.body(), StandardCharsets.UTF_8));
  }

  private int readStale() throws InterruptedException {
    long begin = System.nanoTime();
    RemoteNode node = nodes.get();
    HttpRequest get = node.request(path() + "?" + KeyValueHttp.BY_LUCK).build();
    Outcome<Long> outcome =
        node.send(
            get,
            response -> {
              judge(node, begin, read(response), header(response, KeyValueHttp.AGE));
              return new Outcome.Executed<>(0L);
            });
    return outcome instanceof Outcome.Executed ? 1 : 0;
  }

  private void judge(RemoteNode node, long begin, long seen, String age) {
    if (age.equals("unknown")) {
      return;
    }
    long oldest = begin - (Long.parseLong(age) + 1) * MILLI; // it was rounded down
    Map.Entry<Long, Long> owed = acknowledged.floorEntry(oldest);
    if (owed != null && seen < owed.getValue()) {
      problems.add(
          path()
              + " has "
              + seen
              + " at "
              + node.address()
              + ", said to be no older than "
              + age
              + " ms, but "
              + owed.getValue()
              + " was acknowledged before that");
    }
  }
}
