package io.balsa.raft.testkit.history;

import java.util.ArrayList;
import java.util.List;

/** A queue: an input is put in, a null input takes the first out and tells it, or null. */
final class Queue implements Model<List<String>, String, String> {
  /** The input that takes out. */
  static final String TAKE = null;

  @Override
  public List<String> initial() {
    return List.of();
  }

  @Override
  public Step<List<String>, String> step(List<String> state, String input) {
    if (input != null) {
      List<String> longer = new ArrayList<>(state);
      longer.add(input);
      return new Step<>(List.copyOf(longer), null);
    }
    return state.isEmpty()
        ? new Step<>(state, null)
        : new Step<>(state.subList(1, state.size()), state.get(0));
  }
}
