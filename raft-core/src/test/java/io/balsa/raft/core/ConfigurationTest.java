package io.balsa.raft.core;

import static io.balsa.raft.core.Cluster.incarnation;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ConfigurationTest {
  private static final UUID CLUSTER = new UUID(7, 7);
  private static final NodeId N2 = new NodeId("n2");
  private static final Configuration ABC =
      read("voter n1=h1:1", "voter n2=h2:1", "learner n3=h3:1");

  private static Configuration read(String... lines) {
    return Configuration.fromBytes(String.join("\n", lines).getBytes(StandardCharsets.UTF_8));
  }

  private static String id(String name, int number) {
    return " " + incarnation(name, number);
  }

  @Test
  void itIsChangedStepByStep() {
    assertThat(ABC.withVoter("n4=h4:1").without("n1"))
        .isEqualTo(read("voter n2=h2:1", "voter n4=h4:1", "learner n3=h3:1"));
    assertThat(ABC.withLearner("n4=h4:1").without("n3"))
        .isEqualTo(read("voter n1=h1:1", "voter n2=h2:1", "learner n4=h4:1"));
    assertThat(ABC.withVoter("n3=h3:1"))
        .isEqualTo(read("voter n1=h1:1", "voter n2=h2:1", "voter n3=h3:1"));
    assertThat(ABC.withLearner("n1=h1:1"))
        .isEqualTo(read("voter n2=h2:1", "learner n1=h1:1", "learner n3=h3:1"));
    assertThat(ABC.withVoter("n1=h1:1")).isEqualTo(ABC);
  }

  @Test
  void anAddressIsChangedAndWhatElseIsKnownStays() {
    Configuration known =
        read("cluster " + CLUSTER, "voter n1=h1:1" + id("n1", 1), "voter n2=h2:1");
    Configuration moved = known.withVoter("n1=h9:9").withLearner("n3=h3:1");
    assertThat(moved)
        .isEqualTo(
            read(
                "cluster " + CLUSTER,
                "voter n1=h9:9" + id("n1", 1),
                "voter n2=h2:1",
                "learner n3=h3:1"));
    Member other = Member.parse("n1=h1:1").withIncarnation(incarnation("n1", 2));
    assertThat(known.withVoter(other).member(other.id())).isEqualTo(other);
  }

  @Test
  void cm19_theLastVoterStays() {
    Configuration alone = read("voter n1=h1:1", "learner n2=h2:1");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> alone.without("n1"))
        .withMessageContaining("at least one voter");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> alone.withLearner("n1=h1:1"))
        .withMessageContaining("at least one voter");
    assertThat(alone.withVoter("n2=h2:1").without("n1")).isEqualTo(read("voter n2=h2:1"));
  }

  @Test
  void cm20_whatCanNotBeIsRefused() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> ABC.without("n9"))
        .withMessage("node n9 is not a member");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> ABC.withVoter("n4=h1:1"))
        .withMessageContaining("address h1:1 is given to more than one node");
    assertThatIllegalArgumentException().isThrownBy(() -> ABC.withVoter("n4"));
  }

  @Test
  void cm05_everyKindSurvivesItsEncoding() {
    Configuration target = ABC.withVoter("n4=h4:1");
    Map<NodeId, UUID> met = Map.of(N2, incarnation("n2", 1));
    for (Configuration c :
        List.of(
            ABC,
            ABC.pinned(met),
            ABC.preparing(target),
            ABC.preparing(target.pinned(met)),
            ABC.jointWith(target),
            ABC.pinned(met).rejoining(N2, incarnation("n2", 2)),
            ABC.pinned(met).preparing(target.rejoining(N2, incarnation("n2", 2))))) {
      for (Configuration clustered : List.of(c, c.withClusterId(CLUSTER))) {
        assertThat(Configuration.fromBytes(clustered.toBytes())).isEqualTo(clustered);
      }
      assertThat(c.withClusterId(CLUSTER)).isNotEqualTo(c);
    }
    assertThat(ABC.preparing(target)).isNotEqualTo(ABC);
    assertThat(ABC.preparing(target).simple()).isEqualTo(ABC);
    assertThat(ABC.jointWith(target).simple()).isEqualTo(target);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "voter n1=h:1\noutgoing n2=h:2\nnext-voter n3=h:3", // prepared and joint
        "voter n1=h:1\nnext-learner n3=h:3",
        "voter n1=h:1\nnext-voter n3=h:3\nnext-voter n3=h:4",
        "voter n1=h:1\nnext-outgoing n3=h:3",
        "voter n1=h:1\nrejoining n1=h:2",
        "rejoining n1=h:2",
        "voter n1=h:1 not-an-incarnation",
        "cluster not-a-cluster\nvoter n1=h:1",
      })
  void cm20_otherBytesAreNoConfiguration(String text) {
    assertThatIllegalArgumentException().isThrownBy(() -> read(text));
  }

  @Test
  void itSaysWhoIsInIt() {
    Configuration prepared = ABC.preparing(ABC.withVoter("n4=h4:1").without("n1"));
    assertThat(prepared.members())
        .extracting(m -> m.id().value())
        .containsExactly("n1", "n2", "n3", "n4");
    assertThat(prepared.isVoter(new NodeId("n4"))).isFalse();
    assertThat(prepared.isVoter(new NodeId("n1"))).isTrue();
    assertThat(prepared.isSimple()).isFalse();
    assertThat(prepared.member(new NodeId("n9"))).isNull();
    assertThat(prepared.hasQuorum(id -> id.value().compareTo("n3") < 0)).isTrue();
  }

  @Test
  void cm14_anotherIncarnationIsAnotherNode() {
    Configuration old = ABC.pinned(Map.of(N2, incarnation("n2", 1)));
    Configuration joint = old.jointWith(old.rejoining(N2, incarnation("n2", 2)));
    assertThat(joint.isVoter(N2)).isFalse();
    assertThat(joint.member(N2).incarnation()).isEqualTo(incarnation("n2", 2));
    assertThat(joint.hasQuorum(id -> true)).isFalse(); // one of two old voters is no majority
    assertThat(joint.quorumIndex(id -> 5)).isEqualTo(Long.MIN_VALUE);
    assertThat(joint.isRejoining(N2)).isTrue();
    assertThat(joint.simple().withLearner("n2=h2:1").isRejoining(N2)).isFalse();
    assertThat(joint.simple().withVoter("n2=h2:1").isRejoining(N2)).isFalse();
    assertThat(joint.simple().without("n2").isRejoining(N2)).isFalse();
  }

  /** A peer may send it in an entry: it is a configuration, or the text is to blame. */
  @Test
  void cm20_whateverTheTextIsNothingElseIsThrown() {
    for (String bad : List.of("", "\n", "voter ", "voter  ", "voter   \n", " ", "next-voter  ")) {
      assertThatIllegalArgumentException().as("\"%s\"", bad).isThrownBy(() -> read(bad));
    }
    String text =
        String.join(
            "\n",
            "cluster " + CLUSTER,
            "voter n1=h1:1" + id("n1", 1) + " 5",
            "rejoining n2=[::1]:1" + id("n2", 1),
            "outgoing n3=h3:1 7",
            "next-voter n1=h1:1",
            "next-learner n4=h4:1",
            "");
    int read = 0;
    for (long seed = 0; seed < 20_000; seed++) {
      byte[] data = mutated(text, new SplittableRandom(seed));
      try {
        Configuration c = Configuration.fromBytes(data);
        assertThat(Configuration.fromBytes(c.toBytes())).as("seed %s", seed).isEqualTo(c);
        read++;
      } catch (IllegalArgumentException e) {
        assertThat(e).as("seed %s", seed).isNotNull();
      }
    }
    assertThat(read).isBetween(100, 19_900);
  }

  /** Some of the lines of a text in any order, and a few characters of them changed. */
  private static byte[] mutated(String text, SplittableRandom random) {
    String[] lines = text.split("(?<=\n)");
    StringBuilder s = new StringBuilder();
    for (int i = random.nextInt(2 * lines.length); i > 0; i--) {
      s.append(lines[random.nextInt(lines.length)]);
    }
    String characters = " \n\r\t-=:.[]019afvnx\u00e9\u0000";
    for (int i = random.nextInt(4); i > 0 && !s.isEmpty(); i--) {
      int at = random.nextInt(s.length());
      int end = at + random.nextInt(Math.min(40, s.length() - at) + 1);
      int from = random.nextInt(characters.length());
      s.replace(at, random.nextBoolean() ? at : end, characters.substring(from, from + 1));
    }
    byte[] data = s.toString().getBytes(StandardCharsets.UTF_8);
    if (data.length > 0 && random.nextInt(4) == 0) {
      data[random.nextInt(data.length)] = (byte) random.nextInt(256);
    }
    return data;
  }
}
