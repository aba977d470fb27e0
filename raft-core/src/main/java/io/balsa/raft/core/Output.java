package io.balsa.raft.core;

import io.balsa.raft.core.Effects.Envelope;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/**
 * Collects the effects of steps, and keeps back every message whose promise is not on disk yet.
 *
 * <ul>
 *   <li>Saves have rising tokens and are written in that order; {@code persistedToken <=
 *       issuedToken}.
 *   <li>A message kept back names the save it waits for. It leaves when that save is on disk, and
 *       is dropped when the term changes first.
 *   <li>Each save under way knows the last index it vouches for. A truncation lowers it, so that
 *       its completion can't speak for what was written over it later (the entry 10@1 that is on
 *       disk is not the 10@2 that replaced it).
 * </ul>
 */
final class Output {
  private record Kept(long token, NodeId to, Message message) {}

  private static final class SaveUnderWay {
    final long token;
    long lastIndex;

    SaveUnderWay(long token, long lastIndex) {
      this.token = token;
      this.lastIndex = lastIndex;
    }
  }

  private List<Envelope> messages = new ArrayList<>();
  private List<Effects.Replication> replications = new ArrayList<>();
  private List<Effects.Accepted> accepted = new ArrayList<>();
  private List<Effects.Refused> refused = new ArrayList<>();
  private List<Effects.Readable> readable = new ArrayList<>();
  private List<Long> unreadable = new ArrayList<>();
  private List<Effects.Changed> changed = new ArrayList<>();
  private List<Long> undecided = new ArrayList<>();
  private List<Long> transferred = new ArrayList<>();
  private List<Entry> entries = new ArrayList<>();
  private List<Decision> notable = new ArrayList<>();
  private boolean hardStateChanged;
  private Snapshot installed;
  private Effects.Fetch fetch;
  private long discardable;

  private final Deque<SaveUnderWay> underWay = new ArrayDeque<>();
  private final Deque<Kept> kept = new ArrayDeque<>();
  private final Reporter reporter;
  private long issuedToken;
  private long persistedToken;
  private long hardStateToken;

  Output(Reporter reporter) {
    this.reporter = reporter;
  }

  /** Sends what promises no more than that the node is in its term. */
  void send(NodeId to, Message message) {
    sendAfter(hardStateToken, to, message);
  }

  /** Sends what must not be said before all that was decided up to now is on disk. */
  void sendWhenPersisted(NodeId to, Message message) {
    sendAfter(currentToken(), to, message);
  }

  private void sendAfter(long token, NodeId to, Message message) {
    if (token <= persistedToken) {
      release(to, message);
      return;
    }
    Kept last = kept.peekLast();
    if (last != null
        && last.token == token
        && last.to.equals(to)
        && supersedes(message, last.message)) {
      kept.removeLast();
    }
    kept.addLast(new Kept(token, to, message));
  }

  /** One acknowledgement can speak for the earlier ones that wait for the same save. */
  private static boolean supersedes(Message later, Message earlier) {
    return later instanceof Message.AppendEntriesAccepted l
        && earlier instanceof Message.AppendEntriesAccepted e
        && l.matchIndex() >= e.matchIndex()
        && l.round() >= e.round();
  }

  private void release(NodeId to, Message message) {
    messages.add(new Envelope(to, message));
    if (reporter.isOn()) {
      reporter.report(new Decision.Sent(to, message, 0));
    }
  }

  void replicate(NodeId to, Message.AppendEntries header, long lastIndex) {
    replications.add(new Effects.Replication(to, header, lastIndex));
    if (reporter.isOn()) {
      reporter.report(new Decision.Sent(to, header, lastIndex));
    }
  }

  /**
   * The leader's term is over before its ranges were taken: what they name may be replaced in the
   * same breath, and would then go out in its name.
   */
  void dropReplications() {
    replications.clear();
  }

  void accept(long id, LogPosition first) {
    accepted.add(new Effects.Accepted(id, first));
  }

  void refuse(long id, String reason, NodeId leader) {
    refused.add(new Effects.Refused(id, reason, leader));
  }

  void readable(long id, long index, boolean byLease) {
    readable.add(new Effects.Readable(id, index, byLease));
  }

  void unreadable(long id) {
    unreadable.add(id);
  }

  void changed(long id, long index, Configuration configuration) {
    changed.add(new Effects.Changed(id, index, configuration));
  }

  void undecided(long id) {
    undecided.add(id);
  }

  void transferred(long id) {
    transferred.add(id);
  }

  /** Something rare that belongs in the log even if nobody observes. */
  void note(Decision decision) {
    notable.add(decision);
    if (reporter.isOn()) {
      reporter.report(decision);
    }
  }

  void fetch(NodeId from, Snapshot snapshot) {
    fetch = new Effects.Fetch(from, snapshot);
  }

  void discardable(long index) {
    discardable = index;
  }

  /** The log goes on behind a snapshot; of what was to be written, nothing is left. */
  void installed(Snapshot snapshot) {
    installed = snapshot;
    entries.clear();
    truncated(1);
  }

  void save(Entry entry) {
    entries.add(entry);
  }

  /**
   * The term or the vote changed; what is kept back for an earlier term is of no use to anybody any
   * more.
   */
  void hardStateChanged(boolean newTerm) {
    hardStateChanged = true;
    hardStateToken = issuedToken + 1;
    if (newTerm) {
      kept.clear();
    }
  }

  void truncated(long index) {
    for (SaveUnderWay save : underWay) {
      save.lastIndex = Math.min(save.lastIndex, index - 1);
    }
  }

  /** The token of the oldest save that was issued and is not on disk, 0 if there is none. */
  long oldestSaveUnderWay() {
    return underWay.isEmpty() ? 0 : underWay.peekFirst().token;
  }

  private boolean somethingToSave() {
    return hardStateChanged || installed != null || !entries.isEmpty();
  }

  private long currentToken() {
    return somethingToSave() ? issuedToken + 1 : issuedToken;
  }

  /**
   * Notes that saves reached the disk.
   *
   * @return the last index they vouch for, or -1 if the token says nothing new
   */
  long persisted(long token) {
    if (token <= persistedToken || token > issuedToken) {
      return -1;
    }
    persistedToken = token;
    long lastIndex = 0;
    while (!underWay.isEmpty() && underWay.peekFirst().token <= token) {
      lastIndex = Math.max(lastIndex, underWay.removeFirst().lastIndex);
    }
    return lastIndex;
  }

  /**
   * Releases the next message that has waited long enough; what was meant for the node itself comes
   * back.
   */
  Message releaseKept(NodeId self) {
    while (!kept.isEmpty() && kept.peekFirst().token <= persistedToken) {
      Kept next = kept.removeFirst();
      if (next.to.equals(self)) {
        return next.message;
      }
      release(next.to, next.message);
    }
    return null;
  }

  Effects take(Raft raft) {
    Effects.Save save = null;
    if (somethingToSave()) {
      issuedToken++;
      underWay.addLast(new SaveUnderWay(issuedToken, raft.last().index()));
      HardState hardState = hardStateChanged ? new HardState(raft.term(), raft.votedFor()) : null;
      save = new Effects.Save(issuedToken, hardState, installed, entries, raft.commitIndex());
    }
    return handOut(save, raft.commitIndex(), null);
  }

  /**
   * The only effect of a stopped group; what was decided in the step that broke an invariant is not
   * to be trusted.
   */
  Effects takeFailure(long commitIndex, String failure) {
    startAnew();
    return handOut(null, commitIndex, failure);
  }

  private Effects handOut(Effects.Save save, long commitIndex, String failure) {
    Effects effects =
        new Effects(
            messages,
            replications,
            save,
            fetch,
            discardable,
            accepted,
            refused,
            readable,
            unreadable,
            changed,
            undecided,
            transferred,
            commitIndex,
            notable,
            failure);
    startAnew();
    return effects;
  }

  /** What was handed out is not touched again. */
  private void startAnew() {
    installed = null;
    fetch = null;
    discardable = 0;
    messages = new ArrayList<>();
    replications = new ArrayList<>();
    accepted = new ArrayList<>();
    refused = new ArrayList<>();
    readable = new ArrayList<>();
    unreadable = new ArrayList<>();
    changed = new ArrayList<>();
    undecided = new ArrayList<>();
    transferred = new ArrayList<>();
    entries = new ArrayList<>();
    notable = new ArrayList<>();
    hardStateChanged = false;
  }

  boolean invariantsHold() {
    return persistedToken <= issuedToken
        && (kept.isEmpty() || kept.peekFirst().token > persistedToken);
  }
}
