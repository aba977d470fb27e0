package io.balsa.raft.transport.netty;

import static org.assertj.core.api.Assertions.assertThat;

import io.balsa.raft.transport.netty.certificates.Authority;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import javax.net.ssl.SSLEngine;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * What comes to a port with TLS from those who do not speak it, or not well. Two healthy nodes
 * exchange packets meanwhile, and lose nothing.
 */
class TlsPortTest {
  private static Node n1;
  private static Node n2;
  private static long round;

  @BeforeAll
  static void start() throws IOException {
    n1 = SecureNodes.named("n1");
    n2 = SecureNodes.named("n2");
    Node.connect(n1, n2);
  }

  @AfterAll
  static void stop() {
    n1.close();
    n2.close();
  }

  @AfterEach
  void othersNoticeNothing() {
    assertThat(n1.link.send(n2.id(), Node.heartbeat(++round))).isTrue();
    assertThat(n2.link.send(n1.id(), Node.entries(round, 1, 1000))).isTrue();
    assertThat(Node.round(n1.inbox.next().packet())).isEqualTo(round);
    assertThat(Node.round(n2.inbox.next().packet())).isEqualTo(round);
    assertThat(n1.inbox.losses).isEmpty();
    assertThat(n2.inbox.losses).isEmpty();
  }

  static java.util.stream.Stream<Arguments> garbage() {
    return BadInput.garbage().filter(a -> !a.get()[0].equals("TLS hello"));
  }

  /** TR-05, TR-07, TR-09: what is no TLS is closed at once; at most an alert is the answer. */
  @ParameterizedTest(name = "{0}")
  @MethodSource("garbage")
  void tr09_closesTheConnectionOf(String what, byte[] bytes) throws IOException {
    try (Dialogue stranger = Dialogue.with(n1)) {
      stranger.say(bytes);
      stranger.fallSilent();
      assertThat(stranger.bytesUntilTheEnd()).as(what).isLessThan(20);
    }
  }

  /** A greeting in plain text is not answered, and does not count. */
  @Test
  void tr09_closesWhoDoesNotEncrypt() throws IOException {
    n1.inbox.met.clear();
    try (Dialogue stranger = Dialogue.with(n1)) {
      stranger.say(Dialogue.greeting(BadInput.hello("n3", "n1")));
      assertThat(stranger.bytesUntilTheEnd()).isLessThan(20);
      assertThat(n1.inbox.met).isEmpty();
    }
  }

  /** The first flight of somebody who could go on. */
  static byte[] clientHello() {
    try {
      Authority authority = SecureNodes.AUTHORITY;
      SSLEngine engine =
          SecureNodes.context(KeyDirectory.of(authority, KeyDirectory.node("n2")))
              .createSSLEngine();
      engine.setUseClientMode(true);
      engine.setEnabledProtocols(new String[] {"TLSv1.3"});
      ByteBuffer out = ByteBuffer.allocate(engine.getSession().getPacketBufferSize());
      engine.wrap(ByteBuffer.allocate(0), out);
      return Arrays.copyOf(out.array(), out.position());
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void tr07_aHandshakeCutAtAnyByteEndsAlone() throws IOException {
    byte[] hello = clientHello();
    for (int length = 1; length < hello.length; length++) {
      try (Dialogue stranger = Dialogue.with(n1)) {
        stranger.say(Arrays.copyOf(hello, length));
        stranger.fallSilent();
        stranger.bytesUntilTheEnd();
      }
      if (length % 20 == 0) {
        othersNoticeNothing();
      }
    }
  }

  /** SE-09: what can't be understood, negotiated or computed ends one connection. */
  @Test
  @Timeout(86_400)
  void se09_aDamagedHandshakeEndsAlone() throws IOException {
    long seconds = Long.getLong("balsa.fuzz.seconds", 0);
    long end = System.nanoTime() + seconds * 1_000_000_000L;
    byte[] hello = clientHello();
    for (long seed = 0; seed < 200 || seconds > 0 && System.nanoTime() < end; seed++) {
      byte[] damaged = damaged(hello, new Random(seed));
      try (Dialogue stranger = Dialogue.with(n1)) {
        stranger.say(damaged);
        stranger.fallSilent();
        stranger.bytesUntilTheEnd();
      }
      if (seed % 20 == 0) {
        othersNoticeNothing();
      }
    }
  }

  private static byte[] damaged(byte[] hello, Random random) {
    byte[] bytes = hello.clone();
    for (int i = random.nextInt(4); i >= 0; i--) {
      int place = random.nextInt(random.nextBoolean() ? 60 : bytes.length);
      bytes[place] = (byte) random.nextInt(256);
    }
    return random.nextInt(4) == 0 ? BadInput.join(bytes, bytes) : bytes;
  }

  /** TR-07: a record that promises a handshake of 16 MiB costs what was sent of it. */
  @Test
  void tr07_aPromisedHandshakeOf16MebibytesIsNotWaitedFor() throws IOException {
    List<Dialogue> strangers = new ArrayList<>();
    try {
      for (int i = 0; i < 5; i++) {
        Dialogue stranger = Dialogue.with(n1);
        strangers.add(stranger);
        stranger.say(BadInput.hex("1603010004" + "01ffffff"));
      }
      for (Dialogue stranger : strangers) {
        assertThat(stranger.bytesUntilTheEnd()).isLessThan(20);
      }
    } finally {
      strangers.forEach(Dialogue::close);
    }
  }

  /** TR-08: the time limit is one for TLS and the greeting together. */
  @Test
  void tr08_whoStopsAmidTlsIsClosedInTime() throws IOException {
    byte[] hello = clientHello();
    try (Dialogue silent = Dialogue.with(n1);
        Dialogue half = Dialogue.with(n1);
        Dialogue first = Dialogue.with(n1);
        Dialogue secure = SecureNodes.dialogue(n1, KeyDirectory.node("n3"))) {
      half.say(Arrays.copyOf(hello, 100));
      first.say(hello);
      secure.say(Dialogue.MAGIC);
      assertThat(silent.bytesUntilTheEnd()).isLessThan(20);
      assertThat(half.bytesUntilTheEnd()).isLessThan(20);
      assertThat(first.bytesUntilTheEnd()).isPositive();
      assertThat(secure.bytesUntilTheEnd()).isZero();
    }
  }
}
