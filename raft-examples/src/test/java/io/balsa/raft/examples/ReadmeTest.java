package io.balsa.raft.examples;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/** What the README and other pages show is what is compiled and run here. */
class ReadmeTest {
  private static final Path COUNTER = Path.of("src/main/java/io/balsa/raft/examples/Counter.java");
  private static final String BEGIN = "// README begins\n";
  private static final String END = "// README ends\n";
  private static final String FENCE = "```java\n";

  @Test
  void showsTheCounterAsItIs() throws IOException {
    String readme = Files.readString(Path.of("../README.md"));
    assertThat(between(readme, FENCE, "```\n"))
        .as("the first Java block of README.md, against " + COUNTER)
        .isEqualTo(between(Files.readString(COUNTER), BEGIN, END));
  }

  @Test
  void thePageAboutClientsShowsOneAsItIs() throws IOException {
    Path client = Path.of("src/main/java/io/balsa/raft/examples/CounterFromOutside.java");
    String page = Files.readString(Path.of("../docs/client.md"));
    assertThat(between(page, FENCE, "```\n"))
        .as("the first Java block of docs/client.md, against " + client)
        .isEqualTo(
            between(
                Files.readString(client),
                "// docs/client.md begins\n",
                "// docs/client.md ends\n"));
  }

  private static String between(String text, String begin, String end) {
    assertThat(text).contains(begin);
    int from = text.indexOf(begin) + begin.length();
    return text.substring(from, text.indexOf(end, from));
  }
}
