package io.balsa.raft;

import java.util.ArrayList;
import java.util.List;

/**
 * Requests that can't go anywhere at the moment, usually for want of a leader; each until its
 * deadline.
 */
final class Waiting {
  private final Answers answers;
  private List<Proposal.Local> proposals = new ArrayList<>();
  private List<ReadRequest<?>> reads = new ArrayList<>();

  Waiting(Answers answers) {
    this.answers = answers;
  }

  void addProposals(List<Proposal.Local> more) {
    proposals.addAll(more);
  }

  void addReads(List<ReadRequest<?>> more) {
    reads.addAll(more);
  }

  boolean isEmpty() {
    return proposals.isEmpty() && reads.isEmpty();
  }

  List<Proposal.Local> takeProposals() {
    List<Proposal.Local> taken = proposals;
    proposals = new ArrayList<>();
    return taken;
  }

  List<ReadRequest<?>> takeReads() {
    List<ReadRequest<?>> taken = reads;
    reads = new ArrayList<>();
    return taken;
  }

  void expire(long now, String reason) {
    proposals.removeIf(
        p -> {
          boolean expired = p.deadline <= now;
          if (expired) {
            answers.failed(p, new NotExecutedException(reason));
          }
          return expired;
        });
    reads.removeIf(
        r -> {
          boolean expired = r.deadline <= now;
          if (expired) {
            answers.failed(r, new NotExecutedException(reason));
          }
          return expired;
        });
  }

  void close(RaftException why) {
    takeProposals().forEach(p -> answers.failed(p, why));
    takeReads().forEach(r -> answers.failed(r, why));
  }
}
