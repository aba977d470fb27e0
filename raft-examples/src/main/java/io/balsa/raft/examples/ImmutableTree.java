package io.balsa.raft.examples;

import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Iterator;
import java.util.NoSuchElementException;

/**
 * A sorted map that never changes: adding and removing give another one, which shares with this one
 * all but the nodes on the way to the change.
 *
 * <pre>
 *        d                       d'          putting f makes d', g' and f;
 *      /   \                   /   \         b with all below it, and h, belong
 *    b       g      ⇨        b       g'      to the old tree and to the new one
 *   / \       \             / \     /  \
 *  a   c       h           a   c   f    h
 * </pre>
 *
 * <ul>
 *   <li>Keys ascend from left to right, so it is always walked in the same order.
 *   <li>Of two siblings neither weighs more than {@link #HEAVIER} times the other, so that a tree
 *       of a million keys is at most some 40 nodes high, whoever chose the keys.
 * </ul>
 */
final class ImmutableTree<K extends Comparable<K>, V>
    implements Iterable<ImmutableTree.Node<K, V>> {
  // Hirai and Yamamoto, "Balancing weight-balanced trees", prove that these two numbers work.
  private static final int HEAVIER = 3;
  private static final int SINGLE = 2;

  private final Node<K, V> root;

  /** A key with its value, and all below it; no tree is null. */
  record Node<K, V>(K key, V value, Node<K, V> left, Node<K, V> right, int size) {
    Node(K key, V value, Node<K, V> left, Node<K, V> right) {
      this(key, value, left, right, count(left) + 1 + count(right));
    }

    Node<K, V> with(Node<K, V> newLeft, Node<K, V> newRight) {
      return new Node<>(key, value, newLeft, newRight);
    }
  }

  /** Brings keys and their values in ascending order; the nodes have nothing below them. */
  @FunctionalInterface
  interface Source<K, V> {
    Node<K, V> next() throws IOException;
  }

  private ImmutableTree(Node<K, V> root) {
    this.root = root;
  }

  static <K extends Comparable<K>, V> ImmutableTree<K, V> empty() {
    return new ImmutableTree<>(null);
  }

  /** Takes so many keys, which must ascend. */
  static <K extends Comparable<K>, V> ImmutableTree<K, V> of(int count, Source<K, V> source)
      throws IOException {
    return new ImmutableTree<>(build(count, source));
  }

  private static <K, V> Node<K, V> build(int count, Source<K, V> source) throws IOException {
    if (count == 0) {
      return null;
    }
    int before = (count - 1) / 2;
    Node<K, V> left = build(before, source);
    Node<K, V> middle = source.next();
    return middle.with(left, build(count - 1 - before, source));
  }

  int size() {
    return count(root);
  }

  /** The value of a key, null if it has none. */
  V get(K key) {
    Node<K, V> node = root;
    while (node != null) {
      int order = key.compareTo(node.key);
      if (order == 0) {
        return node.value;
      }
      node = order < 0 ? node.left : node.right;
    }
    return null;
  }

  ImmutableTree<K, V> with(K key, V value) {
    return new ImmutableTree<>(put(root, key, value));
  }

  private static <K extends Comparable<K>, V> Node<K, V> put(Node<K, V> node, K key, V value) {
    if (node == null) {
      return new Node<>(key, value, null, null);
    }
    int order = key.compareTo(node.key);
    if (order < 0) {
      return balanced(node, put(node.left, key, value), node.right);
    } else if (order > 0) {
      return balanced(node, node.left, put(node.right, key, value));
    }
    return new Node<>(key, value, node.left, node.right);
  }

  ImmutableTree<K, V> without(K key) {
    return new ImmutableTree<>(remove(root, key));
  }

  private static <K extends Comparable<K>, V> Node<K, V> remove(Node<K, V> node, K key) {
    if (node == null) {
      return null;
    }
    int order = key.compareTo(node.key);
    if (order < 0) {
      return balanced(node, remove(node.left, key), node.right);
    } else if (order > 0) {
      return balanced(node, node.left, remove(node.right, key));
    }
    return join(node.left, node.right);
  }

  /** Puts the next larger key in the place of one that is gone. */
  private static <K, V> Node<K, V> join(Node<K, V> left, Node<K, V> right) {
    if (right == null) {
      return left;
    }
    Node<K, V> first = right;
    while (first.left != null) {
      first = first.left;
    }
    return balanced(first, left, withoutFirst(right));
  }

  private static <K, V> Node<K, V> withoutFirst(Node<K, V> node) {
    return node.left == null ? node.right : balanced(node, withoutFirst(node.left), node.right);
  }

  /** A node with other children, one of which has one key more or less than before. */
  private static <K, V> Node<K, V> balanced(Node<K, V> node, Node<K, V> left, Node<K, V> right) {
    if (weight(right) > HEAVIER * weight(left)) {
      boolean single = weight(right.left) < SINGLE * weight(right.right);
      return rotatedLeft(node.with(left, single ? right : rotatedRight(right)));
    } else if (weight(left) > HEAVIER * weight(right)) {
      boolean single = weight(left.right) < SINGLE * weight(left.left);
      return rotatedRight(node.with(single ? left : rotatedLeft(left), right));
    }
    return node.with(left, right);
  }

  private static <K, V> Node<K, V> rotatedLeft(Node<K, V> node) {
    Node<K, V> up = node.right;
    return up.with(node.with(node.left, up.left), up.right);
  }

  private static <K, V> Node<K, V> rotatedRight(Node<K, V> node) {
    Node<K, V> up = node.left;
    return up.with(up.left, node.with(up.right, node.right));
  }

  private static int count(Node<?, ?> node) {
    return node == null ? 0 : node.size;
  }

  private static long weight(Node<?, ?> node) {
    return count(node) + 1L;
  }

  /** Walks the keys in ascending order. */
  @Override
  public Iterator<Node<K, V>> iterator() {
    return new Walk<>(root);
  }

  /** Where a walk is: the nodes whose left side is done or under way. */
  private static final class Walk<K, V> implements Iterator<Node<K, V>> {
    private final Deque<Node<K, V>> path = new ArrayDeque<>();

    Walk(Node<K, V> root) {
      descend(root);
    }

    private void descend(Node<K, V> from) {
      for (Node<K, V> node = from; node != null; node = node.left) {
        path.push(node);
      }
    }

    @Override
    public boolean hasNext() {
      return !path.isEmpty();
    }

    @Override
    public Node<K, V> next() {
      if (path.isEmpty()) {
        throw new NoSuchElementException();
      }
      Node<K, V> node = path.pop();
      descend(node.right);
      return node;
    }
  }

  /** Whether keys ascend, sizes are right and siblings weigh about the same. */
  boolean invariantsHold() {
    K before = null;
    for (Node<K, V> node : this) {
      boolean ascends = before == null || before.compareTo(node.key) < 0;
      boolean counted = node.size == count(node.left) + 1 + count(node.right);
      long lighter = Math.min(weight(node.left), weight(node.right));
      long heavier = Math.max(weight(node.left), weight(node.right));
      if (!ascends || !counted || heavier > HEAVIER * lighter) {
        return false;
      }
      before = node.key;
    }
    return true;
  }
}
