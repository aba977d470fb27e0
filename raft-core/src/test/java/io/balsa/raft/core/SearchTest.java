package io.balsa.raft.core;

import static io.balsa.raft.core.Sightings.Kind.CHANGE_COMPLETED;
import static io.balsa.raft.core.Sightings.Kind.COMMAND_COMMITTED;
import static io.balsa.raft.core.Sightings.Kind.COMMIT;
import static io.balsa.raft.core.Sightings.Kind.COMMIT_IN_LATER_TERM;
import static io.balsa.raft.core.Sightings.Kind.CONFIGURATION_TAKEN_BACK;
import static io.balsa.raft.core.Sightings.Kind.CRASH;
import static io.balsa.raft.core.Sightings.Kind.CRASH_THAT_LOST_A_SAVE;
import static io.balsa.raft.core.Sightings.Kind.CRASH_WITH_A_TORN_SAVE;
import static io.balsa.raft.core.Sightings.Kind.JOINT_CONFIGURATION_COMMITTED;
import static io.balsa.raft.core.Sightings.Kind.READ_ANSWERED;
import static io.balsa.raft.core.Sightings.Kind.READ_ANSWERED_TO_A_FOLLOWER;
import static io.balsa.raft.core.Sightings.Kind.SPLIT_VOTE;
import static io.balsa.raft.core.Sightings.Kind.TRUNCATION;
import static io.balsa.raft.core.Sightings.Kind.TWO_LEADERS;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.TestReporter;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * {@code -Dbalsa.search.states=N} looks at up to N states of each scope, {@code
 * -Dbalsa.search.scope=NAME} at one scope only.
 */
class SearchTest {
  private static final int STATES = Integer.getInteger("balsa.search.states", 40_000);
  private static final List<String> ALL = List.of("n1", "n2", "n3");
  private static final List<List<String>> PAIRS =
      List.of(List.of("n1", "n2"), List.of("n1", "n3"), List.of("n2", "n3"));

  /** A scope, and what must be seen in it. */
  record Region(Scope scope, Set<Sightings.Kind> expected) {
    @Override
    public String toString() {
      return scope.toString();
    }
  }

  static List<Region> regions() {
    return List.of(
        new Region(
            new Scope("broad").campaigns(2).crashes(1),
            Set.of(COMMIT_IN_LATER_TERM, TRUNCATION, CRASH, TWO_LEADERS, SPLIT_VOTE)),
        new Region(
            new Scope("terms").narrow().maxTerm(4).campaigns(4).oneEntryPerMessage(),
            Set.of(COMMIT_IN_LATER_TERM, TRUNCATION, TWO_LEADERS, SPLIT_VOTE)),
        new Region(
            new Scope("commands").narrow().maxTerm(4).campaigns(3).proposals(2),
            Set.of(COMMIT_IN_LATER_TERM, COMMAND_COMMITTED, TRUNCATION, TWO_LEADERS)),
        new Region(
            new Scope("elections on slow disks").narrow().campaigns(2).slowDisks().crashes(1),
            Set.of(COMMIT, CRASH_THAT_LOST_A_SAVE, CRASH_WITH_A_TORN_SAVE, SPLIT_VOTE)),
        new Region(
            new Scope("saves")
                .fromLeader()
                .narrow()
                .maxTerm(3)
                .campaigns(2)
                .slowDisks()
                .crashes(1)
                .proposals(1),
            Set.of(COMMAND_COMMITTED, TRUNCATION, CRASH_THAT_LOST_A_SAVE, TWO_LEADERS)),
        new Region(
            new Scope("reads").fromLeader().exactRounds(1).reads(1),
            Set.of(READ_ANSWERED, READ_ANSWERED_TO_A_FOLLOWER, TWO_LEADERS)),
        new Region(
            new Scope("stale reads").fromLeader().narrow().exactRounds(1).reads(1),
            Set.of(READ_ANSWERED, COMMIT_IN_LATER_TERM, TWO_LEADERS)),
        new Region(
            new Scope("growing")
                .fromLeader()
                .narrow()
                .maxTerm(3)
                .campaigns(2)
                .changes(1, List.of("n1", "n2"), List.of(ALL)),
            Set.of(JOINT_CONFIGURATION_COMMITTED, CHANGE_COMPLETED, TRUNCATION, TWO_LEADERS)),
        new Region(
            new Scope("shrinking")
                .fromLeader()
                .narrow()
                .maxTerm(3)
                .campaigns(2)
                .changes(1, ALL, PAIRS),
            Set.of(CHANGE_COMPLETED, CONFIGURATION_TAKEN_BACK, TWO_LEADERS)),
        new Region(
            new Scope("changes")
                .fromLeader()
                .narrow()
                .campaigns(1)
                .changes(2, List.of("n1", "n2"), List.of(PAIRS.get(0), PAIRS.get(1), ALL)),
            Set.of(CHANGE_COMPLETED, COMMIT_IN_LATER_TERM, TWO_LEADERS)));
  }

  static List<Region> chosen() {
    String one = System.getProperty("balsa.search.scope");
    return regions().stream().filter(r -> one == null || one.equals(r.toString())).toList();
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("chosen")
  void nothingUnsafeIsReachable(Region region, TestReporter reporter) {
    Search search = new Search(region.scope());
    Search.Report report = search.run(STATES);
    reporter.publishEntry("search", report.toString());
    if (report.violation() != null) {
      throw new AssertionError(search.tell(report));
    }
    assertThat(report.sightings().keySet()).as("%s", report).containsAll(region.expected());
  }
}
