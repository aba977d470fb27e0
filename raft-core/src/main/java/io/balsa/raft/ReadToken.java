package io.balsa.raft;

import java.util.Objects;
import java.util.UUID;

/**
 * What somebody has seen of a cluster, to be seen again elsewhere: see {@link RaftNode#token()}. As
 * text it can be handed from program to program, for example in a header.
 *
 * @param clusterId the cluster, so that it is not taken to another one
 * @param index the index in its log
 */
public record ReadToken(UUID clusterId, long index) {
  /** In the place of a cluster: the node does not belong to one yet. */
  static final UUID NO_CLUSTER = new UUID(0, 0);

  /**
   * Checks the parts.
   *
   * @throws IllegalArgumentException if the index is negative
   */
  public ReadToken {
    Objects.requireNonNull(clusterId, "clusterId");
    if (index < 0) {
      throw new IllegalArgumentException("no log has an index " + index);
    }
  }

  /**
   * Reads what {@link #toString()} has written.
   *
   * @param text a UUID, '@' and a number
   * @return the token
   * @throws IllegalArgumentException if it is something else
   */
  public static ReadToken parse(String text) {
    int at = text.indexOf('@');
    try {
      if (at == UUID_LENGTH) {
        return new ReadToken(
            UUID.fromString(text.substring(0, at)), Long.parseLong(text.substring(at + 1)));
      }
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(complaint(text), e);
    }
    throw new IllegalArgumentException(complaint(text));
  }

  private static final int UUID_LENGTH = 36;
  private static final int SHOWN = 80;

  private static String complaint(String text) {
    String shown = text.length() > SHOWN ? text.substring(0, SHOWN) + "..." : text;
    return "\"" + shown + "\" is no read token: that is a cluster's UUID, '@' and an index";
  }

  @Override
  public String toString() {
    return clusterId + "@" + index;
  }
}
