package io.balsa.raft.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The small values: what they accept, what they refuse, and how they say it. */
class ValuesTest {
  private static final NodeId N1 = new NodeId("n1");

  @ParameterizedTest
  @ValueSource(strings = {"0", "1", "-1", "n1", "N.1_a-Z", "nobody", "null"})
  void el04_noNodeIdHasASpecialMeaning(String id) {
    assertThat(new NodeId(id)).isEqualTo(new NodeId(id)).hasToString(id);
  }

  @ParameterizedTest
  @ValueSource(strings = {"a b", "a=b", "a/b", "../a", "a\n", "ä", "a:b", "{", "@", "[", "`"})
  void otherNodeIdsAreRefused(String id) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new NodeId(id))
        .withMessageContaining("only letters, digits");
  }

  @Test
  void nodeIdsHaveBounds() {
    assertThat(new NodeId("x".repeat(64)).value()).hasSize(64);
    assertThatIllegalArgumentException().isThrownBy(() -> new NodeId("x".repeat(65)));
    assertThatIllegalArgumentException().isThrownBy(() -> new NodeId(""));
    assertThat(new NodeId("a")).isLessThan(new NodeId("b"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"n1=h:1", "n1=host.example:65535", "n1=127.0.0.1:7000", "n1=[::1]:7000"})
  void membersAreIdAndAddress(String text) {
    assertThat(Member.parse(text)).hasToString(text);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "n1",
        "n1=",
        "n1=h",
        "n1=:1",
        "n1=h:",
        "n1=h:0",
        "n1=h:65536",
        "n1=h:123456",
        "n1=h:x",
        "n1=h:-1",
        "n1=h h:1",
        "n1=a=b:1",
        "=h:1",
        "n 1=h:1",
        "n1=h:1:",
        "n1=[]:1",
        "n1=h\u2003h:1"
      })
  void otherMembersAreRefused(String text) {
    assertThatIllegalArgumentException().isThrownBy(() -> Member.parse(text));
  }

  @ParameterizedTest
  @ValueSource(strings = {"n1=::1:7000", "n1=2001:db8::7:7000", "n1=[::1:7000", "n1=::1]:7000"})
  void ipv6AddressesNeedBrackets(String text) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Member.parse(text))
        .withMessageContaining("of node n1: an IPv6 address needs brackets, as in [::1]:7000");
  }

  @Test
  void addressesHaveABound() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new Member(N1, "h".repeat(254) + ":1"))
        .withMessageContaining("not host:port");
  }

  @Test
  void entriesCompareByContentAndKeepTheirDataToThemselves() {
    Entry entry = new Entry(2, 5, EntryType.COMMAND, new byte[] {1, 2});
    assertThat(entry)
        .isEqualTo(new Entry(2, 5, EntryType.COMMAND, new byte[] {1, 2}))
        .hasSameHashCodeAs(new Entry(2, 5, EntryType.COMMAND, new byte[] {1, 2}))
        .isNotEqualTo(new Entry(3, 5, EntryType.COMMAND, new byte[] {1, 2}))
        .isNotEqualTo(new Entry(2, 6, EntryType.COMMAND, new byte[] {1, 2}))
        .isNotEqualTo(new Entry(2, 5, EntryType.NO_OP, new byte[] {1, 2}))
        .isNotEqualTo(new Entry(2, 5, EntryType.COMMAND, new byte[] {1, 3}))
        .isNotEqualTo("5@2")
        .hasToString("5@2(2 bytes)");
    assertThat(Entry.noOp(2, 6)).hasToString("6@2 no-op");
    Configuration configuration = Configuration.of(List.of(Member.parse("n1=h:1")));
    assertThat(Entry.of(configuration, 2, 7)).hasToString("7@2 configuration");
  }

  @Test
  void entryTypesHaveCodes() {
    for (EntryType type : EntryType.values()) {
      assertThat(EntryType.ofCode(type.code())).isSameAs(type);
    }
    assertThat(EntryType.ofCode(-1)).isNull();
    assertThat(EntryType.ofCode(EntryType.values().length)).isNull();
  }

  @Test
  void positionsAreOrderedByTermThenIndex() {
    assertThat(new LogPosition(2, 2)).isGreaterThan(new LogPosition(1, 9));
    assertThat(new LogPosition(2, 2)).isLessThan(new LogPosition(2, 3));
    assertThat(new LogPosition(2, 2))
        .isEqualByComparingTo(new LogPosition(2, 2))
        .hasToString("2@2");
  }

  @Test
  void optionsThatCannotWorkAreRefused() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new RaftOptions(10, 4, 1, 1, 1))
        .withMessageContaining("must be at least three times as long");
    assertThatIllegalArgumentException().isThrownBy(() -> new RaftOptions(10, 0, 1, 1, 1));
    assertThatIllegalArgumentException().isThrownBy(() -> new RaftOptions(3, 1, 0, 1, 1));
    assertThatIllegalArgumentException().isThrownBy(() -> new RaftOptions(3, 1, 1, 0, 1));
    assertThatIllegalArgumentException().isThrownBy(() -> new RaftOptions(3, 1, 1, 1, 0));
    assertThat(new RaftOptions(3, 1, 1, 1, 1).electionTicks()).isEqualTo(3);
  }

  @Test
  void configurationsSurviveTheirEncoding() {
    Configuration old = Configuration.of(List.of(Member.parse("n1=h:1"), Member.parse("n2=h:2")));
    Configuration target =
        Configuration.of(List.of(Member.parse("n3=h:3")), List.of(Member.parse("n1=h:1")));
    Configuration joint = old.jointWith(target);
    for (Configuration c : List.of(old, target, joint)) {
      assertThat(Configuration.fromBytes(c.toBytes())).isEqualTo(c).hasSameHashCodeAs(c);
    }
    assertThat(old).isNotEqualTo(target).isNotEqualTo("voter n1=h:1");
    assertThat(joint).isNotEqualTo(target);
    assertThat(joint.isJoint()).isTrue();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "\n",
        "voter",
        "voter ",
        "voter n1",
        "emperor n1=h:1",
        "learner n1=h:1",
        "voter n1=h:1\nvoter n1=h:2",
        "voter n1=h:1\nvoter n2=h:1",
        "n1=h:1",
        "voter n1=h:1\noutgoing n2=h:2\noutgoing n2=h:3"
      })
  void cm20_otherBytesAreNoConfiguration(String text) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Configuration.fromBytes(text.getBytes(StandardCharsets.UTF_8)));
  }

  @Test
  void cm19_aConfigurationNeedsAVoter() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Configuration.of(List.of()))
        .withMessageContaining("at least one voter");
  }

  @Test
  void theLogRefusesWhatWouldTearIt() {
    RaftLog log =
        new RaftLog(RestoredState.empty(Configuration.of(List.of(Member.parse("n1=h:1")))));
    log.append(new Entry(1, 1, EntryType.COMMAND, new byte[1]));
    log.append(new Entry(1, 2, EntryType.COMMAND, new byte[1]));
    log.commit(1);
    assertThatThrownBy(() -> log.append(new Entry(1, 4, EntryType.COMMAND, new byte[1])))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> log.truncate(1)).hasMessageContaining("1 is committed");
    assertThatThrownBy(() -> log.commit(0)).isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> log.commit(3)).isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> log.termAt(3)).isInstanceOf(IllegalArgumentException.class);
    assertThat(log.invariantsHold()).isTrue();
  }

  @Test
  void theHardStateIsNeverOlderThanTheLog() {
    Configuration alone = Configuration.of(List.of(Member.parse("n1=h:1")));
    RestoredState tooOld =
        new RestoredState(
            new HardState(1, null),
            null,
            LogPosition.ZERO,
            List.of(new LogPosition(2, 1)),
            1,
            0,
            alone,
            List.of());
    assertThatThrownBy(() -> new Raft(N1, RaftOptions.defaults(), tooOld, bound -> 0, null))
        .hasMessageContaining("the hard state is too old");
  }

  @Test
  void sizesAreKnownForAWindowAndAgreeWithAPlainSum() {
    Random random = new Random(7);
    int[] lengths = new int[200_000];
    EntrySizes sizes = new EntrySizes(0);
    for (int i = 1; i < lengths.length; i++) {
      lengths[i] = random.nextInt(50);
      sizes.add(lengths[i]);
    }
    int last = lengths.length - 1;
    assertThat(sizes.knows(1)).isFalse();
    assertThat(sizes.knows(last - 60_000)).isTrue();
    for (int i = 0; i < 2_000; i++) {
      int first = last - random.nextInt(60_000);
      long max = random.nextInt(20_000);
      long fits = sizes.lastWithin(first, last, max);
      assertThat(fits == first || sizes.bytes(first, fits) <= max).isTrue();
      assertThat(fits == last || sizes.bytes(first, fits + 1) > max).isTrue();
    }
    sizes.truncate(10);
    assertThat(sizes.knows(9)).isFalse();
    sizes.add(5);
    assertThat(sizes.knows(10)).isTrue();
  }
}
