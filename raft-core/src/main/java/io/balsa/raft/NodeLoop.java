package io.balsa.raft;

import io.balsa.raft.core.Configuration;
import io.balsa.raft.core.Effects;
import io.balsa.raft.core.Event;
import io.balsa.raft.core.NodeId;
import io.balsa.raft.core.Raft;
import io.balsa.raft.core.RaftObserver;
import io.balsa.raft.core.RaftOptions;
import io.balsa.raft.core.RandomSource;
import io.balsa.raft.core.RestoredState;
import io.balsa.raft.core.Role;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The event loop of a node: the only caller of the algorithm. It owns no thread and never blocks.
 *
 * <ul>
 *   <li>One {@link #poll} takes everything that has gathered, so that under load many proposals
 *       share a step, a message and a sync.
 *   <li>{@code live} is null while the storage is not open; the node then neither votes nor
 *       acknowledges.
 *   <li>Every request that came out of the mailbox is in exactly one place until it is answered:
 *       {@link Waiting}, {@link Forwarding}, or the live group and the applier.
 * </ul>
 */
final class NodeLoop {
  private static final Logger LOG = LoggerFactory.getLogger(RaftNode.class);
  private static final Event TICK = new Event.Tick();

  /** How long a request may look for a leader or wait for its answer, in election timeouts. */
  private static final int PATIENCE = 10;

  /**
   * What never changes while the node runs.
   *
   * @param self who this is
   * @param group the name of the group
   * @param members with whom the cluster is formed if it is not yet, or null to wait to be let in
   * @param clusterId that of the cluster before the log says which
   * @param address where others reach this node
   * @param options the numbers of the algorithm
   * @param tickNanos how long a tick is
   * @param limits the bounds in bytes
   * @param random where the randomness comes from
   * @param observer is told every decision, or null
   */
  record Setting(
      NodeId self,
      String group,
      Configuration members,
      UUID clusterId,
      String address,
      RaftOptions options,
      long tickNanos,
      Limits limits,
      RandomSource random,
      RaftObserver observer) {}

  private final Setting setting;
  private final Wiring wiring;
  private final Mailbox<Mail> mailbox;
  private final Environment environment;
  private final Answers answers = new Answers();
  private final Waiting waiting = new Waiting(answers);
  private final Forwarding forwarding;
  private final Orders orders;
  private final Freshness freshness;
  private final Reads reads;
  private final Membership membership;
  private final LogClock clock;
  private final DecisionLog decisions;

  private LiveGroup live;
  private int opening;
  private List<Proposal> proposals = new ArrayList<>();
  private long lastTickAt;
  private long now;
  private long reopenAt = Long.MAX_VALUE;
  private NodeId retriedWith;
  private RaftException closed;
  private NodeStatus.Health health = NodeStatus.Health.OK;
  private volatile NodeStatus status;

  NodeLoop(
      Setting setting,
      Wiring wiring,
      Mailbox<Mail> mailbox,
      Environment environment,
      LogStore store) {
    this.setting = setting;
    this.wiring = wiring;
    this.mailbox = mailbox;
    this.environment = environment;
    forwarding =
        new Forwarding(wiring.link(), answers, setting.limits().batchBytes(), environment.random());
    orders = new Orders(wiring.link(), answers, environment.random());
    clock = new LogClock(environment::nanoTime, wiring.applier().state()::logTime);
    freshness = new Freshness(environment);
    reads = new Reads(wiring.applier(), waiting, answers, freshness);
    membership = new Membership(setting, store, wiring.link(), patience());
    decisions = new DecisionLog(setting.group(), setting.self());
    lastTickAt = environment.nanoTime();
    goLive(store);
    publish();
  }

  NodeStatus status() {
    return status;
  }

  Freshness freshness() {
    return freshness;
  }

  UUID clusterId() {
    return membership.clusterId();
  }

  void poll() {
    mailbox.take().forEach(this::handleOrFail);
    try {
      route();
      tick();
      perform();
    } catch (Throwable e) {
      failBy(e);
    }
    answers.giveTo(wiring.applier());
    wiring.replies().send();
    publish();
  }

  // ---- what arrives

  /** What one mail breaks is no reason to lose those behind it: they are answered all the same. */
  private void handleOrFail(Mail mail) {
    try {
      handle(mail);
    } catch (Throwable e) {
      failBy(e);
    }
  }

  private void handle(Mail mail) {
    if (mail instanceof Proposal.Local proposal) {
      proposal.deadline = now + patience();
      proposals.add(proposal);
    } else if (mail instanceof ReadRequest<?> read) {
      if (read.deadline == 0) {
        read.deadline = now + patience();
      }
      reads.add(read);
    } else if (mail instanceof SnapshotOrder order) {
      onSnapshotOrder(order);
    } else if (mail instanceof Order.Local order) {
      onOrder(order);
    } else if (mail instanceof Mail.Arrived m) {
      onPacket(m.from(), m.packet());
    } else if (mail instanceof Mail.Persisted m) {
      if (live != null && m.opening() == opening) {
        live.step(new Event.Persisted(m.token()));
      }
    } else if (mail instanceof Mail.ReadForPeer m) {
      if (live != null) {
        live.onReadForPeer(m);
      }
    } else if (mail instanceof Mail.ReadForApply m) {
      if (live != null) {
        live.onReadForApply(m);
      }
    } else if (mail instanceof Mail.OfSnapshot m) {
      if (live != null) {
        live.onSnapshotMail(m, now);
      }
    } else if (mail instanceof Mail.PieceRead m) {
      wiring.link().send(m.to(), m.piece());
    } else if (mail instanceof Mail.Met m) {
      onMet(m);
    } else if (mail instanceof Mail.Disconnected m) {
      onDisconnected(m.peer());
    } else {
      handleEnd(mail);
    }
  }

  private void handleEnd(Mail mail) {
    if (mail instanceof Mail.StorageFailed m) {
      onStorageFailed(m);
    } else if (mail instanceof Mail.NotInLog m) {
      if (live != null && m.opening() == opening && !live.onNotInLog(m)) {
        onStorageFailed(new Mail.StorageFailed(opening, m.cause()));
      }
    } else if (mail instanceof Mail.StorageOpened m) {
      onStorageOpened(m.store());
    } else if (mail instanceof Mail.StorageStillFailed m) {
      onStorageStillFailed(m.cause());
    } else if (mail instanceof Mail.ApplyFailed m) {
      fail("the state machine threw at index " + m.index() + ": " + m.cause(), m.cause());
    } else if (mail instanceof Mail.RestoreFailed m) {
      fail("the state machine could not restore " + m.snapshot() + ": " + m.cause(), m.cause());
    } else if (mail instanceof Mail.PartFailed m) {
      failBy(m.cause());
    } else if (mail instanceof Mail.Close) {
      close();
    } else {
      throw new AssertionError("unhandled " + mail);
    }
  }

  private void onPacket(NodeId from, Packet packet) {
    if (packet instanceof Packet.Raft m) {
      if (live != null) {
        live.step(new Event.Received(from, m.message()));
      }
    } else if (packet instanceof Packet.SnapshotRequest m) {
      if (live != null) {
        live.serve(from, m, now);
      }
    } else if (packet instanceof Packet.SnapshotPiece m) {
      if (live != null) {
        live.onPiece(from, m);
      }
    } else if (packet instanceof Packet.Proposals m) {
      m.proposals().forEach(p -> onForwarded(from, p));
    } else if (packet instanceof Packet.Outcomes m) {
      waiting.addProposals(forwarding.settle(m.outcomes()));
      orders.settle(m.outcomes());
    } else if (packet instanceof Packet.ChangeConfiguration m) {
      onForwarded(from, m.id(), new Demand.Change(m.expectedIndex(), m.target()));
    } else if (packet instanceof Packet.TransferLeadership m) {
      onForwarded(from, m.id(), new Demand.Transfer(m.target()));
    } else {
      throw new AssertionError("unhandled " + packet);
    }
  }

  /**
   * A proposal that was made elsewhere is never passed on again, else two confused nodes could play
   * ping-pong.
   */
  private void onForwarded(NodeId from, Packet.Proposal proposal) {
    if (live == null || !live.leads()) {
      NodeId leader = live == null ? null : live.raft().leader();
      wiring.replies().add(from, Packet.Outcome.notLeader(proposal.id(), leader));
    } else if (!wiring.proposed().take(Proposal.bytes(proposal.command()))) {
      wiring.replies().add(from, Packet.Outcome.busy(proposal.id()));
    } else {
      proposals.add(new Proposal.Forwarded(from, proposal, wiring.proposed(), wiring.replies()));
    }
  }

  private void onSnapshotOrder(SnapshotOrder order) {
    if (live != null) {
      live.order(order);
    } else {
      RaftException why = closed == null ? new NotExecutedException(noLeaderReason()) : closed;
      answers.give(() -> order.future().completeExceptionally(why));
    }
  }

  private void onForwarded(NodeId from, long id, Demand demand) {
    if (live == null || !live.leads()) {
      wiring.replies().add(from, Packet.Outcome.notLeader(id, null));
    } else {
      live.carryOut(new Order.Forwarded(demand, from, id, wiring.replies()));
    }
  }

  private void onOrder(Order.Local order) {
    NodeId leader = live == null ? null : live.raft().leader();
    if (closed != null) {
      answers.give(() -> order.closed(closed));
    } else if (leader == null) {
      answers.give(() -> order.refused("node " + setting.self() + " knows of no leader now"));
    } else if (live.leads()) {
      live.carryOut(order);
    } else {
      orders.send(order, leader, now, patience());
    }
  }

  private void onMet(Mail.Met m) {
    boolean remembered = membership.met(m.node(), m.incarnation(), m.formed());
    if (remembered && live != null) {
      live.step(new Event.PeerMet(m.node(), m.incarnation()));
    }
  }

  private void onDisconnected(NodeId peer) {
    membership.disconnected(peer);
    forwarding.onDisconnected(peer);
    orders.onDisconnected(peer);
    if (live != null) {
      live.step(new Event.Disconnected(peer));
    }
  }

  // ---- requests

  /** Sends the requests that have gathered to where they can be served, or lets them wait. */
  private void route() {
    routeProposals();
    reads.route(live, closed);
  }

  private void routeProposals() {
    if (proposals.isEmpty()) {
      return;
    }
    List<Proposal> batch = proposals;
    proposals = new ArrayList<>();
    if (closed != null) {
      batch.forEach(p -> answers.failed(p, closed));
    } else if (live != null && live.leads()) {
      live.propose(batch);
    } else {
      routeElsewhere(batch);
    }
  }

  private void routeElsewhere(List<Proposal> batch) {
    List<Proposal.Local> local = new ArrayList<>(batch.size());
    for (Proposal proposal : batch) {
      if (proposal instanceof Proposal.Local mine) {
        local.add(mine);
      } else {
        answers.failed(proposal, new NotExecutedException("this node does not lead any more"));
      }
    }
    NodeId leader = live == null ? null : live.raft().leader();
    waiting.addProposals(leader == null ? local : forwarding.send(leader, local, now + patience()));
  }

  /**
   * Tries again what could not go anywhere: when there is a leader it was not tried with, and at
   * each tick.
   */
  private void retry() {
    if (!waiting.isEmpty() && live != null && live.raft().leader() != null) {
      proposals.addAll(waiting.takeProposals());
      reads.addAll(waiting.takeReads());
      route();
    }
  }

  private long patience() {
    return (long) PATIENCE * setting.options().electionTicks();
  }

  // ---- time

  /**
   * After a pause (of the process, of the machine) at most enough ticks follow to doubt what was
   * true before it.
   */
  private void tick() {
    long behind = (environment.nanoTime() - lastTickAt) / setting.tickNanos();
    if (behind <= 0 || closed != null) {
      return;
    }
    lastTickAt += behind * setting.tickNanos();
    long ticks = Math.min(behind, setting.options().heartbeatTicks());
    for (long i = 0; i < ticks; i++) {
      now++;
      if (live != null) {
        live.step(TICK);
      }
    }
    Event.Form form = membership.due();
    if (form != null && live != null) {
      live.step(form);
    }
    wiring.sessions().tick(answers::give);
    forwarding.expire(now);
    orders.expire(now, patience(), live != null && !live.raft().configuration().isSimple());
    waiting.expire(now, noLeaderReason());
    reads.expire(now);
    retry();
    if (now >= reopenAt) {
      reopenAt = Long.MAX_VALUE;
      wiring.writer().put(new LogWriter.Task.Reopen());
    }
  }

  private String noLeaderReason() {
    return live == null
        ? "node " + setting.self() + " can't take part: " + health.problem()
        : "node " + setting.self() + " found no leader within " + PATIENCE + " election timeouts";
  }

  // ---- effects

  private void perform() {
    if (live == null) {
      return;
    }
    Effects effects = live.perform(now);
    membership.update(live.raft(), now);
    effects.notable().forEach(decisions::write);
    if (effects.failure() != null) {
      fail("an invariant of Raft is broken: " + effects.failure(), null);
      return;
    }
    NodeId leader = live.raft().leader();
    boolean isNew = leader != null && !leader.equals(retriedWith);
    retriedWith = leader;
    if (isNew && !waiting.isEmpty()) {
      retry();
      perform();
    }
  }

  // ---- storage

  private void goLive(LogStore store) {
    opening++;
    RecoveredLog log = store.recovered();
    RestoredState restored =
        new RestoredState(
            log.hardState(),
            store.snapshots().latest(),
            log.start(),
            log.termStarts(),
            log.lastIndex(),
            wiring.applier().committed(log),
            Configuration.NONE,
            log.configurations());
    Raft raft =
        new Raft(
            setting.self(),
            membership.incarnation(),
            setting.options(),
            restored,
            setting.random(),
            setting.observer());
    live =
        new LiveGroup(
            raft,
            store,
            opening,
            wiring,
            setting.limits(),
            waiting,
            reads,
            environment,
            new Lease(environment, setting.options(), setting.tickNanos()),
            answers,
            clock);
    membership.met().forEach((peer, known) -> live.step(new Event.PeerMet(peer, known)));
    LOG.info(
        "{} {} starts in term {} with a log up to {}",
        setting.group(),
        setting.self(),
        raft.term(),
        raft.last());
  }

  private void onStorageFailed(Mail.StorageFailed m) {
    if (live == null || m.opening() != opening) {
      return;
    }
    if (m.cause() instanceof DamagedLogException) {
      fail(m.cause().getMessage(), m.cause());
      return;
    }
    String problem = "the storage failed: " + m.cause();
    live.end(new OutcomeUnknownException(problem));
    live = null;
    onStorageStillFailed(m.cause());
    LOG.error(
        "{} {} stops taking part, since {}. It tries again every {} ms.",
        setting.group(),
        setting.self(),
        problem,
        setting.options().electionTicks() * setting.tickNanos() / 1_000_000,
        m.cause());
  }

  private void onStorageStillFailed(Throwable cause) {
    if (closed != null) {
      return;
    }
    if (cause instanceof DamagedLogException) {
      fail(cause.getMessage(), cause);
      return;
    }
    health =
        new NodeStatus.Health(
            NodeStatus.State.STORAGE_FAILED, "the storage failed: " + cause.getMessage());
    reopenAt = now + setting.options().electionTicks();
  }

  private void onStorageOpened(LogStore store) {
    if (closed == null) {
      health = NodeStatus.Health.OK;
      goLive(store);
      LOG.info("{} {} takes part again, its storage is open", setting.group(), setting.self());
    }
  }

  // ---- the end

  private void failBy(Throwable error) {
    fail("an error that should not be possible, please report it: " + error, error);
  }

  private void fail(String problem, Throwable cause) {
    if (closed != null) {
      LOG.warn("{} {} after its end: {}", setting.group(), setting.self(), problem, cause);
      return;
    }
    LOG.error("{} {} has failed: {}", setting.group(), setting.self(), problem, cause);
    end(
        NodeStatus.State.FAILED,
        problem,
        new ClosedException("node " + setting.self() + " has failed: " + problem, cause));
  }

  private void close() {
    if (live != null && live.leads()) {
      live.handOver(now);
    }
    if (closed == null) {
      end(
          NodeStatus.State.CLOSED,
          "closed",
          new ClosedException("node " + setting.self() + " is closed", null));
    }
  }

  private void end(NodeStatus.State state, String problem, ClosedException why) {
    closed = why;
    health = new NodeStatus.Health(state, problem);
    if (live != null) {
      LiveGroup ended = live;
      live = null;
      ended.end(new OutcomeUnknownException(why.getMessage()));
    }
    forwarding.close(why.getMessage());
    orders.close(why.getMessage());
    waiting.close(why);
    reads.close(why);
    route();
    wiring.link().close();
  }

  private void publish() {
    long applied = wiring.applier().appliedIndex();
    NodeStatus last = status;
    if (live != null) {
      Raft raft = live.raft();
      status =
          new NodeStatus(
              setting.self(),
              membership.waitsFor().isEmpty()
                  ? health
                  : new NodeStatus.Health(NodeStatus.State.WAITING, membership.waitsFor()),
              raft.role(),
              raft.term(),
              Optional.ofNullable(raft.leader()),
              raft.last().index(),
              raft.commitIndex(),
              applied,
              raft.snapshot() == null ? 0 : raft.snapshot().index(),
              live.receiving(),
              wiring.proposed().taken(),
              wiring.applier().bytesAhead(),
              raft.configurationIndex(),
              raft.configuration());
    } else {
      status =
          new NodeStatus(
              setting.self(),
              health,
              health.state() == NodeStatus.State.STORAGE_FAILED ? Role.FOLLOWER : Role.STOPPED,
              last.term(),
              Optional.empty(),
              last.lastIndex(),
              last.commitIndex(),
              applied,
              last.snapshotIndex(),
              Optional.empty(),
              wiring.proposed().taken(),
              wiring.applier().bytesAhead(),
              last.configurationIndex(),
              last.configuration());
    }
  }
}
