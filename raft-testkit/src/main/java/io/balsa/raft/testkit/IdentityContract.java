package io.balsa.raft.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.balsa.raft.Identity;
import io.balsa.raft.Packet;
import io.balsa.raft.Transport;
import io.balsa.raft.core.EntryType;
import io.balsa.raft.core.LogPosition;
import io.balsa.raft.core.Message;
import io.balsa.raft.core.NodeId;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/**
 * The part of {@link TransportContract} that is about who may talk to whom, and what both need.
 *
 * @param <T> the transport under test
 */
abstract class IdentityContract<T extends Transport> {
  static final UUID CLUSTER = new UUID(1, 1);
  static final String GROUP = "group";
  static final Duration MOMENT = Duration.ofMillis(300);

  private final List<Transport> opened = new ArrayList<>();

  /**
   * Opens the transport of one more node, at an address nobody else uses. All transports opened in
   * one test can reach each other.
   *
   * @return the transport
   * @throws IOException if it can't be opened
   */
  protected abstract T open() throws IOException;

  /**
   * Opens a transport where there was one before: the node was restarted.
   *
   * @param address the address of a transport that was closed
   * @return the transport
   * @throws IOException if it can't be opened
   */
  protected abstract T openAt(String address) throws IOException;

  /**
   * Opens a transport for a certain node, where a transport must know which one: it may have keys.
   *
   * @param node the node that is going to join, alone
   * @return the transport, by default any
   * @throws IOException if it can't be opened
   */
  protected T open(NodeId node) throws IOException {
    return open();
  }

  /**
   * The same where there was a transport before.
   *
   * @param node the node that is going to join, alone
   * @param address the address of a transport that was closed
   * @return the transport, by default any
   * @throws IOException if it can't be opened
   */
  protected T openAt(NodeId node, String address) throws IOException {
    return openAt(address);
  }

  /**
   * Where others reach a transport.
   *
   * @param transport what was opened
   * @return {@code host:port}
   */
  protected abstract String address(T transport);

  @AfterEach
  void closeAll() throws IOException {
    for (Transport transport : opened) {
      transport.close();
    }
  }

  T opened(T transport) {
    opened.add(transport);
    return transport;
  }

  static Identity identity(String id) {
    return new Identity(CLUSTER, new NodeId(id), UUID.nameUUIDFromBytes(new byte[] {1}));
  }

  TransportEnd node(String id) throws IOException {
    return node(identity(id));
  }

  TransportEnd node(Identity identity) throws IOException {
    T transport = opened(open(identity.nodeId()));
    return new TransportEnd(transport, address(transport), GROUP, identity);
  }

  static void acquaint(TransportEnd... nodes) {
    for (TransportEnd node : nodes) {
      node.setPeers(nodes);
    }
    for (TransportEnd from : nodes) {
      for (TransportEnd to : nodes) {
        if (from != to) {
          from.reaches(to);
        }
      }
    }
  }

  static Packet heartbeat(long round) {
    return new Packet.Raft(new Message.AppendEntries(1, round, LogPosition.ZERO, 0, List.of()));
  }

  static Packet proposal(int bytes) {
    return new Packet.Proposals(
        List.of(new Packet.Proposal(1, EntryType.COMMAND, new byte[bytes])));
  }

  static void hearsNothing(TransportEnd from, TransportEnd to) {
    boolean heard =
        Await.within(
            MOMENT,
            () -> {
              from.send(to, heartbeat(77));
              return to.hasHeard(heartbeat(77));
            });
    assertThat(heard).as("%s hears %s", to, from).isFalse();
  }

  /** What was on its way when it was cut off may still come; after that nothing does. */
  static void hearsNothingAnyMore(TransportEnd from, TransportEnd to) {
    Await.until(
        from + " is cut off from " + to,
        () -> {
          to.forget();
          return !Await.within(
              MOMENT,
              () -> {
                from.send(to, heartbeat(77));
                return to.hasHeard(heartbeat(77));
              });
        });
  }

  private static Identity other(TransportEnd node) {
    return new Identity(node.identity().clusterId(), node.id(), UUID.randomUUID());
  }

  private TransportEnd unformed(Identity identity) throws IOException {
    T transport = opened(open(identity.nodeId()));
    return new TransportEnd(transport, address(transport), GROUP, identity, false);
  }

  /** The same address, and an empty directory. */
  private TransportEnd wiped(TransportEnd before) throws IOException {
    before.transport().close();
    T transport = opened(openAt(before.identity().nodeId(), before.address()));
    return new TransportEnd(transport, before.address(), GROUP, other(before), false);
  }

  private static Identity elsewhere(String id) {
    return new Identity(new UUID(8, 8), new NodeId(id), UUID.randomUUID());
  }

  private static void meets(TransportEnd one, TransportEnd other, boolean formed) {
    Await.until(one + " has met " + other, () -> one.hasMet(other, formed));
  }

  private static void hearNothingOfEachOther(TransportEnd one, TransportEnd other) {
    hearsNothing(one, other);
    hearsNothing(other, one);
  }

  private static void talk(TransportEnd one, TransportEnd other) {
    one.reaches(other);
    other.reaches(one);
  }

  /** What this end holds open stays open, for a moment at least. */
  private static void losesNobody(TransportEnd... ends) {
    for (TransportEnd end : ends) {
      assertThat(Await.within(MOMENT, end::hasLostSomebody)).as("%s lost one", end).isFalse();
    }
  }

  private static void forgetLosses(TransportEnd... ends) {
    for (TransportEnd end : ends) {
      end.forgetLosses();
    }
  }

  @Test
  void whoIsCalledAndWhoCallsLearnWhoTheOtherIs() throws IOException {
    TransportEnd a = node("n1");
    TransportEnd b = unformed(identity("n2"));
    a.setPeers(b);
    meets(a, b, false);
    meets(b, a, true);
    assertThat(a.hasMet(b, true)).isFalse();
    assertThat(b.hasMet(a, false)).isFalse();
  }

  // ---- incarnations

  @Test
  void cm15_anotherIncarnationThanTheOneKnownIsRefusedAndReported() throws IOException {
    TransportEnd a = node("n1");
    TransportEnd b = node("n2");
    a.setPeers(List.of(b.member().withIncarnation(UUID.randomUUID())));
    b.setPeers(a);
    hearNothingOfEachOther(a, b);
    meets(a, b, true);
    meets(b, a, true);
    assertThat(a.hasLost(b)).as("a connection that was never open").isFalse();
    a.setPeers(List.of(b.pinned()));
    talk(a, b);
  }

  @Test
  void cm15_itIsRefusedByWhoeverCallsToo() throws IOException {
    TransportEnd a = node("n1");
    TransportEnd b = node("n2");
    a.setPeers(List.of(b.member().withIncarnation(UUID.randomUUID())));
    meets(a, b, true);
    hearNothingOfEachOther(a, b);
  }

  @Test
  void cm15_aNodeThatLostItsDirectoryIsNotTheOneItWas() throws IOException {
    TransportEnd a = node("n1");
    TransportEnd b = node("n2");
    TransportEnd c = node("n3");
    acquaint(a, b, c);
    a.setPeers(List.of(b.pinned(), c.pinned()));
    talk(a, b);
    TransportEnd again = wiped(b);
    again.setPeers(a, c);
    meets(a, again, false);
    hearNothingOfEachOther(a, again);
    talk(a, c);
    a.setPeers(List.of(again.pinned(), c.pinned()));
    talk(a, again);
  }

  @Test
  void cm15_aConnectionWithAnotherIncarnationIsClosedWhenTheRightOneIsKnown() throws IOException {
    TransportEnd a = node("n1");
    TransportEnd b = node("n2");
    acquaint(a, b);
    a.setPeers(List.of(b.member().withIncarnation(UUID.randomUUID())));
    Await.until("n1 loses n2", () -> a.hasLost(b));
    Await.until("n2 loses n1", () -> b.hasLost(a));
    Await.until("n2 is gone", () -> !a.send(b, heartbeat(1)));
    hearsNothingAnyMore(b, a);
    hearsNothingAnyMore(a, b);
  }

  @Test
  void cm14_aNodeIdThatIsUsedAgainIsAnotherNode() throws IOException {
    TransportEnd a = node("n1");
    TransportEnd b = node("n2");
    TransportEnd c = node("n3");
    acquaint(a, b, c);
    a.setPeers(List.of(b.pinned()));
    TransportEnd again = wiped(c);
    again.setPeers(a);
    meets(a, again, false);
    hearNothingOfEachOther(a, again);
    a.setPeers(List.of(b.pinned(), c.pinned()));
    hearNothingOfEachOther(a, again);
    a.setPeers(List.of(b.pinned(), again.pinned()));
    talk(a, again);
  }

  // ---- others than peers

  @Test
  void cm08_aNodeThatWasRemovedIsHeardAndAnswered() throws IOException {
    TransportEnd a = node("n1");
    TransportEnd b = node("n2");
    TransportEnd removed = node("n3");
    acquaint(a, b, removed);
    a.setPeers(b);
    Await.until("n3 hears that it was removed", () -> removed.hasLost(a));
    removed.reaches(a);
    a.reaches(removed);
    a.tell(removed, heartbeat(31));
    removed.setPeers(b);
    Await.until("n3 is gone", () -> !a.send(removed, heartbeat(1)));
  }

  @Test
  void whoIsNoPeerIsHeardAndAnsweredIfItHasALog() throws IOException {
    TransportEnd a = node("n1");
    TransportEnd other = node("n2");
    other.setPeers(List.of(a.pinned()));
    meets(a, other, true);
    talk(other, a);
    other.transport().close();
    Await.until("n2 is gone", () -> a.hasLost(other) && !a.send(other, heartbeat(1)));
  }

  @Test
  void whoIsNoPeerAndHasNoLogIsNotHeard() throws IOException {
    TransportEnd a = node("n1");
    TransportEnd stranger = unformed(identity("n3"));
    stranger.setPeers(a);
    hearNothingOfEachOther(stranger, a);
    a.setPeers(stranger);
    talk(a, stranger);
  }

  /** In the order in which they come, each is answered as long as it calls. */
  @Test
  void notEverybodyWhoCallsIsRemembered() throws IOException {
    TransportEnd host = node("host");
    List<TransportEnd> guests = new ArrayList<>();
    for (int i = 1; i <= 20; i++) {
      TransportEnd guest = node("g" + i);
      guest.setPeers(host);
      talk(guest, host);
      guests.add(guest);
      assertThat(guests.stream().filter(g -> host.send(g, heartbeat(1))).count())
          .isBetween(1L, 16L);
    }
    guests.get(0).reaches(host);
  }

  @Test
  void aGuestThatBecomesAPeerKeepsItsConnections() throws IOException {
    TransportEnd a = node("n1");
    TransportEnd b = node("n2");
    b.setPeers(a);
    talk(b, a);
    forgetLosses(a, b);
    a.setPeers(List.of(b.pinned()));
    losesNobody(a, b);
    talk(a, b);
  }

  // ---- clusters

  @Test
  void cm18_anotherClusterIsNeitherHeardNorMet() throws IOException {
    TransportEnd a = node("n1");
    TransportEnd b = node("n2");
    TransportEnd stranger = node(elsewhere("n3"));
    acquaint(a, b);
    stranger.setPeers(a, b);
    a.setPeers(b, stranger);
    b.setPeers(a, stranger);
    hearNothingOfEachOther(stranger, a);
    talk(a, b);
    assertThat(a.hasMetAnybodyCalled(stranger)).isFalse();
    assertThat(stranger.hasMetAnybodyCalled(a)).isFalse();
  }

  @Test
  void cm18_aNodeWithoutALogIsCalledByAnyCluster() throws IOException {
    TransportEnd leader = node("n1");
    TransportEnd fresh = unformed(elsewhere("n2"));
    leader.setPeers(List.of(fresh.pinned()));
    meets(leader, fresh, false);
    talk(leader, fresh);
  }

  @Test
  void cm18_aNodeBelongsToOneClusterOnceItHasItsLog() throws IOException {
    TransportEnd leader = node("n1");
    TransportEnd fresh = unformed(elsewhere("n2"));
    TransportEnd stranger = node(elsewhere("n3"));
    leader.setPeers(fresh);
    talk(leader, fresh);
    Identity joined = new Identity(CLUSTER, fresh.id(), fresh.identity().incarnation());
    forgetLosses(leader, fresh);
    fresh.introduce(joined, true);
    losesNobody(leader, fresh);
    talk(leader, fresh);
    stranger.setPeers(fresh);
    hearNothingOfEachOther(stranger, fresh);
    TransportEnd follower = node("n4");
    follower.setPeers(fresh);
    meets(follower, fresh, true);
  }

  @Test
  void cm17_nodesWithoutLogsHearThoseOfTheirOwnClusterOnly() throws IOException {
    TransportEnd a = unformed(identity("n1"));
    TransportEnd b = unformed(identity("n2"));
    TransportEnd stranger = unformed(elsewhere("n3"));
    a.setPeers(b, stranger);
    b.setPeers(a, stranger);
    stranger.setPeers(a, b);
    talk(a, b);
    hearNothingOfEachOther(a, stranger);
    assertThat(a.hasMetAnybodyCalled(stranger)).isFalse();
  }

  /** Two that were set up anew and one that has the old log: it does not follow them. */
  @Test
  void cm17_aNodeWithALogHearsOnlyPeersAmongThoseWithout() throws IOException {
    TransportEnd old = node("n1");
    TransportEnd b = node("n2");
    TransportEnd c = node("n3");
    acquaint(old, b, c);
    old.setPeers(List.of(b.pinned(), c.pinned()));
    TransportEnd freshB = wiped(b);
    TransportEnd freshC = wiped(c);
    freshB.setPeers(old, freshC);
    freshC.setPeers(old, freshB);
    talk(freshB, freshC);
    hearNothingOfEachOther(old, freshB);
    hearNothingOfEachOther(old, freshC);
  }

  // ---- changes

  @Test
  void whatFitsStaysConnected() throws IOException {
    TransportEnd a = node("n1");
    TransportEnd b = node("n2");
    TransportEnd c = node("n3");
    acquaint(a, b, c);
    forgetLosses(a, b, c);
    a.setPeers(b, c);
    a.setPeers(List.of(b.pinned(), c.pinned()));
    a.introduce(a.identity(), true);
    a.setPeers(b, c);
    losesNobody(a, b, c);
    a.setPeers(b);
    Await.until("n3 hears that n1 left", () -> c.hasLost(a));
    losesNobody(b);
    assertThat(a.hasLost(b)).isFalse();
    talk(a, b);
  }

  @Test
  void aPeerIsFollowedToAnotherAddress() throws IOException {
    TransportEnd a = node("n1");
    TransportEnd b = node("n2");
    acquaint(a, b);
    b.transport().close();
    TransportEnd moved = node(b.identity());
    moved.setPeers(a);
    a.setPeers(List.of(moved.pinned()));
    talk(a, moved);
  }

  @Test
  void nobodyBecomesAnotherNode() throws IOException {
    TransportEnd a = node("n1");
    assertThatThrownBy(() -> a.introduce(identity("n2"), true))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
