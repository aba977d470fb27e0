package io.balsa.raft.core;

import java.util.Arrays;

/**
 * One entry of the replicated log. The array is shared, not copied: whoever makes or gets an entry
 * must not change it.
 *
 * @param term the term of the leader that created the entry, at least 1
 * @param index the place of the entry in the log, at least 1
 * @param type what the entry is for
 * @param data the command, an encoded {@link Configuration}, or what a session's client wants;
 *     empty for a no-op, or a text for people
 */
public record Entry(long term, long index, EntryType type, byte[] data) {
  /** What an entry costs besides its data: so much in memory, on the wire and on disk less. */
  public static final int OVERHEAD = 64;

  private static final byte[] NOTHING = {};

  static Entry noOp(long term, long index) {
    return new Entry(term, index, EntryType.NO_OP, NOTHING);
  }

  static Entry of(Configuration configuration, long term, long index) {
    return new Entry(term, index, EntryType.CONFIGURATION, configuration.toBytes());
  }

  /**
   * Where the entry is in the log.
   *
   * @return its term and index
   */
  public LogPosition position() {
    return new LogPosition(term, index);
  }

  /**
   * For how much the entry counts wherever entries are limited in bytes. Not for its data alone: a
   * million entries without any would be nothing.
   *
   * @return the bytes of its data, and {@link #OVERHEAD}
   */
  public long size() {
    return (long) data.length + OVERHEAD;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Entry e
        && term == e.term
        && index == e.index
        && type == e.type
        && Arrays.equals(data, e.data);
  }

  @Override
  public int hashCode() {
    return Long.hashCode(31 * term + index);
  }

  /** Position, type and size; never the payload, which may be secret. */
  @Override
  public String toString() {
    return switch (type) {
      case COMMAND -> index + "@" + term + "(" + data.length + " bytes)";
      case NO_OP -> index + "@" + term + " no-op";
      case CONFIGURATION -> index + "@" + term + " configuration";
      case SESSION -> index + "@" + term + " session (" + data.length + " bytes)";
    };
  }
}
