package io.balsa.raft.transport.netty;

import io.balsa.raft.AnswerLostException;
import io.balsa.raft.ClientAnswer;
import io.balsa.raft.ClientAnswer.Problem;
import io.balsa.raft.ClientRequest;
import io.balsa.raft.ClosedException;
import io.balsa.raft.NotExecutedException;
import io.balsa.raft.OutcomeUnknownException;
import io.balsa.raft.RaftException;
import io.balsa.raft.SessionLostException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.LongSupplier;
import java.util.random.RandomGenerator;

/**
 * What a client does with the requests of its callers: which to send when, and what the answers
 * mean. Knows neither sockets nor threads; is told what happens, and when.
 *
 * <ul>
 *   <li>Every request is in {@code byDeadline} until it is finished, and meanwhile either waits in
 *       {@code waiting} or was sent on the present connection and is in {@code sent}.
 *   <li>A command has the same session and sequence however often it is sent; when it is finished,
 *       it is never sent again.
 *   <li>Not executed is said only of what no node has got, or of what every node that got it has
 *       said so.
 *   <li>Callers are answered after everything else, when it does no harm if they call again.
 * </ul>
 */
final class Pilot {
  /** Until a node that was called has to have said who leads. */
  static final Duration ATTEMPT = Duration.ofSeconds(2);

  /**
   * As long as something waits for an answer, the node is asked so often whether it still leads.
   */
  static final Duration PROBE = Duration.ofSeconds(1);

  /** A node that leads and carries out nothing for so long is not believed. */
  static final Duration STANDSTILL = Duration.ofSeconds(4);

  /** When a node no longer leads, what it still has to say is waited for so long. */
  private static final Duration LAST_WORDS = Duration.ofMillis(100);

  private static final Duration FIRST_PAUSE = Duration.ofMillis(10);
  private static final Duration LONGEST_PAUSE = Duration.ofSeconds(1);
  private static final int MOST_READS = 256;

  /** What a pilot lets be done. Afterwards it is told what came of it. */
  interface Line {
    /** Calls a node, if none is connected; then either {@link #opened} or {@link #lost} follows. */
    void dial(String address);

    void send(long id, ClientRequest request);

    /** Ends the connection or the call; nothing is told of it any more. */
    void hangUp();
  }

  private enum State {
    PAUSED,
    DIALLING,
    ASKING,
    SETTLED,
    LEAVING,
    CLOSED
  }

  private final Line line;
  private final LongSupplier nanoTime;
  private final Itinerary itinerary;
  private final ClientSession session;
  private final Backoff calls;
  private final Backoff pushBack;
  private final TreeSet<PendingRequest> byDeadline = new TreeSet<>(PendingRequest.BY_DEADLINE);
  private final TreeMap<Long, PendingRequest> proposals = new TreeMap<>();
  private final TreeMap<Long, PendingRequest> reads = new TreeMap<>();
  private final TreeMap<Long, PendingRequest> statuses = new TreeMap<>();
  private final Map<Long, PendingRequest> sent = new LinkedHashMap<>();
  private List<Runnable> answers = new ArrayList<>();
  private State state = State.PAUSED;
  private String trouble = "no node was reached";
  private int readsSent;
  private long lastNumber;
  private long lastId;
  private long probeId;
  private long openId;
  private long aliveId;
  private long since;
  private long probedAt;
  private long progressAt;
  private long pausedUntil;
  private long sendAgainAt;

  Pilot(
      Line line,
      List<String> addresses,
      Duration sessionTimeout,
      LongSupplier nanoTime,
      RandomGenerator random) {
    this.line = line;
    this.nanoTime = nanoTime;
    this.itinerary = new Itinerary(addresses);
    this.session = new ClientSession(sessionTimeout);
    this.calls = new Backoff(FIRST_PAUSE, LONGEST_PAUSE, random);
    this.pushBack = new Backoff(FIRST_PAUSE, LONGEST_PAUSE, random);
    long now = nanoTime.getAsLong();
    pausedUntil = now;
    sendAgainAt = now;
  }

  // ---- what callers want

  void submit(PendingRequest request, Duration timeout) {
    request.number = ++lastNumber;
    request.deadline = nanoTime.getAsLong() + timeout.toNanos();
    byDeadline.add(request);
    if (state == State.CLOSED) {
      finish(request, new ClosedException("the client is closed", null));
    } else if (request.isProposal() && session.isLost()) {
      finish(request, lostSession(request));
    } else {
      queueOf(request).put(request.number, request);
    }
    advance();
  }

  void forgetLostSession() {
    session.forget();
  }

  /** Whether anything will have to be done without anybody asking for it. */
  boolean isBusy() {
    return !byDeadline.isEmpty() || session.isOpen() && state != State.CLOSED;
  }

  boolean hasRequests() {
    return !byDeadline.isEmpty();
  }

  void close() {
    if (state == State.CLOSED) {
      return;
    }
    if (state == State.SETTLED && session.isOpen()) {
      line.send(++lastId, new ClientRequest.CloseSession(session.id()));
    }
    line.hangUp();
    sent.values().forEach(request -> request.uncertain |= request.isProposal());
    state = State.CLOSED;
    for (PendingRequest request : List.copyOf(byDeadline)) {
      finish(
          request,
          request.uncertain
              ? new OutcomeUnknownException("the client was closed before there was an answer")
              : new ClosedException("the client is closed", null));
    }
    giveAnswers();
  }

  // ---- what happens

  void opened() {
    state = State.ASKING;
    probe();
    advance();
  }

  void lost(String why) {
    trouble = why;
    callAgainLater();
    advance();
  }

  void answered(long id, ClientAnswer answer) {
    if (id == probeId && answer instanceof ClientAnswer.Status status) {
      onStatus(status);
    } else if (id == openId) {
      onSessionOpened(answer);
    } else if (id == aliveId) {
      onAlive(answer);
    } else {
      PendingRequest request = sent.remove(id);
      if (request != null) {
        readsSent -= request.isProposal() ? 0 : 1;
        progressAt = nanoTime.getAsLong();
        onAnswer(request, answer);
      }
    }
    if (state == State.LEAVING && sent.isEmpty()) {
      leave();
    }
    advance();
  }

  /** Time has passed. */
  void tick() {
    long now = nanoTime.getAsLong();
    while (!byDeadline.isEmpty() && byDeadline.first().deadline - now <= 0) {
      expire(byDeadline.first());
    }
    switch (state) {
      case DIALLING, ASKING -> {
        if (now - since >= ATTEMPT.toNanos()) {
          giveUp("the node that was called does not answer");
        }
      }
      case SETTLED -> watch(now);
      case LEAVING -> {
        if (sent.isEmpty() || now - since >= LAST_WORDS.toNanos()) {
          leave();
        }
      }
      default -> {}
    }
    advance();
  }

  // ---- the way to the leader

  private void onStatus(ClientAnswer.Status status) {
    probeId = 0;
    itinerary.learn(status);
    for (PendingRequest request : List.copyOf(statuses.values())) {
      finish(request, status);
    }
    if (status.node().equals(status.leader())) {
      if (state == State.ASKING) {
        state = State.SETTLED;
        itinerary.arrived();
        calls.reset();
        progressAt = nanoTime.getAsLong();
      }
    } else if (state != State.LEAVING) {
      trouble =
          status.leader() == null
              ? "node " + status.node() + " knows of no leader"
              : "node " + status.node() + " does not lead";
      beginToLeave();
    }
  }

  private void beginToLeave() {
    if (state == State.ASKING || state == State.SETTLED) {
      state = State.LEAVING;
      since = nanoTime.getAsLong();
      if (sent.isEmpty()) {
        leave();
      }
    }
  }

  private void leave() {
    line.hangUp();
    callAgainLater();
  }

  private void giveUp(String why) {
    trouble = why;
    leave();
  }

  /** There is no connection. What was sent on it may have been executed. */
  private void callAgainLater() {
    if (state == State.CLOSED) {
      return;
    }
    for (PendingRequest request : sent.values()) {
      request.uncertain |= request.isProposal();
      queueOf(request).put(request.number, request);
    }
    sent.clear();
    readsSent = 0;
    session.notOpened();
    probeId = 0;
    openId = 0;
    aliveId = 0;
    state = State.PAUSED;
    pausedUntil = nanoTime.getAsLong() + (itinerary.knowsBetter() ? 0 : calls.next());
  }

  private void watch(long now) {
    if (probeId != 0 && now - probedAt >= ATTEMPT.toNanos()) {
      giveUp("the leader does not answer any more");
    } else if (awaits() && now - progressAt >= STANDSTILL.toNanos()) {
      giveUp("the leader carries out nothing");
    } else if (probeId == 0 && awaits() && now - probedAt >= PROBE.toNanos()) {
      probe();
    }
  }

  /** Whether the node owes an answer, other than to a probe. */
  private boolean awaits() {
    return !sent.isEmpty() || openId != 0 || aliveId != 0;
  }

  private void probe() {
    probeId = ++lastId;
    probedAt = nanoTime.getAsLong();
    line.send(probeId, new ClientRequest.Status());
  }

  // ---- answers

  private void onSessionOpened(ClientAnswer answer) {
    openId = 0;
    if (answer instanceof ClientAnswer.Opened opened) {
      pushBack.reset();
      session.opened(opened.session(), nanoTime.getAsLong());
    } else {
      session.notOpened();
      onNoSuccess(answer);
      if (answer instanceof ClientAnswer.Failed f && f.problem() == Problem.REFUSED) {
        for (PendingRequest request : List.copyOf(proposals.values())) {
          finish(request, new NotExecutedException("no session: " + f.reason()));
        }
      }
    }
  }

  private void onAlive(ClientAnswer answer) {
    aliveId = 0;
    if (answer instanceof ClientAnswer.Failed f && f.problem() == Problem.SESSION_LOST) {
      loseSession();
    } else if (!(answer instanceof ClientAnswer.Done)) {
      onNoSuccess(answer);
    }
  }

  private void onAnswer(PendingRequest request, ClientAnswer answer) {
    if (answer instanceof ClientAnswer.Executed && request.isProposal()
        || answer instanceof ClientAnswer.Value && request.kind == PendingRequest.Kind.READ) {
      pushBack.reset();
      finish(request, answer);
    } else if (answer instanceof ClientAnswer.Failed failed) {
      onFailed(request, failed);
    } else {
      queueOf(request).put(request.number, request);
      onNoSuccess(answer);
    }
  }

  private void onFailed(PendingRequest request, ClientAnswer.Failed failed) {
    switch (failed.problem()) {
      case REFUSED ->
          finish(
              request,
              request.uncertain
                  ? new OutcomeUnknownException(
                      "it may have been executed when it was sent earlier; now: " + failed.reason())
                  : new NotExecutedException(failed.reason()));
      case ANSWER_LOST -> finish(request, new AnswerLostException(failed.reason()));
      case SESSION_LOST -> {
        finish(request, lostSession(request));
        loseSession();
      }
      case UNKNOWN, BUSY, UNAVAILABLE -> {
        request.uncertain |= request.isProposal() && failed.problem() == Problem.UNKNOWN;
        queueOf(request).put(request.number, request);
        onNoSuccess(failed);
      }
    }
  }

  /** Nothing came of it this time: where and when is it tried again? */
  private void onNoSuccess(ClientAnswer answer) {
    if (answer instanceof ClientAnswer.NotLeader n) {
      itinerary.learn(n.status());
      trouble = "node " + n.status().node() + " does not lead";
      beginToLeave();
    } else if (answer instanceof ClientAnswer.Failed failed) {
      trouble = failed.reason();
      if (failed.problem() == Problem.UNAVAILABLE) {
        beginToLeave();
      } else if (sendAgainAt - nanoTime.getAsLong() <= 0) {
        sendAgainAt = nanoTime.getAsLong() + pushBack.next();
      }
    } else {
      giveUp("it answers what was not asked");
    }
  }

  private void loseSession() {
    session.lost();
    List<PendingRequest> lost = new ArrayList<>(proposals.values());
    sent.values().stream().filter(PendingRequest::isProposal).forEach(lost::add);
    for (PendingRequest request : lost) {
      finish(request, lostSession(request));
    }
  }

  private SessionLostException lostSession(PendingRequest request) {
    return new SessionLostException(
        request.sequence == 0
            ? "the session of this client is over; this command was not sent"
            : "the session of this client is over; this command may have been executed in it");
  }

  // ---- sending

  /** Does what can be done now, then answers callers. */
  private void advance() {
    long now = nanoTime.getAsLong();
    boolean wanted = !byDeadline.isEmpty() || session.needsSign(now);
    if (state == State.PAUSED && wanted && now - pausedUntil >= 0) {
      state = State.DIALLING;
      since = now;
      line.dial(itinerary.next());
    } else if (state == State.SETTLED) {
      sendAll(now);
    }
    giveAnswers();
  }

  private void sendAll(long now) {
    if (!statuses.isEmpty() && probeId == 0) {
      probe();
    }
    if (session.needsSign(now) && aliveId == 0) {
      session.sign(now);
      long below = session.sequences().answeredBelow();
      aliveId = send(new ClientRequest.KeepAlive(session.id(), below), now);
    }
    if (now - sendAgainAt < 0) {
      return;
    }
    if (!proposals.isEmpty() && session.isNone()) {
      session.opening();
      openId = send(new ClientRequest.OpenSession(session.timeoutMillis()), now);
    }
    while (!proposals.isEmpty() && session.isOpen() && maySend(proposals.firstEntry().getValue())) {
      sendProposal(proposals.pollFirstEntry().getValue(), now);
    }
    while (!reads.isEmpty() && readsSent < MOST_READS) {
      PendingRequest read = reads.pollFirstEntry().getValue();
      readsSent++;
      sendOne(read, new ClientRequest.Read(read.bytes), now);
    }
  }

  private boolean maySend(PendingRequest request) {
    return request.sequence != 0 || session.sequences().hasRoom();
  }

  private void sendProposal(PendingRequest request, long now) {
    if (request.sequence == 0) {
      request.sequence = session.sequences().take();
    }
    session.sign(now);
    long below = session.sequences().answeredBelow();
    sendOne(
        request,
        new ClientRequest.Propose(session.id(), request.sequence, below, request.bytes),
        now);
  }

  private void sendOne(PendingRequest request, ClientRequest message, long now) {
    sent.put(send(message, now), request);
  }

  private long send(ClientRequest message, long now) {
    if (!awaits()) {
      progressAt = now;
    }
    line.send(++lastId, message);
    return lastId;
  }

  private TreeMap<Long, PendingRequest> queueOf(PendingRequest request) {
    return switch (request.kind) {
      case PROPOSE -> proposals;
      case READ -> reads;
      case STATUS -> statuses;
    };
  }

  // ---- the end of a request

  private void expire(PendingRequest request) {
    boolean underWay = sent.containsValue(request);
    request.uncertain |= underWay && request.isProposal();
    finish(
        request,
        request.uncertain
            ? new OutcomeUnknownException("no answer came in time; at last: " + trouble)
            : new NotExecutedException(
                underWay ? "no answer came in time" : "not sent in time: " + trouble));
  }

  private void finish(PendingRequest request, ClientAnswer answer) {
    forget(request);
    answers.add(() -> request.caller.accept(answer, null));
  }

  private void finish(PendingRequest request, RaftException why) {
    forget(request);
    answers.add(() -> request.caller.accept(null, why));
  }

  private void forget(PendingRequest request) {
    byDeadline.remove(request);
    queueOf(request).remove(request.number);
    if (sent.values().remove(request)) {
      readsSent -= request.isProposal() ? 0 : 1;
    }
    if (request.sequence != 0) {
      session.sequences().done(request.sequence);
    }
  }

  private void giveAnswers() {
    while (!answers.isEmpty()) {
      List<Runnable> due = answers;
      answers = new ArrayList<>();
      due.forEach(Runnable::run);
    }
  }
}
