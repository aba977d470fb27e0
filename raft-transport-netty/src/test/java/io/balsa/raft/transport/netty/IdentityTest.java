package io.balsa.raft.transport.netty;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.balsa.raft.Identity;
import io.balsa.raft.core.Member;
import io.balsa.raft.core.NodeId;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/**
 * Who is let in, as far as it shows on the wire only; the rest is in the contract of transports.
 */
class IdentityTest {
  private static final UUID INCARNATION = new UUID(5, 5);

  private static Hello hello(String from, Node to, boolean formed, boolean answering, String at) {
    return new Hello(
        1,
        1,
        Hello.PEER,
        Lane.CONSENSUS,
        Node.CLUSTER,
        INCARNATION,
        new NodeId(from),
        to.id(),
        List.of(Node.GROUP),
        at,
        formed,
        answering);
  }

  private static Welcome answer(Node host, Hello hello) throws IOException {
    try (Dialogue caller = Dialogue.with(host)) {
      caller.say(Dialogue.greeting(hello));
      return caller.answer();
    }
  }

  /** CM-15: the one who is refused can tell its owner what to do. */
  @Test
  void cm15_aRefusalSaysWhoIsThereAndWhatToDo() throws IOException {
    try (Node host = Node.named("n1")) {
      UUID known = new UUID(6, 6);
      host.link.setPeers(List.of(new Member(new NodeId("n2"), "127.0.0.1:1", known)));
      Hello[] hello = {hello("n2", host, false, false, "127.0.0.1:1")};
      Node.until(() -> refusal(host, hello[0]) == Refusal.OTHER_INCARNATION);
      Welcome answer = answer(host, hello[0]);
      assertThat(answer.node()).isEqualTo(host.id());
      assertThat(answer.incarnation()).isEqualTo(host.identity.incarnation());
      assertThat(answer.formed()).isTrue();
      assertThat(answer.reason())
          .isEqualTo(
              "n2 has lost its directory or runs with another one: it is incarnation "
                  + INCARNATION
                  + ", the cluster knows "
                  + known
                  + ". Start it with the directory it had; if that is lost, remove n2 from the"
                  + " cluster and add it again");
      assertThat(host.inbox.met).contains(new Inbox.Met(new NodeId("n2"), INCARNATION, false));
    }
  }

  private static Refusal refusal(Node host, Hello hello) {
    try {
      return answer(host, hello).refusal();
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  /** CM-18: a stranger learns nothing, and nothing it says about itself is believed. */
  @Test
  void cm18_whoCallsTheWrongNodeOrClusterLearnsNothing() throws IOException {
    try (Node host = Node.named("n1");
        Node there = Node.named("n3")) {
      Welcome otherNode = answer(host, hello("n2", there, true, false, "127.0.0.1:1"));
      assertThat(otherNode.refusal()).isEqualTo(Refusal.OTHER_NODE);
      assertThat(otherNode.isFrom(host.id())).isFalse();
      Identity elsewhere = new Identity(new UUID(8, 8), host.id(), host.identity.incarnation());
      host.link.introduce(elsewhere, host.address(), true);
      Welcome otherCluster = answer(host, hello("n2", host, true, false, "127.0.0.1:1"));
      assertThat(otherCluster.refusal()).isEqualTo(Refusal.OTHER_CLUSTER);
      assertThat(otherCluster.isFrom(host.id())).isFalse();
      assertThat(host.inbox.met).isEmpty();
    }
  }

  @Test
  void whoOnlyAnswersOrCanNotBeAnsweredIsNoGuest() throws IOException {
    try (Node host = Node.named("n1")) {
      String at = "127.0.0.1:1";
      assertThat(refusal(host, hello("n2", host, true, true, at))).isEqualTo(Refusal.UNKNOWN_NODE);
      assertThat(refusal(host, hello("n2", host, true, false, ""))).isEqualTo(Refusal.UNKNOWN_NODE);
      assertThat(refusal(host, hello("n2", host, false, false, at)))
          .isEqualTo(Refusal.UNKNOWN_NODE);
      assertThat(refusal(host, hello("n2", host, true, false, at))).isEqualTo(Refusal.NONE);
    }
  }

  /** The one that was heard is kept, though it came first. */
  @Test
  void theGuestThatWasIdleForLongestGoes() throws IOException {
    List<Dialogue> guests = new ArrayList<>();
    try (Node host = Node.named("n1")) {
      for (int i = 0; i <= Guests.MAX; i++) {
        if (i == Guests.MAX) {
          guests.get(0).say(Bytes.withLength(0, Node.heartbeat(9)));
          assertThat(Node.round(host.inbox.next().packet())).isEqualTo(9);
        }
        Dialogue guest = Dialogue.with(host);
        guests.add(guest);
        guest.say(Dialogue.greeting(hello("g" + i, host, true, false, "127.0.0.1:1")));
        assertThat(guest.answer().refusal()).isEqualTo(Refusal.NONE);
      }
      guests.get(1).bytesUntilTheEnd();
      for (int i : new int[] {0, 2, Guests.MAX}) {
        guests.get(i).say(Bytes.withLength(0, Node.heartbeat(100 + i)));
        assertThat(Node.round(host.inbox.next().packet())).isEqualTo(100 + i);
      }
    } finally {
      guests.forEach(Dialogue::close);
    }
  }

  @Test
  void anAddressThatIsNoneIsRefused() throws IOException {
    try (Node a = Node.named("n1")) {
      assertThatThrownBy(() -> a.link.introduce(a.identity, "host", true))
          .isInstanceOf(IllegalArgumentException.class);
      assertThatThrownBy(() -> a.transport.join("x", a.identity, "host", true, a.inbox))
          .isInstanceOf(IllegalArgumentException.class);
      Identity other = new Identity(Node.CLUSTER, new NodeId("n2"), INCARNATION);
      assertThatThrownBy(() -> a.link.introduce(other, a.address(), true))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("node n1 can't become n2");
    }
  }
}
