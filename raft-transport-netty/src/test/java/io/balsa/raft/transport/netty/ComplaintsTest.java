package io.balsa.raft.transport.netty;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** TR-05: strangers can't fill the log. */
class ComplaintsTest {
  @Test
  void tr05_aFloodOfStrangersIsAFewLines() {
    LogLines lines = new LogLines();
    Complaints complaints = new Complaints(lines.logger());
    for (int i = 0; i < 10_000; i++) {
      complaints.say("stranger {}", i);
    }
    assertThat(lines).hasSizeBetween(1, 25).allMatch(line -> line.startsWith("warn "));
  }
}
