package io.balsa.raft.examples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.balsa.raft.examples.Demonstration.BrokenPromiseException;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The demonstration must not say that all is well when it is not. */
class VerdictTest {
  private static final Load.Books START = new Load.Books(0, 0, 0, 0, 0, 0);

  @Test
  void isContentWhenTheValueIsWhatWasAcknowledged() throws Exception {
    Load.Books books = START.executed(1, 1).executed(2, 2);
    assertThat(told(new Verdict(0, books, threeTimes(2), threeTimes(2))))
        .contains("equal to the acknowledged increments:");
  }

  @Test
  void accountsForAnExecutedIncrementOfUnknownOutcome() throws Exception {
    Load.Books books = START.executed(1, 1).withUnknown().withUnknown().executed(3, 2);
    assertThat(books.resolved()).isEqualTo(1);
    assertThat(told(new Verdict(0, books, threeTimes(3), threeTimes(3))))
        .contains("increments plus 1 of unknown outcome:");
  }

  @Test
  void accountsForOneThatOnlyTheLastReadShows() throws Exception {
    Load.Books books = START.executed(1, 1).withUnknown();
    assertThat(told(new Verdict(0, books, threeTimes(2), threeTimes(2))))
        .contains("increments plus 1 of unknown outcome:");
  }

  @Test
  void findsWhatDoesNotAddUp() {
    Load.Books books = START.executed(1, 1).executed(2, 2);
    assertBroken(new Verdict(0, books, threeTimes(1), threeTimes(1)), "the value is 1");
    assertBroken(new Verdict(0, books, threeTimes(3), threeTimes(3)), "the value is 3");
    assertBroken(new Verdict(0, books, List.of(2L, 2L, 1L), threeTimes(2)), "[2, 2, 1]");
    assertBroken(new Verdict(0, books, threeTimes(2), List.of(2L, 3L, 2L)), "[2, 3, 2]");
  }

  @Test
  void anAnswerOutOfOrderIsAContradiction() {
    Load.Books books = START.executed(1, 1).executed(2, 2).withUnknown();
    assertThat(books.contradict(3, 2)).isTrue();
    assertThat(books.contradict(3, 3)).isFalse();
    assertThat(books.contradict(3, 4)).isFalse();
    assertThat(books.contradict(3, 5)).isTrue();
  }

  private static List<Long> threeTimes(long value) {
    return List.of(value, value, value);
  }

  private static String told(Verdict verdict) throws BrokenPromiseException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    verdict.tell(new Narrator(new PrintStream(out, true, StandardCharsets.UTF_8)));
    return out.toString(StandardCharsets.UTF_8);
  }

  private static void assertBroken(Verdict verdict, String words) {
    assertThatThrownBy(() -> told(verdict))
        .isInstanceOf(BrokenPromiseException.class)
        .hasMessageContaining(words);
  }
}
