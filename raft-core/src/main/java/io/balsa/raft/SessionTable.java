package io.balsa.raft;

import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableSet;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * The sessions of clients, in front of the state machine (section 6.3): a command that is in the
 * log twice, because its client did not hear of the first time, is executed once.
 *
 * <ul>
 *   <li>Which sessions there are, what they have executed and what time it is follows from the log
 *       alone, and is the same on every replica.
 *   <li>Time is that in the entries. It never goes back, and stands still while nothing is written.
 *   <li>The answers are kept as long as there is room for them, which may differ from replica to
 *       replica: nothing but an answer depends on them.
 *   <li>A client that has an answer says so with its next request; it is forgotten then, and
 *       nothing below it is ever executed again.
 * </ul>
 */
final class SessionTable {
  /** So many sessions there can be. */
  static final int MAX_SESSIONS = 4096;

  /** So many commands of a session can be without an answer that has arrived. */
  static final int WINDOW = 256;

  static final long MAX_TIMEOUT_MILLIS = 7L * 24 * 60 * 60 * 1000;

  /** What an answer costs besides its bytes. */
  private static final int OVERHEAD = 64;

  /** One session. */
  static final class Session {
    final long timeoutMillis;
    long activeAt;
    long answeredBelow;
    final NavigableSet<Long> executed = new TreeSet<>();

    Session(long timeoutMillis, long activeAt) {
      this.timeoutMillis = timeoutMillis;
      this.activeAt = activeAt;
    }

    long endsAt() {
      return activeAt + timeoutMillis;
    }
  }

  /** Executes a command, at an index of the log. */
  interface Commands {
    byte[] apply(long index, byte[] command);
  }

  /** Whose answer to what. */
  record Executed(long session, long sequence) {}

  final Map<Long, Session> sessions = new TreeMap<>();
  final Map<Executed, byte[]> answers = new LinkedHashMap<>();
  private final long maxAnswerBytes;
  private long answerBytes;
  private long time;
  private long noneEndsBefore = Long.MAX_VALUE;

  SessionTable(long maxAnswerBytes) {
    this.maxAnswerBytes = maxAnswerBytes;
  }

  /** The time of the log, in milliseconds. */
  long time() {
    return time;
  }

  /** For a table that is read from an image. */
  void timeIs(long known) {
    time = known;
    noneEndsBefore = 0;
  }

  /**
   * Applies an entry of type SESSION.
   *
   * @param index its index
   * @param data its data
   * @param machine executes a command; null if it has done so already, before this process began,
   *     and its answer is not known
   * @return a {@link SessionAnswer}
   */
  byte[] apply(long index, byte[] data, Commands machine) {
    time = Math.max(time, SessionRequest.time(data));
    endWhatIsOver();
    SessionRequest request = SessionRequest.of(data);
    if (request instanceof SessionRequest.Open open) {
      return open(index, open.timeoutMillis());
    } else if (request instanceof SessionRequest.Command command) {
      return execute(index, command, machine);
    } else if (request instanceof SessionRequest.KeepAlive alive) {
      Session session = active(alive.session(), alive.answeredBelow());
      return session == null ? SessionAnswer.lost() : SessionAnswer.done(new byte[0]);
    } else if (request instanceof SessionRequest.Close close) {
      boolean there = end(close.session());
      return there ? SessionAnswer.done(new byte[0]) : SessionAnswer.lost();
    }
    return SessionAnswer.refused("this is no request of a session");
  }

  private byte[] open(long index, long timeoutMillis) {
    if (timeoutMillis < 1 || timeoutMillis > MAX_TIMEOUT_MILLIS) {
      return SessionAnswer.refused("a session can't have a timeout of " + timeoutMillis + " ms");
    }
    if (sessions.size() >= MAX_SESSIONS) {
      return SessionAnswer.refused(
          "there are " + MAX_SESSIONS + " sessions already: close those that are not needed");
    }
    Session session = new Session(timeoutMillis, time);
    sessions.put(index, session);
    noneEndsBefore = Math.min(noneEndsBefore, session.endsAt());
    return SessionAnswer.opened(index);
  }

  private byte[] execute(long index, SessionRequest.Command c, Commands machine) {
    Session session = active(c.session(), c.answeredBelow());
    if (session == null) {
      return SessionAnswer.lost();
    }
    if (c.sequence() < session.answeredBelow) {
      return SessionAnswer.forgotten();
    }
    if (session.executed.contains(c.sequence())) {
      byte[] before = answers.get(new Executed(c.session(), c.sequence()));
      return before == null ? SessionAnswer.notKept() : SessionAnswer.done(before);
    }
    if (c.sequence() >= session.answeredBelow + WINDOW) {
      return SessionAnswer.refused(
          "more than " + WINDOW + " commands of this session wait for their answers");
    }
    byte[] response = machine == null ? null : machine.apply(index, c.command());
    session.executed.add(c.sequence());
    if (machine == null) {
      return SessionAnswer.notKept();
    }
    byte[] answer = response == null ? new byte[0] : response;
    keep(new Executed(c.session(), c.sequence()), answer);
    return SessionAnswer.done(answer);
  }

  /** The session, of which something was heard; null if it is over. */
  private Session active(long id, long answeredBelow) {
    Session session = sessions.get(id);
    if (session == null) {
      return null;
    }
    session.activeAt = time;
    if (answeredBelow > session.answeredBelow) {
      session.answeredBelow = answeredBelow;
      forget(id, session.executed.headSet(answeredBelow, false));
    }
    return session;
  }

  private void forget(long id, NavigableSet<Long> sequences) {
    for (Iterator<Long> i = sequences.iterator(); i.hasNext(); ) {
      drop(answers.remove(new Executed(id, i.next())));
      i.remove();
    }
  }

  private boolean end(long id) {
    Session session = sessions.remove(id);
    if (session != null) {
      forget(id, session.executed);
    }
    return session != null;
  }

  private void endWhatIsOver() {
    if (time <= noneEndsBefore) {
      return;
    }
    for (long id : List.copyOf(sessions.keySet())) {
      if (sessions.get(id).endsAt() < time) {
        end(id);
      }
    }
    noneEndsBefore = Long.MAX_VALUE;
    sessions.values().forEach(s -> noneEndsBefore = Math.min(noneEndsBefore, s.endsAt()));
  }

  // ---- answers

  /** The oldest go first when there are too many. */
  void keep(Executed of, byte[] answer) {
    answers.put(of, answer);
    answerBytes += OVERHEAD + answer.length;
    Iterator<byte[]> oldest = answers.values().iterator();
    while (answerBytes > maxAnswerBytes) {
      drop(oldest.next());
      oldest.remove();
    }
  }

  private void drop(byte[] answer) {
    if (answer != null) {
      answerBytes -= OVERHEAD + answer.length;
    }
  }

  long answerBytes() {
    return answerBytes;
  }
}
