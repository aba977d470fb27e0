package io.balsa.raft.examples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The example of the README does what the README says, started three times as it says. */
class CounterIT {
  private static final Pattern LINE = Pattern.compile("my 5 made it (\\d+), and now it is (\\d+)");

  @TempDir private Path directory;
  private final List<Process> processes = new ArrayList<>();

  @AfterEach
  void end() {
    processes.forEach(Process::destroyForcibly);
  }

  @Test
  void threeOfThemAgree() throws Exception {
    for (int port = 7001; port <= 7003; port++) {
      assumeTrue(FreePorts.isFree(port), "port " + port + " is taken");
    }
    for (int n = 1; n <= 3; n++) {
      processes.add(start(n));
    }
    List<Long> answers = new ArrayList<>();
    for (Process process : processes) {
      Matcher found = LINE.matcher(lineOf(process));
      assertThat(found.matches()).isTrue();
      answers.add(Long.valueOf(found.group(1)));
      assertThat(Long.parseLong(found.group(2))).isBetween(answers.get(answers.size() - 1), 15L);
    }
    assertThat(answers).containsExactlyInAnyOrder(5L, 10L, 15L);
    for (Process process : processes) {
      process.getOutputStream().write('\n');
      process.getOutputStream().flush();
      assertThat(process.waitFor(20, TimeUnit.SECONDS)).isTrue();
      assertThat(process.exitValue()).isZero();
    }
  }

  private Process start(int n) throws IOException {
    List<String> command = new ArrayList<>(NodeProcess.java());
    command.addAll(List.of(Counter.class.getName(), Integer.toString(n)));
    return new ProcessBuilder(command)
        .directory(directory.toFile())
        .redirectError(directory.resolve("log" + n).toFile())
        .start();
  }

  private static String lineOf(Process process) throws Exception {
    BufferedReader out = process.inputReader();
    Await.until("a line", Duration.ofSeconds(30), () -> out.ready() || !process.isAlive());
    return String.valueOf(out.readLine());
  }
}
