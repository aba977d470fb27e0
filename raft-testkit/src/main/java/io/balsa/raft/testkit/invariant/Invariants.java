package io.balsa.raft.testkit.invariant;

import io.balsa.raft.core.Configuration;
import java.util.List;

/**
 * All invariants of a cluster at once. To be told everything that happens, in that order; each
 * observation costs about the same, however long the cluster runs. Not thread-safe.
 */
public final class Invariants implements Invariant {
  private final Evidence evidence;
  private final AnsweredOnce answers = new AnsweredOnce();
  private final List<Invariant> invariants;

  private Invariants(Configuration initial) {
    evidence = new Evidence(initial);
    invariants =
        List.of(
            new CommittedNeverLost(evidence),
            new Monotonic(),
            new VoteOnceATerm(),
            new NothingPromisedBeforePersisted(evidence),
            new ElectionSafety(),
            new ElectedByQuorum(),
            new OnlyVotersCampaign(),
            new LeaderAppendOnly(evidence),
            new LogMatching(evidence),
            new CommittedByDurableQuorum(evidence),
            new CommittedByAcknowledgements(evidence),
            new LeaderCompleteness(evidence),
            new ConfigurationFromLog(evidence),
            new NewVotersCaughtUp(evidence),
            new StateMachineSafety(evidence),
            new EqualStates(),
            answers,
            new QueuesBounded());
  }

  /**
   * All invariants, before anything has happened.
   *
   * @param initial the configuration with which the cluster is formed
   * @return the invariants
   */
  public static Invariants all(Configuration initial) {
    return new Invariants(initial);
  }

  @Override
  public void observe(Observation observation) {
    evidence.take(observation);
    for (int i = 0; i < invariants.size(); i++) {
      invariants.get(i).observe(observation);
    }
  }

  /**
   * Says that everything has come to rest, so that nobody may be waiting for an answer any more.
   *
   * @throws Violated if somebody is
   */
  public void allAnswered() {
    answers.allAnswered();
  }
}
