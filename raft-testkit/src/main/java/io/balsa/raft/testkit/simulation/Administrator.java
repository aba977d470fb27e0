package io.balsa.raft.testkit.simulation;

import io.balsa.raft.NodeStatus;
import io.balsa.raft.RaftNode;
import io.balsa.raft.StateMachine;
import io.balsa.raft.core.Configuration;
import io.balsa.raft.core.Member;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;

/**
 * Somebody who changes the members, moves the leadership and takes snapshots as it comes to his
 * mind, through the nodes like anybody else.
 *
 * <ul>
 *   <li>In the calm everybody becomes a voter again.
 *   <li>Whatever was ordered is answered, unless the process has ended.
 * </ul>
 */
final class Administrator<M extends StateMachine> {
  /** What was ordered and is not answered yet. */
  private record Order<M extends StateMachine>(Life<M> life, String what) {}

  private final World<M> world;
  private final SplittableRandom random;
  private final List<Order<M>> orders = new ArrayList<>();

  Administrator(World<M> world, SplittableRandom random) {
    this.world = world;
    this.random = random;
  }

  /** Returns false if nobody is there to be asked. */
  boolean does(Fault fault, Host<M> at) {
    if (!at.isUp() || at.life().node() == null) {
      return false;
    }
    RaftNode node = at.life().node();
    switch (fault) {
      case TAKE_SNAPSHOT -> watch(at, fault, node.snapshot());
      case TRANSFER_LEADERSHIP -> watch(at, fault, transfer(node));
      case CHANGE_MEMBERS -> change(at, node, anyMembers());
      default -> throw new AssertionError(fault);
    }
    return true;
  }

  private CompletableFuture<Void> transfer(RaftNode node) {
    List<Host<M>> hosts = world.hosts();
    return random.nextInt(3) == 0
        ? node.transferLeadership()
        : node.transferLeadership(hosts.get(random.nextInt(hosts.size())).id().value());
  }

  private Configuration anyMembers() {
    List<Member> voters = new ArrayList<>();
    List<Member> learners = new ArrayList<>();
    for (Host<M> host : world.hosts()) {
      int role = random.nextInt(5);
      if (role < 3) {
        voters.add(member(host));
      } else if (role == 3) {
        learners.add(member(host));
      }
    }
    return voters.isEmpty() ? everybody() : Configuration.of(voters, learners);
  }

  private static Member member(Host<?> host) {
    return new Member(host.id(), host.id() + ":1");
  }

  private Configuration everybody() {
    return Configuration.of(world.hosts().stream().map(Administrator::member).toList());
  }

  private void change(Host<M> at, RaftNode node, Configuration target) {
    watch(at, Fault.CHANGE_MEMBERS, node.changeConfiguration(current -> target));
  }

  private void watch(Host<M> at, Fault fault, CompletableFuture<?> future) {
    Life<M> life = at.life();
    Order<M> order = new Order<>(life, at + " " + fault + " " + world.timeline().now());
    orders.add(order);
    future.whenComplete(
        (done, failure) -> {
          orders.remove(order);
          if (!life.isOver()) {
            world.note(at.id(), fault + (failure == null ? " done" : ": " + failure.getMessage()));
          }
        });
  }

  /** Whether all hosts that can be are voters, or else has somebody make them so. */
  boolean everybodyIsBack() {
    boolean back = true;
    for (Host<M> host : world.hosts()) {
      back &= host.isBroken() || host.isUp() && isBackAt(host.life().node().status());
    }
    for (Host<M> host : world.hosts()) {
      if (!back && host.leads()) {
        change(host, host.life().node(), everybody());
      }
    }
    return back;
  }

  /** Whether nobody waits for an answer any more; but a process that has ended gives none. */
  boolean everythingIsAnswered() {
    orders.removeIf(order -> order.life.isOver());
    return orders.isEmpty();
  }

  private boolean isBackAt(NodeStatus status) {
    Configuration configuration = status.configuration();
    return configuration.isSimple() && configuration.voters().size() == world.hosts().size();
  }
}
