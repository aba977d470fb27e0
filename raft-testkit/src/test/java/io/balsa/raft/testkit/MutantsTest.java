package io.balsa.raft.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The bugs that {@code mutants/run.sh} puts back into the library still fit its sources, so that
 * they do not rot between two runs.
 */
class MutantsTest {
  private static final Path ROOT = Path.of("..").toAbsolutePath().normalize();
  private static final Path MUTANTS = ROOT.resolve("raft-testkit/mutants");
  private static final String OLD_FILE = "--- a/";
  private static final Pattern HUNK = Pattern.compile("@@ -\\d+,(\\d+) \\+\\d+,(\\d+) @@");

  /** A place in a file: the lines it has without the bug and with it. */
  private record Hunk(String file, List<String> before, List<String> after) {}

  static Stream<String> names() throws IOException {
    try (Stream<Path> files = Files.list(MUTANTS)) {
      return files
          .map(p -> p.getFileName().toString())
          .filter(n -> n.endsWith(".patch"))
          .sorted()
          .toList()
          .stream();
    }
  }

  @Test
  void thereAreManyAndOfEveryPart() throws IOException {
    List<String> parts = new ArrayList<>();
    for (String name : names().toList()) {
      parts.add(header(lines(name), 2, "Part: "));
    }
    assertThat(parts)
        .hasSizeGreaterThanOrEqualTo(40)
        .contains("election", "replication", "reads", "storage", "runtime", "codec");
  }

  @ParameterizedTest
  @MethodSource("names")
  void saysWhatItIs(String name) throws IOException {
    List<String> lines = lines(name);
    String id = header(lines, 1, "Id: ");
    assertThat(header(lines, 0, "Bug: ")).endsWith(".");
    assertThat(id).matches("[A-Z]{2}-\\d\\d(, [A-Z]{2}-\\d\\d)*");
    assertThat(header(lines, 2, "Part: "))
        .isIn(
            "election",
            "replication",
            "reads",
            "storage",
            "runtime",
            "codec",
            "membership",
            "sessions");
    String first = id.substring(0, 5).replace("-", "").toLowerCase(Locale.ROOT);
    assertThat(name).startsWith(first + "-");
  }

  @ParameterizedTest
  @MethodSource("names")
  void fitsTheSources(String name) throws IOException {
    List<Hunk> hunks = hunks(lines(name));
    assertThat(hunks).isNotEmpty();
    for (Hunk hunk : hunks) {
      assertThat(hunk.file).contains("/src/main/java/");
      assertThat(hunk.after).isNotEqualTo(hunk.before);
      assertThat(places(hunk))
          .as("places in %s that have the lines %n%s", hunk.file, String.join("\n", hunk.before))
          .isOne();
    }
  }

  private static List<String> lines(String name) throws IOException {
    return Files.readAllLines(MUTANTS.resolve(name));
  }

  private static String header(List<String> lines, int at, String word) {
    assertThat(lines.get(at)).startsWith(word);
    return lines.get(at).substring(word.length());
  }

  private static List<Hunk> hunks(List<String> lines) {
    List<Hunk> hunks = new ArrayList<>();
    String file = null;
    int at = 0;
    while (at < lines.size()) {
      String line = lines.get(at++);
      Matcher counts = HUNK.matcher(line);
      if (line.startsWith(OLD_FILE)) {
        file = line.substring(OLD_FILE.length());
        assertThat(lines.get(at++)).isEqualTo("+++ b/" + file);
      } else if (counts.matches()) {
        Hunk hunk = new Hunk(file, new ArrayList<>(), new ArrayList<>());
        while (at < lines.size() && !lines.get(at).matches("@@ .*|--- a/.*")) {
          add(lines.get(at++), hunk);
        }
        assertThat(hunk.before).as(line).hasSize(Integer.parseInt(counts.group(1)));
        assertThat(hunk.after).as(line).hasSize(Integer.parseInt(counts.group(2)));
        hunks.add(hunk);
      } else {
        assertThat(file).as("the line \"%s\" is in no hunk", line).isNull();
      }
    }
    return hunks;
  }

  private static void add(String line, Hunk hunk) {
    assertThat(line).matches("[ +-].*");
    String text = line.substring(1);
    if (line.charAt(0) != '+') {
      hunk.before.add(text);
    }
    if (line.charAt(0) != '-') {
      hunk.after.add(text);
    }
  }

  private static int places(Hunk hunk) throws IOException {
    List<String> lines = Files.readAllLines(ROOT.resolve(hunk.file));
    int count = 0;
    int from = 0;
    int place;
    while ((place = Collections.indexOfSubList(lines.subList(from, lines.size()), hunk.before))
        >= 0) {
      count++;
      from += place + 1;
    }
    return count;
  }
}
