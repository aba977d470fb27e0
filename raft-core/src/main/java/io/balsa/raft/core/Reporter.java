package io.balsa.raft.core;

import java.util.ArrayList;
import java.util.List;

/** Tells the observer, at the end of each step, what was decided in it. */
final class Reporter {
  private final RaftObserver observer;
  private final List<Decision> decisions = new ArrayList<>();

  Reporter(RaftObserver observer) {
    this.observer = observer;
  }

  /** Callers ask first, so that a decision nobody looks at is never made into an object. */
  boolean isOn() {
    return observer != null;
  }

  void report(Decision decision) {
    decisions.add(decision);
  }

  void endStep(RaftView after) {
    if (decisions.isEmpty()) {
      return;
    }
    for (Decision decision : decisions) {
      observer.decided(decision, after);
    }
    decisions.clear();
  }
}
