package io.balsa.raft;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Each command of a session is executed once; see docs/testing.md for the ids. */
class SessionTableTest {
  private static final long TIMEOUT = 1000;
  private static final int ROOM = 10_000;

  /** Remembers what it executed, and answers with how many commands that were. */
  private static final class Journal implements StateMachine {
    final List<String> executed = new ArrayList<>();

    @Override
    public byte[] apply(long index, byte[] command) {
      executed.add(new String(command, StandardCharsets.UTF_8));
      return new byte[] {(byte) executed.size()};
    }

    @Override
    public SnapshotWriter snapshot() {
      return out -> {};
    }

    @Override
    public void restore(InputStream image) {}
  }

  private final Journal journal = new Journal();
  private SessionTable table = new SessionTable(ROOM);
  private long index;
  private long time;

  private byte[] apply(SessionRequest request) {
    byte[] data = request.toBytes();
    SessionRequest.stamp(data, time);
    return SessionAnswer.response(table.apply(++index, data, journal::apply));
  }

  private long open(long timeout) {
    return SessionAnswer.session(apply(new SessionRequest.Open(timeout)));
  }

  private byte[] execute(long session, long sequence, long answeredBelow, String command) {
    byte[] bytes = command.getBytes(StandardCharsets.UTF_8);
    return apply(new SessionRequest.Command(session, sequence, answeredBelow, bytes));
  }

  private void throughAnImage() throws IOException {
    byte[] image = SessionImage.of(table);
    byte[] longer = Arrays.copyOf(image, image.length + 5);
    InputStream in = new ByteArrayInputStream(longer);
    table = SessionImage.read(in, ROOM);
    assertThat(in.available()).as("what follows it is left").isEqualTo(5);
    assertThat(SessionImage.of(table)).isEqualTo(image);
  }

  @Test
  void cl01_aCommandThatComesTwiceIsExecutedOnce() {
    long session = open(TIMEOUT);
    assertThat(execute(session, 1, 1, "a")).containsExactly(1);
    assertThat(execute(session, 2, 1, "b")).containsExactly(2);
    assertThat(execute(session, 1, 1, "a")).containsExactly(1);
    assertThat(journal.executed).containsExactly("a", "b");
  }

  @Test
  void cl01_commandsOfASessionMayArriveInAnyOrder() {
    long session = open(TIMEOUT);
    execute(session, 3, 1, "c");
    execute(session, 1, 1, "a");
    execute(session, 3, 1, "c");
    execute(session, 2, 1, "b");
    assertThat(journal.executed).containsExactly("c", "a", "b");
  }

  @Test
  void cl01_whatTheClientHasGivenUpIsNeverExecutedLater() {
    long session = open(TIMEOUT);
    execute(session, 2, 2, "b");
    assertThatThrownBy(() -> execute(session, 1, 1, "a"))
        .isInstanceOf(OutcomeUnknownException.class);
    assertThat(journal.executed).containsExactly("b");
  }

  @Test
  void cl03_aSnapshotHasTheSessions() throws IOException {
    long session = open(TIMEOUT);
    long other = open(TIMEOUT);
    execute(session, 1, 1, "a");
    execute(other, 1, 1, "b");
    throughAnImage();
    assertThat(execute(session, 1, 1, "a")).containsExactly(1);
    assertThat(execute(other, 1, 1, "b")).containsExactly(2);
    assertThat(journal.executed).containsExactly("a", "b");
    time = 2 * TIMEOUT + 1;
    assertThatThrownBy(() -> execute(session, 2, 1, "c")).isInstanceOf(SessionLostException.class);
  }

  @Test
  void cl03_anImageThatIsCutIsTold() {
    long session = open(TIMEOUT);
    execute(session, 1, 1, "a");
    byte[] image = SessionImage.of(table);
    for (int length = 0; length < image.length; length++) {
      InputStream in = new ByteArrayInputStream(image, 0, length);
      assertThatThrownBy(() -> SessionImage.read(in, ROOM))
          .isInstanceOfAny(EOFException.class, IOException.class);
    }
  }

  @Test
  void cl02_onlyTheTimeInTheLogEndsASession() {
    long idle = open(TIMEOUT);
    long busy = open(TIMEOUT);
    time = TIMEOUT;
    apply(new SessionRequest.KeepAlive(busy, 1));
    time = TIMEOUT - 500; // the next leader's time is behind
    apply(new SessionRequest.KeepAlive(busy, 1));
    time = TIMEOUT + 1;
    assertThatThrownBy(() -> execute(idle, 1, 1, "a")).isInstanceOf(SessionLostException.class);
    assertThat(execute(busy, 1, 1, "b")).containsExactly(1);
    time = 2 * TIMEOUT + 1;
    assertThat(execute(busy, 2, 1, "c")).as("at the last moment").containsExactly(2);
    time = 3 * TIMEOUT + 2;
    assertThatThrownBy(() -> execute(busy, 3, 1, "d")).isInstanceOf(SessionLostException.class);
    assertThat(journal.executed).containsExactly("b", "c");
  }

  /** Seed 161: what the next session had executed was forgotten with the one that was over. */
  @Test
  void cl01_theEndOfASessionLeavesTheOthersAsTheyAre() {
    List<Long> sessions = new ArrayList<>();
    for (int i = 0; i < 7; i++) {
      sessions.add(open(i % 2 == 0 ? 2 * TIMEOUT : TIMEOUT));
      execute(sessions.get(i), 1, 1, "of " + i);
    }
    time = TIMEOUT + 1;
    for (int i = 0; i < 7; i += 2) {
      execute(sessions.get(i), 1, 1, "of " + i);
    }
    assertThat(journal.executed).hasSize(7);
  }

  @Test
  void cl12_aSessionThatIsOverDoesNotComeBack() {
    long session = open(TIMEOUT);
    execute(session, 1, 1, "a");
    apply(new SessionRequest.Close(session));
    assertThatThrownBy(() -> execute(session, 1, 1, "a")).isInstanceOf(SessionLostException.class);
    assertThatThrownBy(() -> apply(new SessionRequest.KeepAlive(session, 1)))
        .isInstanceOf(SessionLostException.class);
    assertThatThrownBy(() -> execute(99, 1, 1, "b")).isInstanceOf(SessionLostException.class);
    assertThat(open(TIMEOUT)).isNotEqualTo(session);
    assertThat(journal.executed).containsExactly("a");
  }

  @Test
  void cl07_thereAreOnlySoManySessionsAndUnansweredCommands() {
    long first = open(TIMEOUT);
    for (int i = 1; i < SessionTable.MAX_SESSIONS; i++) {
      open(TIMEOUT);
    }
    assertThatThrownBy(() -> open(TIMEOUT))
        .isInstanceOf(NotExecutedException.class)
        .hasMessageContaining("4096 sessions");
    for (int i = 1; i <= SessionTable.WINDOW; i++) {
      execute(first, i, 1, "x");
    }
    assertThatThrownBy(() -> execute(first, SessionTable.WINDOW + 1, 1, "x"))
        .isInstanceOf(NotExecutedException.class);
    execute(first, SessionTable.WINDOW + 1, 2, "x");
    time = 3 * TIMEOUT;
    open(TIMEOUT); // the others are over
    assertThat(table.sessions).hasSize(1);
    assertThat(table.answerBytes()).isZero();
  }

  @Test
  void cl07_theOldestAnswersGoWhenThereAreTooManyButAreNotExecutedAgain() {
    table = new SessionTable(200);
    long session = open(TIMEOUT);
    for (int i = 1; i <= 5; i++) {
      execute(session, i, 1, "x");
    }
    assertThat(table.answerBytes()).isLessThanOrEqualTo(200);
    assertThat(execute(session, 5, 1, "x")).containsExactly(5);
    assertThatThrownBy(() -> execute(session, 1, 1, "x")).isInstanceOf(AnswerLostException.class);
    assertThat(journal.executed).hasSize(5);
  }

  @Test
  void cl11_aStateThatWasKeptIsNotExecutedAgainButItsSessionsAre() {
    long session = open(TIMEOUT);
    byte[] data = new SessionRequest.Command(session, 1, 1, new byte[] {1}).toBytes();
    table.apply(++index, data, null);
    assertThat(journal.executed).isEmpty();
    assertThatThrownBy(() -> execute(session, 1, 1, "a")).isInstanceOf(AnswerLostException.class);
    assertThat(execute(session, 2, 1, "b")).containsExactly(1);
  }

  @Test
  void garbageInAnEntryIsAnsweredAndNotThrownAt() {
    for (int length = 0; length < 60; length++) {
      for (int kind = 0; kind < 6; kind++) {
        byte[] data = new byte[length];
        Arrays.fill(data, (byte) 0xff);
        if (length > 0) {
          data[0] = (byte) kind;
        }
        assertThat(table.apply(++index, data, journal::apply)).isNotEmpty();
      }
    }
    assertThat(journal.executed).isEmpty();
  }
}
