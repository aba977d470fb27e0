package io.balsa.raft;

import io.balsa.raft.core.Effects;
import io.balsa.raft.core.Entry;
import io.balsa.raft.core.EntryType;
import io.balsa.raft.core.Event;
import io.balsa.raft.core.Message.AppendEntries;
import io.balsa.raft.core.NodeId;
import io.balsa.raft.core.Raft;
import io.balsa.raft.core.Role;
import io.balsa.raft.core.Snapshot;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The algorithm at work on an open log. Made whole when the storage was opened, and dropped when it
 * fails: what it had promised to itself and not yet written is then forgotten together with it.
 *
 * <ul>
 *   <li>Every effect is performed, in the order: entries into the cache, messages, the save, then
 *       the answers.
 *   <li>Committed entries are handed to the applier in order, and once each in an opening.
 * </ul>
 */
final class LiveGroup {
  /** Reads whose index the algorithm finds out, since when. */
  private record Asked(List<ReadRequest<?>> reads, long at) {}

  private final Raft raft;
  private final LogStore store;
  private final int opening;
  private final Wiring wiring;
  private final Limits limits;
  private final Waiting waiting;
  private final Reads reads;
  private final Environment environment;
  private final Lease lease;
  private final Answers answers;
  private final LogClock clock;
  private final EntryCache cache;
  private final Captures captures;
  private final Download download;
  private final PendingProposals pending = new PendingProposals();
  private final Map<Long, List<Proposal>> offered = new HashMap<>();
  private final Map<Long, Asked> asked = new HashMap<>();
  private final Map<Long, Order> orders = new HashMap<>();
  private long lastId;
  private boolean readingForApply;

  LiveGroup(
      Raft raft,
      LogStore store,
      int opening,
      Wiring wiring,
      Limits limits,
      Waiting waiting,
      Reads reads,
      Environment environment,
      Lease lease,
      Answers answers,
      LogClock clock) {
    this.raft = raft;
    this.store = store;
    this.opening = opening;
    this.wiring = wiring;
    this.limits = limits;
    this.waiting = waiting;
    this.reads = reads;
    this.environment = environment;
    this.lease = lease;
    this.answers = answers;
    this.clock = clock;
    cache = new EntryCache(limits.cacheBytes(), raft.last().index());
    SnapshotStore snapshots = store.snapshots();
    captures =
        new Captures(
            raft,
            opening,
            snapshots,
            wiring,
            limits.snapshotBytes(),
            environment.random(),
            answers);
    download = new Download(opening, snapshots, wiring, raft.electionTicks());
    wiring.applier().giveAgain();
  }

  Raft raft() {
    return raft;
  }

  boolean leads() {
    return raft.role() == Role.LEADER;
  }

  void step(Event event) {
    raft.step(event);
  }

  /** All of them are here before the first is offered; if that breaks something, none is lost. */
  void propose(List<Proposal> proposals) {
    long first = lastId + 1;
    int begin = 0;
    for (int i = 1; i <= proposals.size(); i++) {
      if (i == proposals.size() || proposals.get(i).type != proposals.get(begin).type) {
        offered.put(++lastId, proposals.subList(begin, i));
        begin = i;
      }
    }
    long last = lastId;
    for (long id = first; id <= last; id++) {
      offer(id, offered.get(id));
    }
  }

  private void offer(long id, List<Proposal> proposals) {
    EntryType type = proposals.get(0).type;
    List<byte[]> commands = new ArrayList<>(proposals.size());
    for (int i = 0; i < proposals.size(); i++) {
      byte[] command = proposals.get(i).command;
      if (type == EntryType.SESSION) {
        SessionRequest.stamp(command, clock.now(raft.term()));
      }
      commands.add(command);
    }
    raft.step(new Event.Propose(id, type, commands));
  }

  void read(List<ReadRequest<?>> requests, boolean byLease) {
    asked.put(++lastId, new Asked(requests, environment.nanoTime()));
    raft.step(new Event.Read(lastId, byLease));
  }

  void carryOut(Order order) {
    orders.put(++lastId, order);
    raft.step(
        order.demand instanceof Demand.Change change
            ? new Event.ChangeConfiguration(lastId, change.expectedIndex(), change.target())
            : new Event.TransferLeadership(lastId, ((Demand.Transfer) order.demand).target()));
  }

  /**
   * Lets the best voter lead, if one has the whole log; the others need not miss this one first.
   */
  void handOver(long now) {
    carryOut(new Order.Local(new Demand.Transfer(null)));
    perform(now);
  }

  // ---- effects

  /**
   * Does what the algorithm wants done; returns the rest of it, for the log and for what the
   * group's end needs.
   */
  Effects perform(long now) {
    lease.update(raft);
    if (raft.asksForLease()) {
      raft.step(new Event.LeaseChecked(lease.holds()));
      lease.update(raft); // a round may have begun instead
    }
    Effects effects = raft.takeEffects();
    if (effects.failure() != null) {
      return effects;
    }
    reads.commitIndexIs(effects.commitIndex());
    settleOffers(effects);
    settleOrders(effects);
    if (effects.save() != null) {
      if (effects.save().snapshot() != null) {
        cache.restartAfter(effects.save().snapshot().index());
      }
      cache.add(effects.save().entries());
    }
    effects.messages().forEach(e -> wiring.link().send(e.to(), new Packet.Raft(e.message())));
    effects.replications().forEach(this::replicate);
    if (effects.save() != null) {
      wiring.writer().put(new LogWriter.Task.Write(effects.save()));
    }
    if (effects.discardable() > 0) {
      wiring.writer().put(new LogWriter.Task.Discard(effects.discardable()));
    }
    if (effects.fetch() != null && isSettled() && download.fetch(effects.fetch(), now)) {
      raft.step(new Event.SnapshotReceived(effects.fetch().snapshot()));
    }
    handOut();
    captures.advance(now);
    download.commitIndexIs(raft.commitIndex());
    settleReads(effects);
    cache.trim(raft.persistedIndex());
    pending.giveUp(
        leads() ? raft.term() : 0,
        new OutcomeUnknownException("this node stopped leading before it was committed"),
        answers);
    return effects;
  }

  private void settleOffers(Effects effects) {
    for (Effects.Accepted accepted : effects.accepted()) {
      pending.add(accepted.first(), offered.remove(accepted.id()));
    }
    for (Effects.Refused refused : effects.refused()) {
      if (orders.containsKey(refused.id())) {
        Order order = orders.remove(refused.id());
        answers.give(() -> order.refused(refused.reason()));
      } else {
        refuse(offered.remove(refused.id()), refused.reason());
      }
    }
  }

  /** Who asked here may wait for the next leader; who asked elsewhere is told to try again. */
  private void refuse(List<Proposal> proposals, String reason) {
    List<Proposal.Local> local = new ArrayList<>();
    for (Proposal proposal : proposals) {
      if (proposal instanceof Proposal.Local mine) {
        local.add(mine);
      } else {
        answers.failed(proposal, new NotExecutedException(reason));
      }
    }
    waiting.addProposals(local);
  }

  private void settleOrders(Effects effects) {
    effects.changed().forEach(c -> answers.give(orders.remove(c.id())::done));
    effects.transferred().forEach(id -> answers.give(orders.remove(id)::done));
    for (Long id : effects.undecided()) {
      Order order = orders.remove(id);
      answers.give(() -> order.undecided("this node stopped leading before it was decided"));
    }
  }

  private void settleReads(Effects effects) {
    for (Effects.Readable readable : effects.readable()) {
      Asked settled = asked.remove(readable.id());
      Lease vouches = readable.byLease() ? lease : null;
      reads.readable(readable.index(), settled.at, vouches, settled.reads);
    }
    reads.handOver();
    for (Long id : effects.unreadable()) {
      waiting.addReads(asked.remove(id).reads);
    }
  }

  // ---- entries for followers

  private void replicate(Effects.Replication r) {
    long first = r.header().previous().index() + 1;
    if (first > r.lastIndex()) {
      send(r.to(), r.header(), List.of());
    } else if (cache.has(first)) {
      send(r.to(), r.header(), cache.get(first, r.lastIndex(), limits.batchBytes()));
    } else {
      long last = Math.min(r.lastIndex(), raft.persistedIndex());
      wiring.reader().put(new LogReader.Read(opening, store, first, last, r));
    }
  }

  /**
   * Entries have come from disk; meanwhile the log may have changed hands, and with them its tail.
   */
  void onReadForPeer(Mail.ReadForPeer mail) {
    AppendEntries header = mail.replication().header();
    if (mail.opening() == opening && leads() && raft.term() == header.term()) {
      send(mail.replication().to(), header, mail.entries());
    }
  }

  private void send(NodeId to, AppendEntries header, List<Entry> entries) {
    AppendEntries message = entries.isEmpty() ? header : header.withEntries(entries);
    wiring.link().send(to, new Packet.Raft(message));
  }

  // ---- entries for the state machine

  private void handOut() {
    Applier applier = wiring.applier();
    if (lacksSnapshot()) {
      if (!isSettled()) {
        return;
      }
      captures.restored();
      applier.restore(opening, store.snapshots(), raft.snapshot());
    }
    long last = applicableIndex();
    while (applier.handedIndex() < last && !readingForApply && applier.hasRoom()) {
      long first = applier.handedIndex() + 1;
      if (!cache.has(first)) {
        readingForApply = true;
        // Committed, but perhaps not on disk yet: there may still be what it replaces.
        long written = Math.min(last, raft.persistedIndex());
        wiring.reader().put(new LogReader.Read(opening, store, first, written, null));
        return;
      }
      handOut(cache.get(first, last, limits.batchBytes()));
    }
  }

  /** A state that is kept on disk must not get ahead of the log that is there. */
  private long applicableIndex() {
    long committed = raft.commitIndex();
    return wiring.applier().state().isOnDisk()
        ? Math.min(committed, raft.persistedIndex())
        : committed;
  }

  void onReadForApply(Mail.ReadForApply mail) {
    if (mail.opening() == opening) {
      readingForApply = false;
      boolean isNext = mail.entries().get(0).index() == wiring.applier().handedIndex() + 1;
      if (isNext && !lacksSnapshot()) { // else one was installed meanwhile
        handOut(mail.entries());
      }
    }
  }

  /** Returns whether that can be: a snapshot stands for what was to be read. */
  boolean onNotInLog(Mail.NotInLog mail) {
    readingForApply = false;
    return lacksSnapshot() || mail.first() != wiring.applier().handedIndex() + 1;
  }

  /** Whether the latest snapshot is this node's own, and not still to be put in its place. */
  private boolean isSettled() {
    return raft.snapshot() == null || raft.persistedIndex() >= raft.snapshot().index();
  }

  private boolean lacksSnapshot() {
    Snapshot snapshot = raft.snapshot();
    return snapshot != null && wiring.applier().handedIndex() < snapshot.index();
  }

  private void handOut(List<Entry> entries) {
    captures.handedOut(wiring.applier().apply(entries, pending.match(entries)));
  }

  // ---- snapshots

  void order(SnapshotOrder order) {
    captures.order(order);
  }

  void onSnapshotMail(Mail.OfSnapshot mail, long now) {
    if (mail.opening() != opening) {
      return;
    }
    if (mail instanceof Mail.Captured m) {
      captures.onCaptured(m, now, raft.electionTicks());
    } else if (mail instanceof Mail.SnapshotTaken m) {
      raft.step(new Event.SnapshotTaken(m.snapshot()));
      captures.onTaken(m.snapshot());
    } else if (mail instanceof Mail.SnapshotFailed m) {
      captures.onFailed(m.cause(), now, raft.electionTicks());
    } else if (mail instanceof Mail.SnapshotDamaged m) {
      captures.onDamaged(m);
    } else if (mail instanceof Mail.PieceWanted m) {
      download.onPieceWanted(m, now);
    } else if (mail instanceof Mail.SnapshotReceived m) {
      captures.received(m.snapshot());
      if (download.onReceived(m.snapshot())) {
        raft.step(new Event.SnapshotReceived(m.snapshot()));
      }
    } else if (mail instanceof Mail.ReceiptFailed m) {
      download.onFailed(m.cause(), now);
    } else {
      throw new AssertionError("unhandled " + mail);
    }
  }

  /** A follower wants a piece of a snapshot. */
  void serve(NodeId to, Packet.SnapshotRequest request, long now) {
    if (!captures.canServe(request.id())) {
      return; // it asks again, or is offered another one
    }
    captures.serving(now, raft.electionTicks());
    wiring.reader().put(new LogReader.Piece(opening, store.snapshots(), to, request));
  }

  void onPiece(NodeId from, Packet.SnapshotPiece piece) {
    download.onPiece(from, piece);
  }

  Optional<NodeStatus.Receiving> receiving() {
    return Optional.ofNullable(download.status());
  }

  /** The storage or the group has failed, or the node is closed. */
  void end(RaftException forProposals) {
    pending.giveUp(0, forProposals, answers);
    offered.values().forEach(batch -> batch.forEach(p -> answers.failed(p, forProposals)));
    lease.end();
    asked.values().forEach(a -> waiting.addReads(a.reads));
    captures.fail(forProposals);
    orders.values().forEach(o -> answers.give(() -> o.undecided(forProposals.getMessage())));
  }
}
