package io.balsa.raft.testkit.invariant;

import io.balsa.raft.core.NodeId;
import java.util.Arrays;

/**
 * "Since each state machine processes the same sequence of commands, each produces the same …
 * state" (dissertation section 2.1): at one index, all state machines have the same hash, also
 * those that got there by a snapshot (section 5.1).
 */
final class EqualStates implements Invariant {
  private long[] hashes = new long[64];

  @Override
  public void observe(Observation observation) {
    if (observation instanceof Observation.Applied o && o.stateHash() != 0) {
      compare(o.node(), (int) o.index(), o.stateHash());
    } else if (observation instanceof Observation.Restored o && o.stateHash() != 0) {
      compare(o.node(), (int) o.index(), o.stateHash());
    }
  }

  private void compare(NodeId node, int index, long hash) {
    if (index >= hashes.length) {
      hashes = Arrays.copyOf(hashes, Math.max(index + 1, 2 * hashes.length));
    }
    if (hashes[index] == 0) {
      hashes[index] = hash;
    } else if (hashes[index] != hash) {
      throw new Violated(
          "Equal States",
          "the state of "
              + node
              + " at "
              + index
              + " has the hash "
              + Long.toHexString(hash)
              + ", another node or life had "
              + Long.toHexString(hashes[index])
              + ", after the same commands: something else decides too, such as a clock, a random"
              + " number, the order of a hash set, or what state machines share");
    }
  }
}
