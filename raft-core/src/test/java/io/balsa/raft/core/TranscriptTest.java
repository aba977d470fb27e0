package io.balsa.raft.core;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Each file in {@code src/test/resources/transcripts} is played and compared with what it says;
 * with {@code -Dtranscript.rewrite=true} it is rewritten instead. See {@link Transcript}.
 */
class TranscriptTest {
  private static final Path DIRECTORY = Path.of("src/test/resources/transcripts");

  static List<String> transcripts() throws IOException {
    try (Stream<Path> files = Files.list(DIRECTORY)) {
      return files
          .map(f -> f.getFileName().toString())
          .filter(f -> f.endsWith(".txt"))
          .map(f -> f.substring(0, f.length() - ".txt".length()))
          .sorted()
          .toList();
    }
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("transcripts")
  void playsAsWritten(String name) throws IOException {
    Path file = DIRECTORY.resolve(name + ".txt");
    String expected = Files.readString(file);
    String actual = Transcript.play(expected);
    if (Boolean.getBoolean("transcript.rewrite")) {
      Files.writeString(file, actual);
    } else {
      assertThat(actual).isEqualTo(expected);
    }
  }
}
