package io.balsa.raft.core;

/**
 * The name of a node, unique in its cluster and never reused. It says nothing about where the node
 * is: the address is a property of the {@link Member}.
 *
 * <p>1 to 64 characters, each a letter, a digit, {@code .}, {@code _} or {@code -}; no value has a
 * special meaning.
 *
 * @param value the name as given by the user
 */
public record NodeId(String value) implements Comparable<NodeId> {
  private static final int MAX_LENGTH = 64;

  /**
   * Checks the name.
   *
   * @throws IllegalArgumentException if the name is empty, too long or has another character
   */
  public NodeId {
    if (value.isEmpty() || value.length() > MAX_LENGTH) {
      throw new IllegalArgumentException(
          "a node id has 1 to " + MAX_LENGTH + " characters, this one has " + value.length());
    }
    for (int i = 0; i < value.length(); i++) {
      if (!isAllowed(value.charAt(i))) {
        throw new IllegalArgumentException(
            "node id \"" + value + "\": only letters, digits, '.', '_' and '-' are allowed");
      }
    }
  }

  private static boolean isAllowed(char c) {
    return c >= 'a' && c <= 'z'
        || c >= 'A' && c <= 'Z'
        || c >= '0' && c <= '9'
        || c == '.'
        || c == '_'
        || c == '-';
  }

  @Override
  public int compareTo(NodeId other) {
    return value.compareTo(other.value);
  }

  @Override
  public String toString() {
    return value;
  }
}
