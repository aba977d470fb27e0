package io.balsa.raft.examples;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.balsa.raft.RaftNode;
import io.balsa.raft.examples.KeyValueStore.Versioned;
import io.balsa.raft.storage.FileStorage;
import io.balsa.raft.testkit.simulation.Simulation;
import io.balsa.raft.testkit.simulation.Workload;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;

class KeyValueSimulationTest {
  @Test
  void keepsEveryKeyWhateverHappens() {
    Simulation.of(new KeysAndValues(), FileStorage::open).run(60);
  }

  /** Clients put, read, delete and swap the values of a few keys. */
  static final class KeysAndValues extends KeyValueModel
      implements Workload<KeyValueStore, String, KeyValueModel.Request, String> {
    private static final int KEYS = 5;

    @Override
    public KeyValueStore stateMachine() {
      return new KeyValueStore();
    }

    @Override
    public Request next(RandomGenerator random) {
      String key = "k" + random.nextInt(KEYS);
      String value = Long.toHexString(random.nextLong());
      return switch (random.nextInt(10)) {
        case 0, 1, 2 -> new Request(Kind.GET, key, "");
        case 3, 4 -> new Request(Kind.PUT, key, value);
        case 5 -> new Request(Kind.DELETE, key, "");
        default -> new Request(Kind.SWAP, key, value);
      };
    }

    @Override
    public CompletableFuture<String> execute(RaftNode node, KeyValueStore store, Request request) {
      return switch (request.kind()) {
        case GET -> node.read(() -> text(store.get(request.key())));
        case PUT -> propose(node, put(request, Change.ANY)).thenApply(done -> "put");
        case DELETE ->
            propose(node, new Change.Delete(request.key(), Change.ANY))
                .thenApply(done -> deleted(done.version() != Change.ABSENT));
        case SWAP -> swap(node, store, request);
      };
    }

    /** Begins anew when somebody was quicker, who has come further by that. */
    private static CompletableFuture<String> swap(
        RaftNode node, KeyValueStore store, Request request) {
      return node.read(() -> new Seen(store.get(request.key())))
          .thenCompose(
              seen ->
                  propose(node, put(request, seen.version()))
                      .thenCompose(
                          receipt ->
                              receipt.result() == Receipt.Result.CONFLICT
                                  ? swap(node, store, request)
                                  : CompletableFuture.completedFuture(text(seen.found))));
    }

    /** What a read has seen of a key. */
    private record Seen(Versioned found) {
      long version() {
        return found == null ? Change.ABSENT : found.version();
      }
    }

    private static Change put(Request request, long expected) {
      return new Change.Put(request.key(), request.value().getBytes(UTF_8), expected);
    }

    private static CompletableFuture<Receipt> propose(RaftNode node, Change change) {
      return node.propose(change.encode()).thenApply(Receipt::decode);
    }

    private static String text(Versioned found) {
      return found == null ? NONE : new String(found.value(), UTF_8);
    }

    @Override
    public Object state(KeyValueStore store) {
      List<String> content = new ArrayList<>();
      store.tree().forEach(n -> content.add(n.key() + "@" + n.value().version() + text(n.value())));
      return content;
    }
  }
}
