package io.balsa.raft;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** How old a state can be, and what tokens look like. */
class FreshnessTest {
  private final Environment environment = Environment.system();
  private final Freshness freshness = new Freshness(environment);

  private long ago(int seconds) {
    return environment.nanoTime() - Duration.ofSeconds(seconds).toNanos();
  }

  private long age(long appliedIndex) {
    return freshness.age(appliedIndex).orElse(Duration.ofSeconds(-1)).toSeconds();
  }

  @Test
  void nothingIsKnownOfAStateThatHasAppliedNothingThatWasConfirmed() {
    freshness.confirmed(10, ago(100));
    assertThat(age(9)).isEqualTo(-1);
    assertThat(age(10)).isEqualTo(100);
  }

  @Test
  void rd07_onlyWhatWasAppliedCounts() {
    freshness.confirmed(10, ago(300));
    freshness.confirmed(20, ago(200));
    freshness.confirmed(30, ago(100));
    assertThat(age(10)).isEqualTo(300);
    assertThat(age(29)).isEqualTo(200);
    assertThat(age(31)).isEqualTo(100);
  }

  @Test
  void aLaterQuestionWithALowerAnswerIsEnough() {
    freshness.confirmed(30, ago(300));
    freshness.confirmed(20, ago(200));
    assertThat(age(20)).isEqualTo(200);
    freshness.confirmed(10, ago(250)); // asked before, answered later
    assertThat(age(19)).isEqualTo(-1);
  }

  @Test
  void aStateThatLagsForLongIsStillKnownToBeOld() {
    freshness.confirmed(1, ago(1000));
    for (int i = 2; i < 500; i++) {
      freshness.confirmed(i, ago(1000 - i));
    }
    assertThat(age(1)).isEqualTo(1000);
    assertThat(age(500)).isEqualTo(501);
  }

  @Test
  void entriesAreCountedFromWhatIsKnownToBeCommitted() {
    freshness.commitIndexIs(50);
    freshness.commitIndexIs(40);
    assertThat(freshness.describe("x", 30).entries()).isEqualTo(20);
    assertThat(freshness.describe("x", 60).entries()).isZero();
    assertThat(Staleness.ofEntries(8).leastIndex(50)).isEqualTo(42);
    assertThat(Staleness.ofEntries(80).leastIndex(50)).isZero();
    assertThat(Staleness.any().leastIndex(50)).isZero();
  }

  @Test
  void aTokenComesBackFromItsText() {
    ReadToken token = new ReadToken(new UUID(1, -2), Long.MAX_VALUE);
    assertThat(ReadToken.parse(token.toString())).isEqualTo(token);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "@",
        "7",
        "00000000-0000-0001-ffff-fffffffffffe",
        "00000000-0000-0001-ffff-fffffffffffe@",
        "00000000-0000-0001-ffff-fffffffffffe@-1",
        "00000000-0000-0001-ffff-fffffffffffe@9223372036854775808",
        "00000000-0000-0001-ffff-fffffffffffe@1@2",
        "00000000+0000-0001-ffff-fffffffffffe@1"
      })
  void whatIsNoTokenIsRefusedWithAClearMessage(String text) {
    assertThatThrownBy(() -> ReadToken.parse(text))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("\"" + text + "\" is no read token");
  }

  @Test
  void boundsBelowZeroAreRefused() {
    assertThatThrownBy(() -> Staleness.ofAge(Duration.ofNanos(-1)))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> Staleness.ofEntries(-1)).isInstanceOf(IllegalArgumentException.class);
  }
}
