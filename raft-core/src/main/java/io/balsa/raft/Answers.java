package io.balsa.raft;

import java.util.ArrayList;
import java.util.List;

/** Answers that the event loop has found, to be given by the applier. */
final class Answers {
  private List<Runnable> found = new ArrayList<>();

  void executed(Proposal proposal, long index, byte[] response) {
    found.add(() -> proposal.executed(index, response));
  }

  void failed(Proposal proposal, RaftException why) {
    found.add(() -> proposal.failed(why));
  }

  void failed(ReadRequest<?> read, RaftException why) {
    found.add(() -> read.failed(why));
  }

  void give(Runnable answer) {
    found.add(answer);
  }

  void giveTo(Applier applier) {
    if (!found.isEmpty()) {
      applier.answer(found);
      found = new ArrayList<>();
    }
  }
}
