package io.balsa.raft.transport.netty;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class ConnectionLogTest {
  private final LogLines lines = new LogLines();
  private long now = -5;
  private final ConnectionLog log =
      new ConnectionLog(lines.logger(), () -> now, "n1", "n3 at 10.0.0.3:7000");

  private void pass(Duration time) {
    now += time.toNanos();
  }

  @Test
  void saysATroubleOnceAndCalmly() {
    log.failed("nobody listens there");
    log.failed("nobody listens there");
    assertThat(lines)
        .containsExactly(
            "info n1: no connection to n3 at 10.0.0.3:7000: nobody listens there; trying again");
  }

  @Test
  void saysAnotherTrouble() {
    log.failed("nobody listens there");
    log.failed("it is not ready yet");
    assertThat(lines).hasSize(2).allMatch(line -> line.startsWith("info "));
  }

  @Test
  void warnsOnceWhenItLasts() {
    log.failed("nobody listens there");
    pass(ConnectionLog.LASTING);
    log.failed("nobody listens there");
    log.failed("nobody listens there");
    assertThat(lines).hasSize(2);
    assertThat(lines.get(1))
        .startsWith("warn n1: no connection to n3 at 10.0.0.3:7000 for more than 10 s: nobody")
        .contains("Check that it runs");
    log.failed("the host is unknown");
    assertThat(lines).hasSize(3).last().asString().startsWith("warn ").contains("unknown");
  }

  @Test
  void isCalmAgainAfterAConnection() {
    pass(ConnectionLog.LASTING);
    log.failed("nobody listens there");
    log.connected();
    pass(ConnectionLog.LASTING);
    log.failed("it hung up");
    assertThat(lines).hasSize(3).last().asString().startsWith("info ").contains("it hung up");
    pass(ConnectionLog.LASTING);
    log.failed("it hung up");
    assertThat(lines).hasSize(4).last().asString().startsWith("warn ");
  }

  @Test
  void cm15_warnsAtOnceAndOnceOfWhatDoesNotPass() {
    log.warnOnce("n3 has lost its directory");
    log.failed("another incarnation of it is there");
    log.warnOnce("n3 has lost its directory");
    log.warnOnce("n3 has lost another directory");
    assertThat(lines).hasSize(2);
    assertThat(lines.get(0)).isEqualTo("warn n1: n3 has lost its directory");
    pass(ConnectionLog.LASTING);
    log.warnOnce("n3 has lost its directory");
    assertThat(lines).hasSize(2);
    log.warnOnce("n3 has lost another directory");
    assertThat(lines).hasSize(3);
    log.connected();
    log.warnOnce("n3 has lost another directory");
    assertThat(lines).hasSize(5);
  }
}
