package io.balsa.raft.testkit.history;

import static io.balsa.raft.testkit.history.Cell.add;
import static io.balsa.raft.testkit.history.Cell.read;
import static io.balsa.raft.testkit.history.Cell.swap;
import static io.balsa.raft.testkit.history.Cell.write;
import static io.balsa.raft.testkit.history.Queue.TAKE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

/** Histories by hand: clients are the first number, the times of an operation the last two. */
class LinearizabilityTest {
  private static Story<Cell.Input, Integer> cell() {
    return new Story<>();
  }

  private static Story<String, String> queue() {
    return new Story<>();
  }

  private static void good(Story<Cell.Input, Integer> story) {
    assertThat(Linearizability.check(new Cell(), story.history())).matches(Verdict::isLinearizable);
  }

  private static Verdict.Violation<Cell.Input, Integer> bad(Story<Cell.Input, Integer> story) {
    Verdict<Cell.Input, Integer> verdict = Linearizability.check(new Cell(), story.history());
    assertThat(verdict).isInstanceOf(Verdict.Violation.class);
    return (Verdict.Violation<Cell.Input, Integer>) verdict;
  }

  private static boolean isGoodQueue(Story<String, String> story) {
    Verdict<String, String> verdict = Linearizability.check(new Queue(), story.history());
    assertThat(verdict).isNotInstanceOf(Verdict.Undecided.class);
    return verdict.isLinearizable();
  }

  @Test
  void aHistoryWithoutOperationsIsGood() {
    good(cell());
    good(cell().failed(1, write(1), 0, 10));
    good(cell().underWay(1, write(1), 0));
  }

  @Test
  void oneClientSeesWhatItWrote() {
    good(cell().did(1, write(1), null, 0, 1).did(1, read(), 1, 2, 3));
    bad(cell().did(1, write(1), null, 0, 1).did(1, read(), 0, 2, 3));
  }

  @Test
  void aStaleReadIsBad() {
    bad(
        cell()
            .did(1, write(1), null, 0, 10)
            .did(1, write(2), null, 20, 30)
            .did(2, read(), 1, 40, 50));
  }

  @Test
  void aReadOfAValueThatNobodyWroteIsBad() {
    bad(cell().did(1, write(1), null, 0, 10).did(2, read(), 7, 5, 20).lost(3, write(8), 0, 5));
  }

  @Test
  void aReadDuringAWriteMaySeeEither() {
    good(cell().did(1, write(1), null, 0, 100).did(2, read(), 0, 10, 20));
    good(cell().did(1, write(1), null, 0, 100).did(2, read(), 1, 10, 20));
    good(
        cell()
            .did(1, write(1), null, 0, 100)
            .did(2, read(), 0, 10, 20)
            .did(3, read(), 1, 30, 40)
            .did(2, read(), 1, 30, 40));
  }

  @Test
  void aReadMustNotSeeTheFutureThatWasNotAskedFor() {
    bad(cell().did(2, read(), 1, 0, 10).did(1, write(1), null, 11, 20));
    good(cell().did(2, read(), 1, 0, 10).did(1, write(1), null, 10, 20));
  }

  @Test
  void newThenOldDuringOneWriteIsBad() {
    bad(cell().did(1, write(1), null, 0, 100).did(2, read(), 1, 10, 20).did(3, read(), 0, 30, 40));
  }

  @Test
  void twoClientsThatSeeWritesInDifferentOrdersAreBad() {
    bad(
        cell()
            .did(1, write(1), null, 0, 100)
            .did(2, write(2), null, 0, 100)
            .did(3, read(), 1, 10, 20)
            .did(4, read(), 2, 30, 40)
            .did(3, read(), 1, 50, 60));
    bad(
        cell()
            .did(1, write(1), null, 0, 10)
            .did(2, write(2), null, 0, 10)
            .did(3, read(), 1, 20, 30)
            .did(4, read(), 2, 20, 30));
  }

  @Test
  void aLostUpdateIsBad() {
    bad(cell().did(1, add(1), 1, 0, 10).did(2, add(1), 1, 5, 15));
    bad(cell().did(1, add(1), 1, 0, 10).did(2, add(1), 2, 5, 15).did(1, read(), 1, 20, 30));
    bad(cell().did(1, swap(0, 1), 1, 0, 10).did(2, swap(0, 2), 1, 0, 10));
  }

  @Test
  void anUpdateAppliedTwiceIsBad() {
    bad(cell().did(1, add(1), 2, 0, 10));
    bad(cell().did(1, add(1), 1, 0, 10).did(2, read(), 2, 20, 30));
    bad(cell().lost(1, add(1), 0, 10).did(2, read(), 1, 20, 30).did(2, read(), 2, 40, 50));
    good(
        cell()
            .lost(1, add(1), 0, 10)
            .lost(3, add(1), 0, 10)
            .did(2, read(), 1, 20, 30)
            .did(2, read(), 2, 40, 50));
  }

  @Test
  void anUnknownWriteMayBeSeenAtOnceLaterOrNever() {
    Story<Cell.Input, Integer> never = cell().lost(1, write(1), 0, 10).did(2, read(), 0, 20, 30);
    good(never);
    good(never.did(2, read(), 1, 40, 50));
    good(cell().lost(1, write(1), 0, 10).did(2, read(), 1, 5, 7));
    good(cell().underWay(1, write(1), 0).did(2, read(), 1, 20, 30));
  }

  @Test
  void anUnknownWriteThatWasSeenIsNotUnseen() {
    bad(
        cell()
            .lost(1, write(1), 0, 10)
            .did(2, read(), 0, 20, 30)
            .did(2, read(), 1, 40, 50)
            .did(3, read(), 0, 60, 70));
    bad(
        cell()
            .lost(1, write(1), 0, 10)
            .did(2, read(), 1, 20, 30)
            .did(2, write(2), null, 40, 50)
            .did(3, read(), 1, 60, 70));
  }

  @Test
  void anUnknownWriteIsNotSeenBeforeItWasAskedFor() {
    bad(cell().did(2, read(), 1, 0, 10).lost(1, write(1), 11, 20));
  }

  @Test
  void unknownWritesOfTheSameValueAreSeenOnceEach() {
    Story<Cell.Input, Integer> story =
        cell()
            .lost(1, write(1), 0, 10)
            .lost(2, write(1), 35, 36)
            .did(3, read(), 1, 20, 30)
            .did(3, write(2), null, 40, 50)
            .did(3, read(), 1, 60, 70);
    good(story);
    bad(story.did(3, write(3), null, 80, 90).did(3, read(), 1, 100, 110));
  }

  @Test
  void aFailedWriteThatIsSeenIsBad() {
    bad(cell().failed(1, write(1), 0, 10).did(2, read(), 1, 20, 30));
    bad(cell().failed(1, write(1), 0, 10).did(2, read(), 1, 5, 8));
    good(cell().failed(1, write(1), 0, 10).did(2, read(), 0, 20, 30));
  }

  @Test
  void severalUnknownOperationsMayBeNeededInARow() {
    Story<Cell.Input, Integer> story = cell();
    for (int i = 1; i <= 7; i++) {
      story.lost(i, swap(i - 1, i), 0, 10);
    }
    good(story.did(9, read(), 7, 20, 30));
    bad(story.did(9, read(), 6, 40, 50));
  }

  @Test
  void eachKeyIsJudgedByItself() {
    Story<Cell.Input, Integer> story =
        cell()
            .did(1, write(1).on("x"), null, 0, 10)
            .did(1, write(2).on("y"), null, 20, 30)
            .did(2, read().on("y"), 2, 40, 50)
            .did(2, read().on("x"), 1, 60, 70);
    good(story);
    assertThat(bad(story.did(3, read().on("y"), 1, 80, 90)).key()).isEqualTo("y");
  }

  /** The four histories of Herlihy and Wing, 1990, section 2.2. */
  @Test
  void judgesTheQueuesOfHerlihyAndWing() {
    assertThat(
            isGoodQueue(
                queue()
                    .did(1, "x", null, 0, 3)
                    .did(2, "y", null, 1, 2)
                    .did(2, TAKE, "x", 4, 5)
                    .did(1, TAKE, "y", 6, 7)
                    .underWay(1, "z", 8)))
        .isTrue();
    assertThat(
            isGoodQueue(
                queue().did(1, "x", null, 0, 1).did(2, "y", null, 2, 4).did(1, TAKE, "y", 3, 5)))
        .isFalse();
    assertThat(isGoodQueue(queue().underWay(1, "x", 0).did(2, TAKE, "x", 1, 2))).isTrue();
    assertThat(
            isGoodQueue(
                queue()
                    .did(1, "x", null, 0, 2)
                    .did(2, "y", null, 1, 3)
                    .did(1, TAKE, "y", 4, 6)
                    .did(3, TAKE, "y", 5, 7)))
        .isFalse();
  }

  /** Two queues that are each in the order of their clients' programs, and yet not in real time. */
  @Test
  void programOrderIsNotEnough() {
    assertThat(
            isGoodQueue(
                queue().did(1, "x", null, 0, 1).did(2, "y", null, 2, 3).did(2, TAKE, "y", 4, 5)))
        .isFalse();
  }

  @Test
  void whatIsGivenUpIsNeverCalledGood() {
    Story<Cell.Input, Integer> story = cell();
    for (int i = 0; i < 12; i++) {
      story.did(i, add(1 << i), null, 0, 100);
    }
    Model<Integer, Cell.Input, Integer> mute =
        new Model<>() {
          @Override
          public Integer initial() {
            return 0;
          }

          @Override
          public Step<Integer, Integer> step(Integer state, Cell.Input input) {
            return new Step<>(new Cell().step(state, input).state(), null);
          }

          @Override
          public boolean accepts(Cell.Input input, Integer specified, Integer observed) {
            return observed == null;
          }
        };
    History<Cell.Input, Integer> history = story.did(99, read(), 5, 200, 300).history();
    assertThat(Linearizability.check(mute, history, 1_000))
        .isEqualTo(new Verdict.Undecided<>(null, 1_001))
        .doesNotMatch(Verdict::isLinearizable);
    assertThat(Linearizability.check(mute, history)).isInstanceOf(Verdict.Violation.class);
  }

  @Test
  void aViolationCountsMoreThanWhatIsGivenUp() {
    Story<Cell.Input, Integer> story = cell().did(0, read().on("easy"), 1, 0, 1);
    for (int i = 0; i < 10; i++) {
      story.did(i, write(i).on("hard"), null, 0, 100);
    }
    story.did(0, read().on("hard"), 77, 200, 300);
    assertThat(Linearizability.check(new Cell(), story.history(), 100))
        .isInstanceOf(Verdict.Violation.class);
    Story<Cell.Input, Integer> turned = cell();
    for (int i = 0; i < 10; i++) {
      turned.did(i, write(i).on("hard"), null, 0, 100);
    }
    turned.did(0, read().on("hard"), 77, 200, 300).did(0, read().on("easy"), 1, 2, 3);
    assertThat(Linearizability.check(new Cell(), turned.history(), 100))
        .isInstanceOf(Verdict.Violation.class);
  }

  @Test
  void aViolationTellsWhereItGoesWrong() {
    Verdict.Violation<Cell.Input, Integer> violation =
        bad(
            cell()
                .did(1, write(1).on("x"), null, 0, 10)
                .lost(4, write(9).on("x"), 5, 15)
                .did(2, write(2).on("x"), null, 20, 30)
                .did(3, read().on("x"), 1, 40, 50)
                .did(1, write(5).on("x"), null, 60, 70));
    assertThat(violation.prefix()).extracting(Operation::input).asString().contains("write 2");
    assertThat(violation.unplaced()).extracting(Operation::client).containsExactly(3L);
    assertThat(violation)
        .hasToString(
            """
            Not linearizable, key x: an order was found for 2 of 4 completed operations, and none goes further.
            After them the state is 2
             place   client   invoked  returned  what
                 1        1         0        10  write 1 -> null
            unused        4         5         ?  write 9 -> ?
                 2        2        20        30  write 2 -> null
              none        3        40        50  read -> 1   (next it would be 2)""");
  }

  @Test
  void aLongViolationIsShownFromItsEnd() {
    Story<Cell.Input, Integer> story = cell();
    for (int i = 1; i <= 25; i++) {
      story.did(1, add(1), i, 10 * i, 10 * i + 5);
    }
    assertThat(bad(story.did(1, read(), 3, 1000, 1001)).toString().lines())
        .hasSize(15)
        .last()
        .isEqualTo("The first 15 are left out.");
  }

  /** What changes nothing now may have to change something later. */
  @Test
  void aWriteOfTheSameValueIsNotARead() {
    good(
        cell()
            .did(1, write(0), null, 0, 100)
            .did(2, write(1), null, 0, 10)
            .did(2, read(), 1, 20, 30)
            .did(2, read(), 0, 40, 50));
  }

  @Test
  void aModelThatCallsAWriteAReadIsRefused() {
    Model<Integer, String, Integer> counting =
        new Model<>() {
          @Override
          public Integer initial() {
            return 0;
          }

          @Override
          public Step<Integer, Integer> step(Integer state, String input) {
            return new Step<>(state + 1, null);
          }

          @Override
          public boolean isReadOnly(String input) {
            return true;
          }
        };
    Story<String, Integer> story = new Story<>();
    assertThatThrownBy(
            () -> Linearizability.check(counting, story.did(1, "a", null, 0, 1).history()))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("a");
  }

  /** Both unknown operations lead to the first read; only one of them is still wanted later. */
  @Test
  void itMattersWhichUnknownOperationWasUsed() {
    good(
        cell()
            .lost(1, add(1), 0, 10)
            .lost(2, swap(0, 1), 0, 10)
            .did(3, read(), 1, 20, 30)
            .did(3, write(5), null, 40, 50)
            .did(3, read(), 6, 60, 70));
  }
}
