package io.balsa.raft.examples;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** The ledger must find each kind of fault, else the tests that use it prove nothing. */
class LedgerTest {
  private final Ledger ledger = new Ledger();

  @Test
  void acceptsWhatALinearizableCounterDoes() {
    ledger.acknowledged(7, 7, 0, 10);
    ledger.acknowledged(9, 23, 5, 30);
    ledger.acknowledged(4, 11, 5, 30);
    ledger.read(11, 20, 40);
    ledger.read(7, 0, 40);
    ledger.unknown(3);
    ledger.unknown(100);
    assertThat(ledger.problems(23)).isEmpty();
  }

  @Test
  void findsALostIncrement() {
    ledger.acknowledged(7, 7, 0, 1);
    ledger.acknowledged(4, 11, 2, 3);
    assertThat(ledger.problems(7)).hasSize(1).first().asString().contains("11 had been answered");
  }

  @Test
  void findsAnOverwrittenIncrement() {
    ledger.acknowledged(7, 7, 0, 1);
    ledger.acknowledged(9, 9, 2, 3);
    assertThat(ledger.problems(9)).hasSize(1).first().asString().contains("overlaps");
  }

  @Test
  void findsAnIncrementThatWasExecutedTwice() {
    ledger.acknowledged(7, 7, 0, 1);
    ledger.acknowledged(4, 18, 2, 3);
    assertThat(ledger.problems(18)).hasSize(1).first().asString().contains("+7 comes from");
  }

  @Test
  void findsAnIncrementOfUnknownOutcomeThatWasExecutedTwice() {
    ledger.acknowledged(7, 7, 0, 1);
    ledger.unknown(5);
    ledger.unknown(1000);
    assertThat(ledger.problems(12)).isEmpty();
    assertThat(ledger.problems(17)).hasSize(1).first().asString().contains("at the end");
  }

  @Test
  void findsAStaleRead() {
    ledger.acknowledged(7, 7, 0, 1);
    ledger.acknowledged(4, 11, 2, 3);
    ledger.read(7, 4, 5);
    assertThat(ledger.problems(11)).hasSize(1).first().asString().contains("began after the end");
  }

  @Test
  void findsAReadOfAStateThatNeverWas() {
    ledger.acknowledged(7, 7, 0, 1);
    ledger.read(6, 0, 1);
    assertThat(ledger.problems(7)).isNotEmpty();
  }

  @Test
  void findsAnIncrementFromThePast() {
    ledger.acknowledged(7, 11, 0, 1);
    ledger.acknowledged(4, 4, 2, 3);
    assertThat(ledger.problems(11)).hasSize(1).first().asString().contains("began after the end");
  }
}
