package io.balsa.raft.testkit.invariant;

import java.util.Arrays;

/**
 * "Since each state machine processes the same sequence of commands, each produces the same …
 * state" (dissertation section 2.1): at one index, all state machines have the same hash.
 */
final class EqualStates implements Invariant {
  private long[] hashes = new long[64];

  @Override
  public void observe(Observation observation) {
    if (observation instanceof Observation.Applied o && o.stateHash() != 0) {
      onApplied(o);
    }
  }

  private void onApplied(Observation.Applied o) {
    int index = (int) o.index();
    if (index >= hashes.length) {
      hashes = Arrays.copyOf(hashes, Math.max(index + 1, 2 * hashes.length));
    }
    if (hashes[index] == 0) {
      hashes[index] = o.stateHash();
    } else if (hashes[index] != o.stateHash()) {
      throw new Violated(
          "Equal States",
          "the state of "
              + o.node()
              + " at "
              + index
              + " has the hash "
              + Long.toHexString(o.stateHash())
              + ", another node or life had "
              + Long.toHexString(hashes[index])
              + ", after the same commands: something else decides too, such as a clock, a random"
              + " number, the order of a hash set, or what state machines share");
    }
  }
}
