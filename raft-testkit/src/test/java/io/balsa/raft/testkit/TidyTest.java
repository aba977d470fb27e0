package io.balsa.raft.testkit;

import static java.util.stream.Collectors.joining;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * The rules of the house, checked on the sources. The numbers are ratchets: they may be lowered,
 * never raised, and there is no list of exceptions.
 */
class TidyTest {
  private static final Path ROOT = Path.of("..").toAbsolutePath().normalize();
  private static final int LONGEST_FILE = 600;
  private static final int LONGEST_METHOD = 60;
  private static final int ALGORITHM_LINES_OF_CODE = 3_400;

  private static final List<String> TOP_LEVEL =
      List.of(
          "LICENSE",
          "README.md",
          "docs",
          "pom.xml",
          "raft-benchmarks",
          "raft-core",
          "raft-examples",
          "raft-storage",
          "raft-testkit",
          "raft-transport-netty");

  /** Which of our packages a module may use, besides its own. */
  private static final Map<String, String> MAY_USE =
      Map.of(
          "raft-core", "io\\.balsa\\.raft\\.core",
          "raft-storage", "io\\.balsa\\.raft(\\.core)?",
          "raft-transport-netty", "io\\.balsa\\.raft(\\.core)?",
          "raft-testkit", "io\\.balsa\\.raft(\\.core)?");

  private record Source(Path path, List<String> lines) {
    String name() {
      return ROOT.relativize(path).toString();
    }

    String module() {
      return ROOT.relativize(path).getName(0).toString();
    }

    boolean isMain() {
      return name().contains("/src/main/");
    }

    boolean isAlgorithm() {
      return name().contains("raft-core/src/main/java/io/balsa/raft/core/");
    }
  }

  private static List<Source> sources() {
    try (Stream<Path> files = Files.walk(ROOT)) {
      return files
          .filter(p -> p.toString().endsWith(".java"))
          .filter(p -> !ROOT.relativize(p).toString().contains("target/"))
          .sorted()
          .map(TidyTest::read)
          .toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Source read(Path path) {
    try {
      return new Source(path, Files.readAllLines(path));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Every line of the chosen sources in which the pattern is found, as file:line: text. */
  private static List<String> find(Stream<Source> sources, String pattern) {
    Pattern p = Pattern.compile(pattern);
    List<String> found = new ArrayList<>();
    sources.forEach(
        source -> {
          for (int i = 0; i < source.lines.size(); i++) {
            if (p.matcher(source.lines.get(i)).find()) {
              found.add(source.name() + ":" + (i + 1) + ": " + source.lines.get(i).trim());
            }
          }
        });
    return found;
  }

  @Test
  void thereAreSources() {
    assertThat(sources()).hasSizeGreaterThan(80);
    assertThat(sources().stream().filter(Source::isAlgorithm)).hasSizeGreaterThan(25);
  }

  @Test
  void theTopLevelHoldsNothingElse() throws IOException {
    try (Stream<Path> top = Files.list(ROOT)) {
      assertThat(
              top.map(p -> p.getFileName().toString())
                  .filter(n -> !n.startsWith(".") && !n.equals("target")))
          .allMatch(TOP_LEVEL::contains);
    }
  }

  @Test
  void theAlgorithmIsPure() {
    String impure =
        "java\\.(io|net|time)\\.|java\\.nio\\.(?!charset\\.)|java\\.util\\.concurrent|java\\.util\\.Random"
            + "|java\\.util\\.SplittableRandom|java\\.lang\\.invoke|jdk\\.jfr|org\\.slf4j|CRC32"
            + "|\\bThread\\b|\\bsynchronized\\b|\\bvolatile\\b|System\\.(nanoTime|currentTimeMillis|out|err)"
            + "|Math\\.random|static (?!final|class|boolean|Candidate|Follower)\\w+ \\w+ =";
    Stream<Source> code =
        sources().stream()
            .filter(Source::isAlgorithm)
            .map(s -> new Source(s.path, withoutComments(s.lines)));
    assertThat(find(code, impure)).isEmpty();
  }

  @Test
  void theAlgorithmKnowsNothingOfTheRest() {
    assertThat(
            find(
                sources().stream().filter(Source::isAlgorithm),
                "import (static )?io\\.balsa\\.raft\\.(?!core\\.)"))
        .isEmpty();
  }

  @Test
  void modulesUseOnlyWhatTheyMay() {
    MAY_USE.forEach(
        (module, allowed) -> {
          String own = ownPackage(module);
          String foreign =
              "^import (static )?(?!(" + allowed + "|" + own + ")\\.[A-Z])io\\.balsa\\.";
          assertThat(
                  find(
                      sources().stream().filter(s -> s.isMain() && s.module().equals(module)),
                      foreign))
              .as(module)
              .isEmpty();
        });
  }

  private static String ownPackage(String module) {
    return switch (module) {
      case "raft-core" -> "io\\.balsa\\.raft";
      case "raft-storage" -> "io\\.balsa\\.raft\\.storage(\\.\\w+)?";
      case "raft-transport-netty" -> "io\\.balsa\\.raft\\.transport\\.netty(\\.\\w+)?";
      default -> "io\\.balsa\\.raft\\.testkit(\\.\\w+)?";
    };
  }

  @Test
  void filesAreShort() {
    Map<String, Integer> tooLong = new TreeMap<>();
    for (Source source : sources()) {
      if (source.lines.size() > LONGEST_FILE) {
        tooLong.put(source.name(), source.lines.size());
      }
    }
    assertThat(tooLong).isEmpty();
  }

  @Test
  void methodsAreShort() {
    List<String> tooLong = new ArrayList<>();
    for (Source source : sources()) {
      for (int start = 0; start < source.lines.size(); start++) {
        int length = methodLength(source.lines, start);
        if (length > LONGEST_METHOD) {
          tooLong.add(source.name() + ":" + (start + 1) + " has " + length + " lines");
        }
      }
    }
    assertThat(tooLong).isEmpty();
  }

  private static final Pattern METHOD_START =
      Pattern.compile(
          "^( {2}| {4})[\\w@<].*\\) (throws [\\w., ]+)?\\{$|^( {2}| {4})\\w[\\w<>\\[\\], .?]* \\w+\\($");
  private static final Pattern NOT_A_METHOD =
      Pattern.compile(
          "^ *(if|for|while|switch|try|else|return|new|throw|case|record|assert|}) ?\\W?");

  /**
   * The lines of the method that starts at a line, 0 if none does. Relies on the formatter's
   * indentation.
   */
  private static int methodLength(List<String> lines, int start) {
    String first = lines.get(start);
    if (!METHOD_START.matcher(first).find() || NOT_A_METHOD.matcher(first).find()) {
      return 0;
    }
    String end = " ".repeat(first.length() - first.stripLeading().length()) + "}";
    for (int i = start + 1; i < lines.size(); i++) {
      if (lines.get(i).equals(end)) {
        return i - start + 1;
      }
    }
    return 0;
  }

  @Test
  void theAlgorithmIsSmall() {
    long lines =
        sources().stream()
            .filter(Source::isAlgorithm)
            .flatMap(s -> withoutComments(s.lines).stream())
            .filter(line -> !line.isBlank() && !line.startsWith("import "))
            .count();
    assertThat(lines).isLessThanOrEqualTo(ALGORITHM_LINES_OF_CODE);
  }

  private static List<String> withoutComments(List<String> lines) {
    List<String> code = new ArrayList<>();
    boolean comment = false;
    for (String line : lines) {
      String trimmed = line.trim();
      boolean begins = trimmed.startsWith("/*");
      comment |= begins;
      boolean isComment = comment || trimmed.startsWith("//");
      code.add(isComment ? "" : line.replaceAll("//.*", "").replaceAll("\"[^\"]*\"", "\"\""));
      if (comment && trimmed.endsWith("*/")) {
        comment = false;
      }
    }
    return code;
  }

  @Test
  void nothingIsLeftForLater() {
    String marks =
        Stream.of("TO" + "DO", "FIX" + "ME", "XX" + "X", "HA" + "CK").collect(joining("|"));
    assertThat(find(sources().stream(), "\\b(" + marks + ")\\b")).isEmpty();
  }

  @Test
  void testsNeitherSleepNorAreDisabled() {
    assertThat(
            find(
                sources().stream().filter(s -> !s.isMain()),
                "Thread\\.s" + "leep\\(|@Dis" + "abled(?!OnOs)|TimeUnit\\.\\w+\\.s" + "leep"))
        .isEmpty();
  }

  @Test
  void librariesDoNotPrint() {
    Stream<Source> libraries =
        sources().stream()
            .filter(Source::isMain)
            .filter(s -> !s.module().matches("raft-examples|raft-benchmarks"));
    // The entry point of a tool hands on what it may print to, in this one line.
    String print = "^(?! *System\\.exit\\(run\\(System\\.out, System\\.err, args\\)\\);$)";
    assertThat(find(libraries, print + ".*(System\\.(out|err)\\b|printStackTrace)")).isEmpty();
  }

  @Test
  void namesSayWhatThingsAre() {
    assertThat(
            find(
                sources().stream(),
                "(class|interface|record|enum) [A-Z]\\w*(Impl|Manager|Utils?|Helper)\\b|abstract class Ab"
                    + "stract"))
        .isEmpty();
  }

  @Test
  void noCodeReadsObjectsOrClassNames() {
    assertThat(
            find(
                sources().stream().filter(Source::isMain),
                "ObjectInputStream|Class\\.forName|\\.readObject\\("))
        .isEmpty();
  }
}
