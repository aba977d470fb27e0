package io.balsa.raft.core;

import java.util.Arrays;

/** A map from numbers other than 0 to small ones, in as little memory as possible. */
final class LongIndex {
  static final int ABSENT = -1;

  private long[] keys = new long[1 << 12];
  private int[] values = new int[1 << 12];
  private int size;

  int get(long key) {
    int slot = slot(key);
    return keys[slot] == 0 ? ABSENT : values[slot];
  }

  /** Returns the value that was there before, or {@link #ABSENT} and puts the new one there. */
  int putIfAbsent(long key, int value) {
    int slot = slot(key);
    if (keys[slot] != 0) {
      return values[slot];
    }
    keys[slot] = key;
    values[slot] = value;
    if (++size > keys.length / 3 * 2) {
      grow();
    }
    return ABSENT;
  }

  private void grow() {
    long[] oldKeys = keys;
    int[] oldValues = values;
    keys = new long[2 * oldKeys.length];
    values = new int[2 * oldKeys.length];
    Arrays.fill(values, ABSENT);
    for (int i = 0; i < oldKeys.length; i++) {
      if (oldKeys[i] != 0) {
        int slot = slot(oldKeys[i]);
        keys[slot] = oldKeys[i];
        values[slot] = oldValues[i];
      }
    }
  }

  private int slot(long key) {
    if (key == 0) {
      throw new IllegalArgumentException("0 means that a slot is free");
    }
    int slot = (int) Canon.mix(key) & keys.length - 1;
    while (keys[slot] != 0 && keys[slot] != key) {
      slot = slot + 1 & keys.length - 1;
    }
    return slot;
  }
}
