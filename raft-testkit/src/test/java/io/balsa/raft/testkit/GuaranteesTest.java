package io.balsa.raft.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** What docs/guarantees.md says is shown by a test is shown by one that exists. */
class GuaranteesTest {
  private static final Path ROOT = Path.of("..");
  private static final Pattern TEST = Pattern.compile("`(\\w+(?:Test|IT))\\.(\\w+)`");

  private static String source(String name) throws IOException {
    try (Stream<Path> files = Files.walk(ROOT, 20)) {
      Path file =
          files
              .filter(f -> f.endsWith(name + ".java") && f.toString().contains("src/test"))
              .findAny()
              .orElse(null);
      return file == null ? "" : Files.readString(file);
    }
  }

  @Test
  void eachTestThatIsNamedExists() throws IOException {
    Matcher named = TEST.matcher(Files.readString(ROOT.resolve("docs/guarantees.md")));
    List<String> missing = new ArrayList<>();
    int count = 0;
    while (named.find()) {
      count++;
      if (!source(named.group(1)).contains("void " + named.group(2) + "(")) {
        missing.add(named.group());
      }
    }
    assertThat(missing).isEmpty();
    assertThat(count).isGreaterThan(30);
  }
}
