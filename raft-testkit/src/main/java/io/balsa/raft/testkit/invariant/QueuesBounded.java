package io.balsa.raft.testkit.invariant;

/** No queue ever holds more than its limit, whoever is slow and whatever is asked. */
final class QueuesBounded implements Invariant {

  @Override
  public void observe(Observation observation) {
    if (observation instanceof Observation.Filled o && (o.amount() > o.limit() || o.amount() < 0)) {
      throw new Violated(
          "Queues Bounded",
          o.node() + " has " + o.amount() + " in the queue " + o.queue() + " of " + o.limit());
    }
  }
}
