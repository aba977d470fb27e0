package io.balsa.raft.transport.netty;

import static org.assertj.core.api.Assertions.assertThat;

import io.balsa.raft.core.NodeId;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * TR-05: whatever a stranger sends to a live port closes the stranger's connection and nothing
 * else. After each test the connections of two nodes are still the ones they had before.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
abstract class BadInput {
  private Node n1;
  private Node n2;

  /** A node like any other, at any free port. */
  abstract Node node(String id) throws IOException;

  /** A connection to a node, made by whoever may say that this is its name. */
  abstract Dialogue with(Node node, String as) throws IOException;

  abstract Limits limits();

  Node target() {
    return n1;
  }

  @BeforeAll
  void start() throws IOException {
    n1 = node("n1");
    n2 = node("n2");
    Node.connect(n1, n2);
  }

  @AfterAll
  void stop() {
    n1.close();
    n2.close();
  }

  @AfterEach
  void othersNoticedNothing() {
    n1.inbox.packets.removeIf(r -> !r.from().equals(n2.id()));
    assertThat(n1.link.send(n2.id(), Node.heartbeat(1))).isTrue();
    assertThat(n1.link.send(n2.id(), Node.proposal(1, 100))).isTrue();
    assertThat(n2.link.send(n1.id(), Node.heartbeat(2))).isTrue();
    assertThat(n2.link.send(n1.id(), Node.proposal(2, 100))).isTrue();
    for (int i = 0; i < 2; i++) {
      assertThat(n1.inbox.next().from()).isEqualTo(n2.id());
      assertThat(n2.inbox.next().from()).isEqualTo(n1.id());
    }
    assertThat(n1.inbox.losses).doesNotContain(n2.id());
    assertThat(n2.inbox.losses).isEmpty();
  }

  static Stream<Arguments> garbage() {
    byte[] magic = Dialogue.MAGIC;
    return Stream.of(
        Arguments.of("HTTP", ascii("GET / HTTP/1.0\r\nHost: x\r\n\r\n")),
        Arguments.of("HTTP/2", ascii("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n")),
        Arguments.of("SSH", ascii("SSH-2.0-OpenSSH_9.6\r\n")),
        Arguments.of("TLS hello", hex("16030100c4010000c00303" + "00".repeat(190))),
        Arguments.of("SMB", hex("00000085ff534d4272000000001853c8")),
        Arguments.of("Redis", ascii("*1\r\n$4\r\nPING\r\n")),
        Arguments.of("zeros", new byte[1000]),
        Arguments.of("ones", hex("ff".repeat(1000))),
        Arguments.of("later framing", hex("8942414c53410a02")),
        Arguments.of("almost magic", hex("8942414c53410d0a")),
        Arguments.of("magic twice", join(magic, magic)),
        Arguments.of("length -1", join(magic, hex("ffffffff"))),
        Arguments.of("length 2^31-1", join(magic, hex("7fffffff"))),
        Arguments.of("length over the limit", join(magic, length(Limits.HANDSHAKE_BYTES + 1))),
        Arguments.of("length 0", join(magic, hex("00000000"))),
        Arguments.of("no protobuf", join(magic, Dialogue.framed(ascii("hello there")))),
        Arguments.of("a packet first", join(magic, Bytes.withLength(0, Node.heartbeat(1)))),
        Arguments.of("nested groups", join(magic, Dialogue.framed(hex("0b".repeat(4000))))));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("garbage")
  void tr05_closesTheConnectionOf(String what, byte[] bytes) throws IOException {
    long start = System.nanoTime();
    try (Dialogue stranger = with(n1, "n2")) {
      stranger.say(bytes);
      int expected = what.equals("later framing") ? Dialogue.MAGIC.length : 0;
      assertThat(stranger.bytesUntilTheEnd()).isEqualTo(expected);
      assertAtOnce(start);
    }
  }

  @Test
  void tr05_closesTheConnectionOfRandomBytes() throws IOException {
    Random random = new Random(5);
    for (int i = 0; i < 100; i++) {
      byte[] bytes = new byte[1 + random.nextInt(200)];
      random.nextBytes(bytes);
      byte[] said = i % 2 == 0 ? bytes : join(Dialogue.MAGIC, Dialogue.framed(bytes));
      try (Dialogue stranger = with(n1, "n2")) {
        stranger.say(said);
        assertThat(stranger.bytesUntilTheEnd()).isZero();
      }
    }
  }

  @Test
  void tr05_bearsThatNothingIsSaid() throws IOException {
    try (Dialogue stranger = with(n1, "n2")) {
      stranger.fallSilent();
      assertThat(stranger.bytesUntilTheEnd()).isZero();
    }
  }

  /** TR-08, and the one byte a second: time for the handshake is limited as a whole. */
  @ParameterizedTest
  @ValueSource(ints = {0, 1, 7, 8, 9, 11, 12, 40})
  void tr08_closesWhoDoesNotFinishTheHandshake(int length) throws IOException {
    try (Dialogue stranger = with(n1, "n2")) {
      stranger.say(Arrays.copyOf(Dialogue.greeting(hello("n2", "n1")), length));
      assertThat(stranger.bytesUntilTheEnd()).isZero();
    }
  }

  /** TR-08: the limits are 6 from one address; the two nodes are not counted, they are done. */
  @Test
  void tr08_limitsUnfinishedHandshakes() throws IOException {
    List<Dialogue> flood = new ArrayList<>();
    try {
      long start = System.nanoTime();
      for (int i = 0; i < 7; i++) {
        flood.add(with(n1, "n2"));
      }
      assertThat(flood.get(6).bytesUntilTheEnd()).isZero();
      assertThat(System.nanoTime() - start).isLessThan(limits().handshakeTimeout().toNanos());
      for (Dialogue stranger : flood) {
        assertThat(stranger.bytesUntilTheEnd()).isZero();
      }
    } finally {
      flood.forEach(Dialogue::close);
    }
    try (Dialogue next = with(n1, "nobody")) {
      next.say(Dialogue.greeting(hello("nobody", "n1")));
      assertThat(next.answer().refusal()).isEqualTo(Refusal.UNKNOWN_NODE);
    }
  }

  /** CM-18, TR-10, TR-15: who is not who he should be is told so. */
  @ParameterizedTest
  @EnumSource(
      value = Refusal.class,
      names = {"NONE", "CERTIFICATE", "NOT_PERMITTED", "FULL"},
      mode = EnumSource.Mode.EXCLUDE)
  void cm18_saysWhyItRefuses(Refusal refusal) throws IOException {
    UUID inc = n2.identity.incarnation();
    UUID other = new UUID(9, 9);
    Hello hello =
        switch (refusal) {
          case NONE, CERTIFICATE, NOT_PERMITTED, FULL -> throw new AssertionError();
          case VERSION -> hello(2, 1, Node.CLUSTER, inc, "n2", "n1", Node.GROUP);
          case ROLE -> hello(1, 3, Node.CLUSTER, inc, "n2", "n1", Node.GROUP);
          case UNKNOWN_GROUP -> hello(1, 1, Node.CLUSTER, inc, "n2", "n1", "elsewhere");
          case OTHER_CLUSTER -> hello(1, 1, other, inc, "n2", "n1", Node.GROUP);
          case OTHER_NODE -> hello(1, 1, Node.CLUSTER, inc, "n2", "n3", Node.GROUP);
          case UNKNOWN_NODE -> hello(1, 1, Node.CLUSTER, inc, "n4", "n1", Node.GROUP);
          case SAME_NODE -> hello(1, 1, Node.CLUSTER, inc, "n1", "n1", Node.GROUP);
          case OTHER_INCARNATION -> hello(1, 1, Node.CLUSTER, other, "n2", "n1", Node.GROUP);
        };
    try (Dialogue stranger = with(n1, hello.node().value())) {
      stranger.say(Dialogue.greeting(hello));
      Welcome answer = stranger.answer();
      assertThat(answer.refusal()).isEqualTo(refusal);
      assertThat(answer.reason()).isNotEmpty();
      assertThat(stranger.bytesUntilTheEnd()).isZero();
    }
  }

  /** A third node to play with, so that its end is not the end of a connection of n1 and n2. */
  private Dialogue guest(Node host) throws IOException {
    Dialogue guest = with(host, "guest");
    guest.say(Dialogue.greeting(hello("guest", host.id().value())));
    assertThat(guest.answer().refusal()).isEqualTo(Refusal.NONE);
    return guest;
  }

  private Node hostOfGuests() throws IOException {
    Node host = node("host");
    host.link.setPeers(List.of(new io.balsa.raft.core.Member(new NodeId("guest"), "127.0.0.1:1")));
    Node.until(
        () -> {
          try (Dialogue first = with(host, "guest")) {
            first.say(Dialogue.greeting(hello("guest", "host")));
            return first.answer().refusal() == Refusal.NONE;
          } catch (IOException e) {
            throw new AssertionError(e);
          }
        });
    host.inbox.nextLoss();
    return host;
  }

  /** Long before a time limit would have closed it. */
  private void assertAtOnce(long start) {
    long passed = System.nanoTime() - start;
    assertThat(passed).isLessThan(limits().handshakeTimeout().toNanos() * 2 / 3);
  }

  static Stream<Arguments> badFrames() {
    return Stream.of(
        Arguments.of("over the limit", length(Node.QUICK.frameBytes() + 1)),
        Arguments.of("of length -1", hex("ffffffff")),
        Arguments.of(
            "of rubbish",
            join(Dialogue.framed(ascii("rubbish")), Bytes.withLength(0, Node.heartbeat(2)))),
        Arguments.of("without a packet", Dialogue.framed(hex("0801"))),
        Arguments.of("of another group", Bytes.withLength(1, Node.heartbeat(3))),
        Arguments.of("of groups 100,000 deep", Dialogue.framed(hex("0b".repeat(100_000)))),
        Arguments.of("of groups deep in a message", Dialogue.framed(hex("3202" + "0b0b"))),
        Arguments.of("of two packets", Dialogue.framed(hex("320208013202" + "0801"))),
        Arguments.of("of term 0", Dialogue.framed(hex("3200"))));
  }

  @ParameterizedTest(name = "a frame {0}")
  @MethodSource("badFrames")
  void tr05_closesAPeerThatSends(String what, byte[] frame) throws IOException {
    try (Node host = hostOfGuests();
        Dialogue guest = guest(host)) {
      long start = System.nanoTime();
      guest.say(join(Bytes.withLength(0, Node.heartbeat(1)), frame));
      guest.bytesUntilTheEnd();
      assertAtOnce(start);
      assertThat(host.inbox.nextLoss()).isEqualTo(new NodeId("guest"));
      assertThat(Node.round(host.inbox.next().packet())).isEqualTo(1);
      assertThat(host.inbox.packets).as("after %s", what).isEmpty();
    }
  }

  /** TR-06: it may be a kind of packet that a later release has; it costs only the reading. */
  @Test
  void tr06_skipsAFrameOfAMillionUnknownFields() throws IOException {
    try (Node host = hostOfGuests();
        Dialogue guest = guest(host)) {
      guest.say(Dialogue.framed(hex("7801".repeat(1_000_000))));
      guest.say(Bytes.withLength(0, Node.heartbeat(6)));
      assertThat(Node.round(host.inbox.next().packet())).isEqualTo(6);
    }
  }

  @Test
  void readsWhatComesByteByByte() throws IOException {
    try (Node host = hostOfGuests();
        Dialogue guest = with(host, "guest")) {
      byte[] all =
          join(
              Dialogue.greeting(hello("guest", "host")),
              join(new byte[4], Bytes.withLength(0, Node.entries(5, 2, 20))));
      for (byte b : all) {
        guest.say(b);
      }
      assertThat(guest.answer().isRefusal()).isFalse();
      assertThat(Node.round(host.inbox.next().packet())).isEqualTo(5);
    }
  }

  @Test
  void readsWhatComesAllAtOnce() throws IOException {
    try (Node host = hostOfGuests();
        Dialogue guest = with(host, "guest")) {
      byte[] all = Dialogue.greeting(hello("guest", "host"));
      for (int round = 1; round <= 100; round++) {
        all = join(all, Bytes.withLength(0, Node.heartbeat(round)));
      }
      guest.say(all);
      for (int round = 1; round <= 100; round++) {
        assertThat(Node.round(host.inbox.next().packet())).isEqualTo(round);
      }
    }
  }

  /** TR-11: what was left of a frame is never continued by another connection. */
  @Test
  void tr11_aFrameCutAtAnyByteIsLostAlone() throws IOException {
    byte[] frame = Bytes.withLength(0, Node.entries(5, 1, 5));
    try (Node host = hostOfGuests()) {
      for (int length = 1; length < frame.length; length++) {
        try (Dialogue guest = guest(host)) {
          guest.say(Arrays.copyOf(frame, length));
        }
        assertThat(host.inbox.nextLoss()).isEqualTo(new NodeId("guest"));
        try (Dialogue guest = guest(host)) {
          guest.say(frame);
          assertThat(Node.round(host.inbox.next().packet())).isEqualTo(5);
        }
        host.inbox.nextLoss();
      }
      assertThat(host.inbox.packets).isEmpty();
    }
  }

  /** TR-11: a peer that lost its connection without our noticing comes again. */
  @Test
  void tr11_theNewerConnectionReplacesTheOlder() throws IOException {
    try (Node host = hostOfGuests();
        Dialogue older = guest(host);
        Dialogue newer = guest(host)) {
      long start = System.nanoTime();
      assertThat(host.inbox.nextLoss()).isEqualTo(new NodeId("guest"));
      older.bytesUntilTheEnd();
      assertAtOnce(start);
      newer.say(Bytes.withLength(0, Node.heartbeat(4)));
      assertThat(Node.round(host.inbox.next().packet())).isEqualTo(4);
      assertThat(host.inbox.losses).isEmpty();
    }
  }

  static Hello hello(String from, String to) {
    UUID incarnation = new UUID(7, 7);
    return hello(1, 1, Node.CLUSTER, incarnation, from, to, Node.GROUP);
  }

  private static Hello hello(
      int version, int role, UUID cluster, UUID inc, String from, String to, String group) {
    NodeId source = new NodeId(from);
    NodeId target = new NodeId(to);
    List<String> groups = List.of(group);
    Lane lane = Lane.CONSENSUS;
    return new Hello(
        version, version, role, lane, cluster, inc, source, target, groups, "", true, false);
  }

  /** Of somebody who may come without being a peer. */
  static Hello guestHello(String from, String to) {
    Hello h = hello(from, to);
    return new Hello(
        1,
        1,
        h.role(),
        h.lane(),
        h.clusterId(),
        h.incarnation(),
        h.node(),
        h.target(),
        h.groups(),
        "127.0.0.1:1",
        true,
        false);
  }

  static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }

  static byte[] hex(String text) {
    return HexFormat.of().parseHex(text);
  }

  static byte[] length(int length) {
    return ByteBuffer.allocate(4).putInt(length).array();
  }

  static byte[] join(byte[] first, byte[] second) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    out.writeBytes(first);
    out.writeBytes(second);
    return out.toByteArray();
  }
}
