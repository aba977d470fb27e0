package io.balsa.raft.core;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Gives equal things one number, equal as {@link Canon} sees it, and a hash for each renaming. */
final class Numbered<T> {
  private final int[][] renamings;
  private final Map<ByteBuffer, Integer> numbers = new HashMap<>();
  private final List<T> things = new ArrayList<>();
  private long[] hashes = new long[1 << 10];

  Numbered(int[][] renamings) {
    this.renamings = renamings;
  }

  int number(T thing) {
    byte[] bytes = Canon.bytes(thing, renamings[0]);
    Integer known = numbers.putIfAbsent(ByteBuffer.wrap(bytes), things.size());
    if (known != null) {
      return known;
    }
    int number = things.size();
    things.add(thing);
    int first = number * renamings.length;
    if (first + renamings.length > hashes.length) {
      hashes = Arrays.copyOf(hashes, 2 * hashes.length);
    }
    for (int i = 0; i < renamings.length; i++) {
      hashes[first + i] = Canon.hash(i == 0 ? bytes : Canon.bytes(thing, renamings[i]));
    }
    return number;
  }

  T get(int number) {
    return things.get(number);
  }

  long hash(int number, int renaming) {
    return hashes[number * renamings.length + renaming];
  }

  int size() {
    return things.size();
  }
}
