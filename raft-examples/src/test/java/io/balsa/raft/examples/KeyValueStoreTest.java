package io.balsa.raft.examples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.balsa.raft.SnapshotWriter;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;

class KeyValueStoreTest {
  private static final int OPERATIONS = 2_000;

  private final KeyValueStore store = new KeyValueStore();
  private long index;

  /** The same rules told with a TreeMap from keys to "version value". */
  private static final class Twin {
    private final Map<String, String> map = new TreeMap<>();

    Receipt apply(long index, Change change) {
      String found = map.get(change.key());
      long version = found == null ? 0 : Long.parseLong(found.split(" ")[0]);
      if (change.expected() >= 0 && change.expected() != version) {
        return new Receipt(Receipt.Result.CONFLICT, version);
      } else if (change instanceof Change.Put put) {
        map.put(change.key(), index + " " + text(put.value()));
        return new Receipt(Receipt.Result.DONE, index);
      }
      map.remove(change.key());
      return new Receipt(Receipt.Result.DONE, version);
    }
  }

  /** A snapshot that is written later, and what was in the store when it was captured. */
  private record Captured(SnapshotWriter writer, Map<String, String> content) {}

  @Test
  void doesWhatATreeMapDoesAndEachSnapshotIsOfItsMoment() throws IOException {
    RandomGenerator random = new SplittableRandom(1);
    Twin twin = new Twin();
    List<Captured> snapshots = new ArrayList<>();
    for (int i = 0; i < OPERATIONS; i++) {
      Change change = change(random);
      index += random.nextInt(1, 3);
      assertThat(Receipt.decode(store.apply(index, change.encode())))
          .as("%d %s", index, change)
          .isEqualTo(twin.apply(index, change));
      if (random.nextInt(50) == 0) {
        snapshots.add(new Captured(store.snapshot(), new TreeMap<>(twin.map)));
      }
    }
    assertThat(content(store)).isEqualTo(twin.map);
    for (Captured captured : snapshots) {
      KeyValueStore restored = new KeyValueStore();
      restored.restore(new ByteArrayInputStream(written(captured.writer)));
      assertThat(content(restored)).isEqualTo(captured.content);
      assertThat(restored.tree().invariantsHold()).isTrue();
    }
  }

  /** Half of the expected versions are right, as far as that can be guessed. */
  private Change change(RandomGenerator random) {
    String key = "k" + random.nextInt(60);
    KeyValueStore.Versioned found = store.get(key);
    long version = found == null ? 0 : found.version();
    long expected =
        switch (random.nextInt(6)) {
          case 0 -> random.nextLong(0, index + 1);
          case 1, 2 -> version;
          default -> Change.ANY;
        };
    return random.nextInt(3) == 0
        ? new Change.Delete(key, expected)
        : new Change.Put(key, bytes("v" + random.nextInt()), expected);
  }

  @Test
  void aRestoredStoreGoesOnLikeOneThatReplayedEverything() throws IOException {
    RandomGenerator random = new SplittableRandom(2);
    KeyValueStore other = new KeyValueStore();
    for (int i = 0; i < OPERATIONS; i++) {
      if (i % 200 == 100) {
        KeyValueStore restored = new KeyValueStore();
        restored.apply(1, new Change.Put("gone", bytes("x"), Change.ANY).encode());
        restored.restore(new ByteArrayInputStream(written(other.snapshot())));
        other = restored;
      }
      byte[] command = change(random).encode();
      index++;
      assertThat(other.apply(index, command)).isEqualTo(store.apply(index, command));
      assertThat(content(other)).isEqualTo(content(store));
    }
    assertThat(written(other.snapshot())).isEqualTo(written(store.snapshot()));
  }

  @Test
  void aRestoreThatFailsInTheMiddleKeepsTheOldState() throws IOException {
    put("a", "1");
    put("b", "2");
    byte[] image = written(store.snapshot());
    KeyValueStore other = new KeyValueStore();
    other.apply(7, new Change.Put("old", bytes("state"), Change.ANY).encode());
    Map<String, String> before = content(other);
    for (int length = 0; length < image.length; length++) {
      byte[] part = Arrays.copyOf(image, length);
      assertRefused(other, part);
      assertThat(content(other)).as("after %d bytes", length).isEqualTo(before);
    }
    assertRefused(other, Arrays.copyOf(image, image.length + 1));
    for (int i = 0; i < 8 + 2; i++) { // format, number of keys, and length of the first key
      byte[] changed = image.clone();
      changed[i] ^= (byte) 0x80;
      assertRefused(other, changed);
    }
    assertThat(content(other)).isEqualTo(before);
  }

  @Test
  void aSnapshotWithKeysOutOfOrderIsRefused() throws IOException {
    put("a", "1");
    put("b", "2");
    String image = new String(written(store.snapshot()), StandardCharsets.ISO_8859_1);
    for (String wrong : List.of("a", "A", "\u00ff")) {
      byte[] bytes = image.replace("b", wrong).getBytes(StandardCharsets.ISO_8859_1);
      assertRefused(new KeyValueStore(), bytes);
    }
  }

  private static void assertRefused(KeyValueStore store, byte[] image) {
    assertThatThrownBy(() -> store.restore(new ByteArrayInputStream(image)))
        .isInstanceOf(IOException.class);
  }

  @Test
  void capturingCostsNothingHoweverLargeTheStateIs() {
    for (int i = 0; i < 50_000; i++) {
      put("k" + i, "v");
    }
    ImmutableTree<String, KeyValueStore.Versioned> before = store.tree();
    for (int i = 0; i < 1_000_000; i++) {
      store.snapshot();
    }
    assertThat(store.tree()).as("shared, not copied").isSameAs(before);
  }

  @Test
  void aConditionThatDoesNotHoldChangesNothing() {
    assertThat(put("a", "1", 5)).isEqualTo(new Receipt(Receipt.Result.CONFLICT, 0));
    Receipt first = put("a", "1", Change.ABSENT);
    assertThat(first).isEqualTo(new Receipt(Receipt.Result.DONE, index));
    assertThat(put("a", "2", Change.ABSENT))
        .isEqualTo(new Receipt(Receipt.Result.CONFLICT, first.version()));
    assertThat(put("a", "3", first.version()).result()).isEqualTo(Receipt.Result.DONE);
    assertThat(put("a", "4", first.version()).result()).isEqualTo(Receipt.Result.CONFLICT);
    assertThat(content(store)).isEqualTo(Map.of("a", index - 1 + " 3"));
  }

  @Test
  void aKeyThatWasDeletedAndPutAgainDoesNotGetAnOldVersion() {
    long old = put("a", "1").version();
    apply(new Change.Delete("a", old));
    put("a", "1");
    assertThat(apply(new Change.Delete("a", old)).result()).isEqualTo(Receipt.Result.CONFLICT);
  }

  @Test
  void commandsThatMakeNoSenseAreAnswered() {
    byte[] good = new Change.Put("key", bytes("value"), 0).encode();
    List<byte[]> garbage = new ArrayList<>();
    for (int length = 0; length < good.length - 5; length++) {
      garbage.add(Arrays.copyOf(good, length));
    }
    garbage.add(new Change.Put("", bytes("value"), 0).encode());
    garbage.add(new Change.Put("k".repeat(Change.MAX_KEY + 1), bytes("value"), 0).encode());
    garbage.add(new Change.Put("k", new byte[Change.MAX_VALUE + 1], 0).encode());
    garbage.add(new Change.Put("k", bytes("value"), -2).encode());
    byte[] delete = new Change.Delete("key", Change.ANY).encode();
    garbage.add(Arrays.copyOf(delete, delete.length + 1));
    byte[] notUtf8 = delete.clone();
    notUtf8[notUtf8.length - 1] = (byte) 0xff;
    garbage.add(notUtf8);
    garbage.add(new byte[] {3, 0, 1, 'k'});
    for (byte[] command : garbage) {
      Receipt receipt = Receipt.decode(store.apply(++index, command));
      assertThat(receipt).isEqualTo(new Receipt(Receipt.Result.GARBAGE, 0));
    }
    assertThat(store.size()).isZero();
  }

  @Test
  void theLargestKeyAndValueFit() {
    Change.Put largest =
        new Change.Put("k".repeat(Change.MAX_KEY), new byte[Change.MAX_VALUE], Change.ANY);
    assertThat(largest.encode().length).isLessThan(Change.MAX_COMMAND);
    assertThat(apply(largest).result()).isEqualTo(Receipt.Result.DONE);
    assertThat(apply(new Change.Put("empty", new byte[0], 0)).result())
        .isEqualTo(Receipt.Result.DONE);
  }

  @Test
  void answersAQueryForAKey() {
    long version = put("a", "one").version();
    KeyValueStore.Versioned found = KeyValueStore.found(store.query(bytes("a"))).orElseThrow();
    assertThat(found.version()).isEqualTo(version);
    assertThat(found.value()).isEqualTo(bytes("one"));
    assertThat(KeyValueStore.found(store.query(bytes("b")))).isEmpty();
  }

  @Test
  void refusesAQueryThatIsNoKey() {
    for (byte[] query : new byte[][] {{}, {(byte) 0xff}, new byte[Change.MAX_KEY + 1]}) {
      assertThatThrownBy(() -> store.query(query)).hasMessage("this is not a key");
    }
  }

  private Receipt put(String key, String value) {
    return put(key, value, Change.ANY);
  }

  private Receipt put(String key, String value, long expected) {
    return apply(new Change.Put(key, bytes(value), expected));
  }

  private Receipt apply(Change change) {
    return Receipt.decode(store.apply(++index, change.encode()));
  }

  private static Map<String, String> content(KeyValueStore store) {
    Map<String, String> content = new LinkedHashMap<>();
    store
        .tree()
        .forEach(n -> content.put(n.key(), n.value().version() + " " + text(n.value().value())));
    return content;
  }

  private static byte[] written(SnapshotWriter writer) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    writer.writeTo(out);
    return out.toByteArray();
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private static String text(byte[] bytes) {
    return new String(bytes, StandardCharsets.UTF_8);
  }
}
