package io.balsa.raft.core;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** {@code -Dbalsa.search.states=N} looks at N states of each scope instead of some 100000. */
class SearchTest {
  private static final int STATES = Integer.getInteger("balsa.search.states", 150_000);
  private static final List<String> ALL = List.of("n1", "n2", "n3");

  static List<Scope> scopes() {
    return List.of(
        new Scope("broad").maxTerm(2).campaigns(2).crashes(1),
        new Scope("terms").narrow().maxTerm(4).campaigns(4).oneEntryPerMessage(),
        new Scope("commands").narrow().maxTerm(4).campaigns(3).proposals(2),
        new Scope("elections on slow disks")
            .narrow()
            .maxTerm(2)
            .campaigns(2)
            .slowDisks()
            .crashes(1),
        new Scope("saves")
            .fromLeader()
            .narrow()
            .maxTerm(3)
            .campaigns(2)
            .slowDisks()
            .crashes(1)
            .proposals(1),
        new Scope("reads").fromLeader().maxTerm(2).exactRounds(1).reads(1),
        new Scope("growing")
            .fromLeader()
            .narrow()
            .maxTerm(3)
            .campaigns(2)
            .changes(1, List.of("n1", "n2"), List.of(ALL)),
        new Scope("shrinking")
            .fromLeader()
            .narrow()
            .maxTerm(3)
            .campaigns(2)
            .changes(
                1, ALL, List.of(List.of("n1", "n2"), List.of("n1", "n3"), List.of("n2", "n3"))));
  }

  @ParameterizedTest
  @MethodSource("scopes")
  void nothingUnsafeIsReachable(Scope scope) {
    Search search = new Search(scope);
    long start = System.nanoTime();
    Search.Report report = search.run(STATES);
    System.out.println((System.nanoTime() - start) / 1_000_000 + " ms " + report);
    assertThat(report.violation())
        .as(() -> report.violation() == null ? "" : search.tell(report))
        .isNull();
  }
}
