package io.balsa.raft.testkit.invariant;

import io.balsa.raft.core.Entry;
import io.balsa.raft.core.EntryType;
import java.util.Arrays;

/**
 * A log as far as it must be known to be compared.
 *
 * <ul>
 *   <li>For each index a hash of the entry and all before it, so that two logs are equal up to an
 *       index exactly if these are.
 *   <li>Index 0 is the place before the first entry, the same for all logs.
 * </ul>
 */
final class LogImage {
  private static final long NOTHING = 1;

  /** A command of a session begins with this, and its own bytes after so many. */
  private static final byte COMMAND_OF_SESSION = 2;

  private static final int SESSION_OVERHEAD = 33;

  private long[] terms = new long[64];
  private long[] prefixes = new long[64];
  private byte[] types = new byte[64];
  private long[] commands = new long[64];
  private int last;

  LogImage() {
    prefixes[0] = NOTHING;
  }

  long last() {
    return last;
  }

  long termAt(long index) {
    return terms[(int) index];
  }

  /** The hash of the entry and all before it, never 0. */
  long prefixAt(long index) {
    return prefixes[(int) index];
  }

  boolean isCommand(long index) {
    return types[(int) index] == EntryType.COMMAND.code();
  }

  /** Whether two logs are equal up to an index. */
  boolean equalsUpTo(long index, LogImage other) {
    return index <= last && index <= other.last && prefixAt(index) == other.prefixAt(index);
  }

  /** Whether the entry at an index is this command, of a session or of none. */
  boolean holdsCommand(long index, byte[] command) {
    return commands[(int) index] == hash(command, 0, command.length);
  }

  private static long commandIn(Entry entry) {
    byte[] data = entry.data();
    boolean ofSession =
        entry.type() == EntryType.SESSION
            && data.length >= SESSION_OVERHEAD
            && data[0] == COMMAND_OF_SESSION;
    if (ofSession) {
      return hash(data, SESSION_OVERHEAD, data.length);
    }
    return entry.type() == EntryType.COMMAND ? hash(data, 0, data.length) : 0;
  }

  void clear() {
    last = 0;
  }

  /** Puts an entry in its place; what was there and behind it is gone. */
  void put(Entry entry) {
    if (entry.index() < 1 || entry.index() > last + 1L) {
      throw new IllegalArgumentException(entry + " put into a log that ends at " + last);
    }
    long previous = prefixes[(int) entry.index() - 1];
    last = (int) entry.index();
    ensureRoom();
    terms[last] = entry.term();
    prefixes[last] = chain(previous, entry.term(), entry.type(), entry.data());
    types[last] = (byte) entry.type().code();
    commands[last] = commandIn(entry);
  }

  /** Takes over what another log has behind the end of this one, up to an index. */
  void extend(LogImage other, long index) {
    while (last < index) {
      last++;
      ensureRoom();
      terms[last] = other.terms[last];
      prefixes[last] = other.prefixes[last];
      types[last] = other.types[last];
      commands[last] = other.commands[last];
    }
  }

  private void ensureRoom() {
    if (last == terms.length) {
      terms = Arrays.copyOf(terms, 2 * last);
      prefixes = Arrays.copyOf(prefixes, 2 * last);
      types = Arrays.copyOf(types, 2 * last);
      commands = Arrays.copyOf(commands, 2 * last);
    }
  }

  private static long chain(long previous, long term, EntryType type, byte[] data) {
    long of = hash(data, 0, data.length);
    long hash = mixed(of ^ mixed(previous + mixed(8 * term + type.code())));
    return hash == 0 ? NOTHING : hash;
  }

  private static long hash(byte[] data, int from, int to) {
    long hash = 1 + to - from;
    for (int i = from; i < to; i++) {
      hash = 0x100000001b3L * (hash ^ data[i]);
    }
    return hash;
  }

  /** Lets each bit decide about each other bit. */
  private static long mixed(long x) {
    long z = x + 0x9e3779b97f4a7c15L;
    z = 0xbf58476d1ce4e5b9L * (z ^ z >>> 30);
    z = 0x94d049bb133111ebL * (z ^ z >>> 27);
    return z ^ z >>> 31;
  }
}
