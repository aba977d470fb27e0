package io.balsa.raft.transport.netty;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.slf4j.Logger;

/** TR-05: strangers can't fill the log. */
class ComplaintsTest {
  @Test
  void tr05_aFloodOfStrangersIsAFewLines() {
    List<String> lines = new ArrayList<>();
    Logger log =
        (Logger)
            Proxy.newProxyInstance(
                Logger.class.getClassLoader(),
                new Class<?>[] {Logger.class},
                (proxy, method, arguments) -> {
                  lines.add(method.getName() + " " + arguments[0]);
                  return null;
                });
    Complaints complaints = new Complaints(log);
    for (int i = 0; i < 10_000; i++) {
      complaints.say("stranger {}", i);
    }
    assertThat(lines).hasSizeBetween(1, 25).allMatch(line -> line.startsWith("warn "));
  }
}
