package io.balsa.raft.testkit.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What docs/simulation.md shows is what is compiled and run. */
class GuideTest {
  private static final Path GUIDE = Path.of("../docs/simulation.md");
  private static final Path EXAMPLES = Path.of("src/test/java/io/balsa/raft/examples");
  private static final List<String> SHOWN =
      List.of("CounterSimulationTest.java", "SettingFileTest.java");

  @ParameterizedTest
  @ValueSource(ints = {0, 1})
  void showsTheTestsAsTheyAre(int number) throws IOException {
    String[] blocks = Files.readString(GUIDE).split("```java\n");
    String source = Files.readString(EXAMPLES.resolve(SHOWN.get(number)));
    assertThat(blocks).as("the Java blocks of %s", GUIDE).hasSize(SHOWN.size() + 1);
    assertThat(upTo("```\n", blocks[number + 1]))
        .as("Java block %d of %s, against %s", number + 1, GUIDE, SHOWN.get(number))
        .isEqualTo(upTo("// guide ends\n", source.split("// guide begins\n")[1]));
  }

  private static String upTo(String end, String text) {
    assertThat(text).contains(end);
    return text.substring(0, text.indexOf(end));
  }
}
