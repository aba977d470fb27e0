package io.balsa.raft.testkit.simulation;

import io.balsa.raft.NodeStatus;
import io.balsa.raft.RaftNode;
import io.balsa.raft.StateMachine;
import io.balsa.raft.core.Configuration;
import io.balsa.raft.core.Member;
import io.balsa.raft.core.NodeId;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;

/**
 * Somebody who changes the members, moves the leadership and takes snapshots as it comes to his
 * mind, through the nodes like anybody else.
 *
 * <ul>
 *   <li>A disk is lost only while everybody else could do without it, and the next one when the
 *       node is back under its new incarnation: the cluster tolerates a minority of lost disks.
 *   <li>In the calm everybody becomes a voter again.
 *   <li>Whatever was ordered is answered, unless the process has ended.
 * </ul>
 */
final class Administrator<M extends StateMachine> {
  /** What was ordered and is not answered yet. */
  private record Order<M extends StateMachine>(Life<M> life, String what) {}

  private final World<M> world;
  private final SplittableRandom random;
  private int changesUnderWay;
  private Host<M> diskLost;
  private UUID before;
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
    if (fault == Fault.LOST_DISK) {
      return losesDisk(at);
    }
    RaftNode node = at.life().node();
    switch (fault) {
      case TAKE_SNAPSHOT -> takesSnapshot(at);
      case TRANSFER_LEADERSHIP -> watch(at, fault, transfer(node));
      case CHANGE_MEMBERS -> {
        if (diskLost != null && !isLetInAgain()) {
          return false;
        }
        change(at, node, anyMembers(node.status().configuration()));
        if (random.nextInt(3) == 0) {
          world.timeline().after(random.nextLong(Weather.SECOND), () -> changeAgain(at));
        }
      }
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

  /** Lets one host make way for another one, if it can. */
  void makesWay(Host<M> leader, NodeId target) {
    RaftNode node = leader.life().node();
    watch(leader, Fault.TRANSFER_LEADERSHIP, node.transferLeadership(target.value()));
  }

  void takesSnapshot(Host<M> host) {
    watch(host, Fault.TAKE_SNAPSHOT, host.life().node().snapshot());
  }

  /** Any of the hosts; or those that are no voters now, with few others. */
  private Configuration anyMembers(Configuration now) {
    boolean others = random.nextInt(3) == 0;
    List<Member> voters = new ArrayList<>();
    List<Member> learners = new ArrayList<>();
    for (Host<M> host : world.hosts()) {
      int role = !others ? random.nextInt(5) : now.isVoter(host.id()) ? random.nextInt(2, 6) : 0;
      if (role < 3) {
        voters.add(member(host).withPriority(random.nextInt(4) == 0 ? random.nextInt(3) : 0));
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

  /** Somebody else, who knows nothing of the change that is under way. */
  private void changeAgain(Host<M> at) {
    if (at.isUp() && world.weather().storm() > 0 && diskLost == null) {
      RaftNode node = at.life().node();
      change(at, node, anyMembers(node.status().configuration()));
    }
  }

  private void change(Host<M> at, RaftNode node, Configuration target) {
    changesUnderWay++;
    CompletableFuture<Void> change = node.changeConfiguration(current -> target);
    change.whenComplete((done, failure) -> changesUnderWay--);
    watch(at, Fault.CHANGE_MEMBERS, change);
  }

  // ---- disks

  private boolean losesDisk(Host<M> victim) {
    Configuration common = commonConfiguration();
    boolean canDoWithout =
        world.isFormed()
            && common != null
            && common.isSimple()
            && (!common.isVoter(victim.id()) || common.voters().size() > 2);
    if (!canDoWithout || changesUnderWay > 0 || diskLost != null && !isLetInAgain()) {
      return false;
    }
    Member member = common.member(victim.id());
    diskLost = member == null ? null : victim;
    before = member == null ? null : member.incarnation();
    victim.loseDisk();
    world.restartLater(victim);
    return true;
  }

  /** The configuration that all nodes have in force, or null. */
  private Configuration commonConfiguration() {
    Configuration common = null;
    for (Host<M> host : world.hosts()) {
      if (!host.isUp() || host.life().node() == null) {
        return null;
      }
      Configuration configuration = host.life().node().status().configuration();
      if (common != null && !common.equals(configuration)) {
        return null;
      }
      common = configuration;
    }
    return common;
  }

  private boolean isLetInAgain() {
    Configuration common = commonConfiguration();
    Member member = common == null ? null : common.member(diskLost.id());
    boolean back =
        member != null
            && common.isSimple()
            && !member.incarnation().equals(before)
            && !common.isRejoining(member.id());
    if (back) {
      diskLost = null;
    }
    return back;
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

  /**
   * Whether all hosts that can be are voters, or else has somebody make them so. As long as orders
   * are not answered they may still be carried out.
   */
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
    return back && everythingIsAnswered();
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
