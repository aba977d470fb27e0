package io.balsa.raft;

import io.balsa.raft.core.NodeId;
import java.nio.charset.StandardCharsets;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.random.RandomGenerator;

/**
 * Orders of this node that another one carries out, until it says what became of them.
 *
 * <ul>
 *   <li>Their numbers are of another range than those of {@link Forwarding}, and begin at random as
 *       those do.
 * </ul>
 */
final class Orders {
  private static final long FIRST_IDS = 1L << 48;
  private static final long RANGE = 1L << 60;

  /** How often the patience of one who waits may be used up while a change is seen to go on. */
  private static final long EXTENSIONS = 60;

  private static final class Sent {
    final Order.Local order;
    final NodeId leader;
    final long latest;
    long deadline;

    Sent(Order.Local order, NodeId leader, long now, long patience) {
      this.order = order;
      this.leader = leader;
      deadline = now + patience;
      latest = now + EXTENSIONS * patience;
    }
  }

  private final Transport.Link link;
  private final Answers answers;
  private final Map<Long, Sent> sent = new LinkedHashMap<>();
  private long lastId;

  Orders(Transport.Link link, Answers answers, RandomGenerator random) {
    this.link = link;
    this.answers = answers;
    lastId = RANGE + random.nextLong(FIRST_IDS);
  }

  void send(Order.Local order, NodeId leader, long now, long patience) {
    long id = ++lastId;
    Packet packet =
        order.demand instanceof Demand.Change change
            ? new Packet.ChangeConfiguration(id, change.expectedIndex(), change.target())
            : new Packet.TransferLeadership(id, ((Demand.Transfer) order.demand).target());
    if (link.send(leader, packet)) {
      sent.put(id, new Sent(order, leader, now, patience));
    } else {
      String reason = "there is no connection to " + leader + ", which leads";
      answers.give(() -> order.refused(reason));
    }
  }

  /** Takes the leader's word. */
  void settle(List<Packet.Outcome> outcomes) {
    for (Packet.Outcome outcome : outcomes) {
      Sent of = sent.remove(outcome.id());
      if (of == null) {
        continue;
      }
      Order order = of.order;
      switch (outcome.result()) {
        case EXECUTED, ANSWER_LOST -> answers.give(order::done);
        case NOT_LEADER, BUSY ->
            answers.give(() -> order.refused(of.leader + " does not lead any more"));
        case REFUSED ->
            answers.give(
                () -> order.refused(new String(outcome.response(), StandardCharsets.UTF_8)));
        case UNKNOWN ->
            answers.give(() -> order.undecided(of.leader + " stopped leading meanwhile"));
      }
    }
  }

  void onDisconnected(NodeId peer) {
    end(
        s -> s.leader.equals(peer),
        order -> order.undecided("passed on to " + peer + ", then the connection broke"));
  }

  /** As long as a change is under way, who waits for one may have to wait longer. */
  void expire(long now, long patience, boolean changing) {
    if (changing) {
      sent.values().forEach(s -> s.deadline = Math.min(now + patience, s.latest));
    }
    end(s -> s.deadline <= now, order -> order.undecided("the leader did not answer in time"));
  }

  void close(String reason) {
    end(s -> true, order -> order.undecided("passed on to the leader, then " + reason));
  }

  private void end(Predicate<Sent> which, Consumer<Order> how) {
    for (Iterator<Sent> i = sent.values().iterator(); i.hasNext(); ) {
      Sent s = i.next();
      if (which.test(s)) {
        i.remove();
        answers.give(() -> how.accept(s.order));
      }
    }
  }
}
