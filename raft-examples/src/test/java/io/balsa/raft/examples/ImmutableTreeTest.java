package io.balsa.raft.examples;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The tree against a TreeMap, its slow and changing twin. */
class ImmutableTreeTest {
  private static final int OPERATIONS = 3_000;

  /** A tree as it was at some moment, and what it held then. */
  private record Kept(ImmutableTree<Integer, Integer> tree, Map<Integer, Integer> content) {}

  @ParameterizedTest
  @ValueSource(ints = {3, 40, 1_000, 1_000_000})
  void holdsWhatATreeMapHoldsAndEveryOldTreeStaysAsItWas(int keys) {
    RandomGenerator random = new SplittableRandom(keys);
    ImmutableTree<Integer, Integer> tree = ImmutableTree.empty();
    Map<Integer, Integer> twin = new TreeMap<>();
    List<Kept> kept = new ArrayList<>();
    for (int i = 0; i < OPERATIONS; i++) {
      int key = random.nextInt(keys);
      // Long times of growth and of decline, so that both sides of every balance are seen.
      if (random.nextInt(10) < (i / 500 % 2 == 0 ? 8 : 3)) {
        tree = tree.with(key, i);
        twin.put(key, i);
      } else {
        tree = tree.without(key);
        twin.remove(key);
      }
      assertThat(tree.get(key)).isEqualTo(twin.get(key));
      assertThat(tree.size()).isEqualTo(twin.size());
      assertThat(tree.invariantsHold()).as("after %d operations", i + 1).isTrue();
      if (i % 100 == 0) {
        kept.add(new Kept(tree, new TreeMap<>(twin)));
      }
    }
    kept.add(new Kept(tree, twin));
    kept.forEach(k -> assertThat(content(k.tree)).isEqualTo(k.content));
  }

  @Test
  void staysLowWhenKeysComeInOrder() {
    ImmutableTree<Integer, Integer> ascending = ImmutableTree.empty();
    ImmutableTree<Integer, Integer> descending = ImmutableTree.empty();
    for (int i = 0; i < 1_000; i++) {
      ascending = ascending.with(i, i);
      descending = descending.with(-i, i);
      assertThat(ascending.invariantsHold()).isTrue();
      assertThat(descending.invariantsHold()).isTrue();
    }
    for (int i = 0; i < 1_000; i++) {
      ascending = ascending.without(i);
      assertThat(ascending.invariantsHold()).isTrue();
    }
    assertThat(ascending.size()).isZero();
  }

  @Test
  void isBuiltFromKeysThatAscend() throws IOException {
    for (int count = 0; count < 200; count++) {
      int[] next = {0};
      ImmutableTree<Integer, Integer> tree =
          ImmutableTree.of(
              count, () -> new ImmutableTree.Node<>(next[0], 2 * next[0]++, null, null));
      assertThat(tree.invariantsHold()).isTrue();
      assertThat(tree.size()).isEqualTo(count);
      assertThat(content(tree)).hasSize(count).allSatisfy((k, v) -> assertThat(v).isEqualTo(2 * k));
    }
  }

  @Test
  void removingWhatIsNotThereChangesNothing() {
    ImmutableTree<Integer, Integer> tree = ImmutableTree.<Integer, Integer>empty().with(2, 2);
    assertThat(content(tree.without(1).without(3))).isEqualTo(Map.of(2, 2));
    assertThat(ImmutableTree.<Integer, Integer>empty().without(1).size()).isZero();
  }

  private static Map<Integer, Integer> content(ImmutableTree<Integer, Integer> tree) {
    Map<Integer, Integer> content = new LinkedHashMap<>();
    tree.forEach(node -> content.put(node.key(), node.value()));
    assertThat(new ArrayList<>(content.keySet())).as("in ascending order").isSorted();
    return content;
  }
}
