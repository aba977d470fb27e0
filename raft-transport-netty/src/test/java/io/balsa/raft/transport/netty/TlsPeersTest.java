package io.balsa.raft.transport.netty;

import static org.assertj.core.api.Assertions.assertThat;

import io.balsa.raft.core.Member;
import io.balsa.raft.core.NodeId;
import io.balsa.raft.transport.netty.Authorizer.Action;
import io.balsa.raft.transport.netty.certificates.Authority;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFutureListener;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLServerSocket;
import org.junit.jupiter.api.Test;

/** Who gets in by which certificate, and who does not (SE-02, SE-04, TR-09). */
class TlsPeersTest {
  private static final Authority AUTHORITY = SecureNodes.AUTHORITY;

  private static Welcome answer(Node host, String certificate, Hello hello) throws IOException {
    try (Dialogue caller = SecureNodes.dialogue(host, certificate)) {
      caller.say(Dialogue.greeting(hello));
      Welcome answer = caller.answer();
      assertThat(answer.isRefusal()).isTrue();
      assertThat(caller.bytesUntilTheEnd()).isZero();
      return answer;
    }
  }

  private static Welcome answer(Node host, String certificate) throws IOException {
    return answer(host, certificate, BadInput.hello("n2", host.id().value()));
  }

  @Test
  void nodesWithTheRightCertificatesTalk() throws IOException {
    try (Node n1 = SecureNodes.named("n1");
        Node n2 = SecureNodes.named("n2")) {
      Node.connect(n1, n2);
      // A busy machine may lose a connection, and what was queued for it.
      Node.until(
          () -> n1.link.send(n2.id(), Node.entries(7, 50, 2_000)) && !n2.inbox.packets.isEmpty());
      assertThat(Node.round(n2.inbox.next().packet())).isEqualTo(7);
    }
  }

  @Test
  void se02_theNameOfTheCallerIsTheOneInItsCertificate() throws IOException {
    try (Node host = SecureNodes.named("n1")) {
      Welcome answer = answer(host, KeyDirectory.node("n3"));
      assertThat(answer.refusal()).isEqualTo(Refusal.CERTIFICATE);
      assertThat(answer.reason())
          .isEqualTo(
              "a certificate for raft://orders/node/n2 is expected, this one is for"
                  + " raft://orders/node/n3");
      assertThat(answer.isFrom(host.id())).isFalse();
      assertThat(host.inbox.met).isEmpty();
    }
  }

  @Test
  void se02_aClientsCertificateDoesNotMakeAPeer() throws IOException {
    try (Node host = SecureNodes.named("n1")) {
      Welcome answer = answer(host, KeyDirectory.client("n2"));
      assertThat(answer.refusal()).isEqualTo(Refusal.CERTIFICATE);
      assertThat(answer.reason())
          .contains("raft://orders/node/n2 is expected", "for raft://orders/client/n2");
    }
  }

  @Test
  void se02_anotherClustersCertificateOfTheSameAuthorityIsRefused() throws IOException {
    try (Node host = SecureNodes.named("n1")) {
      Welcome answer = answer(host, "raft://bills/node/n2");
      assertThat(answer.refusal()).isEqualTo(Refusal.CERTIFICATE);
      assertThat(answer.reason())
          .contains("raft://orders/node/n2 is expected", "for raft://bills/node/n2");
    }
  }

  @Test
  void se02_aCertificateWithoutANameIsRefused() throws IOException {
    try (Node host = SecureNodes.named("n1")) {
      assertThat(answer(host, "https://n2").reason())
          .contains("it has no name raft://<cluster>/node/<id>");
      assertThat(answer(host, "raft://orders/node/").reason())
          .contains("raft://orders/node/ is neither");
    }
  }

  /** SE-02, TR-15: who lives where n2 should is told nothing, not even who calls. */
  @Test
  void se02_theCallerChecksWhomItHasReached() throws IOException {
    for (String liar : new String[] {KeyDirectory.node("n3"), KeyDirectory.client("n2")}) {
      try (Node n1 = SecureNodes.named("n1");
          ServerSocket server = serverWith(liar)) {
        String address = "127.0.0.1:" + server.getLocalPort();
        n1.link.setPeers(List.of(new Member(new NodeId("n2"), address)));
        try (Socket caller = server.accept()) {
          caller.setSoTimeout(20_000);
          assertThat(caller.getInputStream().read()).isEqualTo(-1);
        }
      }
    }
  }

  private static ServerSocket serverWith(String uri) throws IOException {
    SSLServerSocket server =
        (SSLServerSocket)
            SecureNodes.context(KeyDirectory.of(AUTHORITY, uri))
                .getServerSocketFactory()
                .createServerSocket(0, 10, InetAddress.getByName("127.0.0.1"));
    server.setEnabledProtocols(new String[] {"TLSv1.3"});
    server.setNeedClientAuth(true);
    return server;
  }

  /** TR-09: there is no way back to plain TCP, whoever calls. */
  @Test
  void tr09_aNodeWithTlsAndOneWithoutNeverTalk() throws IOException {
    try (Node secure = SecureNodes.named("n1");
        Node insecure = Node.named("n2");
        Relay there = Relay.to(insecure);
        Relay back = Relay.to(secure)) {
      secure.link.setPeers(List.of(new Member(insecure.id(), there.address())));
      insecure.link.setPeers(List.of(new Member(secure.id(), back.address())));
      there.awaitCalls(6);
      back.awaitCalls(6);
      assertThat(secure.link.send(insecure.id(), Node.heartbeat(1))).isFalse();
      assertThat(insecure.link.send(secure.id(), Node.heartbeat(1))).isFalse();
      assertThat(secure.inbox.met).isEmpty();
      assertThat(insecure.inbox.met).isEmpty();
    }
  }

  private static void assertNotHeard(KeyDirectory keys, String... protocols) throws IOException {
    try (Node host = SecureNodes.named("n1");
        Dialogue caller = SecureNodes.dialogue(host, keys, protocols)) {
      try {
        caller.say(Dialogue.greeting(BadInput.hello("n2", "n1")));
      } catch (IOException expected) {
        assertThat(host.inbox.met).isEmpty();
        return;
      }
      assertThat(caller.bytesUntilTheEnd()).isZero();
      assertThat(host.inbox.met).isEmpty();
    }
  }

  @Test
  void tr09_whoShowsNoCertificateOrOneThatNobodyVouchesForIsNotHeard() throws IOException {
    String n2 = KeyDirectory.node("n2");
    Authority unknown = new Authority("the cluster's authority");
    assertNotHeard(KeyDirectory.of(AUTHORITY, unknown.issue(n2)), "TLSv1.3");
    KeyDirectory none = KeyDirectory.of(AUTHORITY, n2);
    java.nio.file.Files.delete(none.file("own.pem"));
    assertNotHeard(none, "TLSv1.3");
  }

  @Test
  void tr09_whoseCertificateIsOutOfTimeIsNotHeard() throws IOException {
    Duration hour = Duration.ofHours(1);
    Instant over = Instant.now().minus(hour);
    Instant soon = Instant.now().plus(hour);
    String n2 = KeyDirectory.node("n2");
    assertNotHeard(
        KeyDirectory.of(AUTHORITY, AUTHORITY.issue(over.minus(hour), over, n2)), "TLSv1.3");
    assertNotHeard(
        KeyDirectory.of(AUTHORITY, AUTHORITY.issue(soon, soon.plus(hour), n2)), "TLSv1.3");
  }

  @Test
  void tr09_olderTlsIsNotSpoken() throws IOException {
    KeyDirectory keys = KeyDirectory.of(AUTHORITY, KeyDirectory.node("n2"));
    assertNotHeard(keys, "TLSv1.2");
    assertNotHeard(keys, "TLSv1.1");
  }

  // ---- clients

  private static Hello clientHello(Node host) {
    Hello peer = BadInput.hello("shop", host.id().value());
    return new Hello(
        1,
        1,
        Hello.CLIENT,
        Lane.CONSENSUS,
        peer.clusterId(),
        peer.incarnation(),
        peer.node(),
        peer.target(),
        peer.groups(),
        "",
        true,
        false);
  }

  @Test
  void se02_aClientIsServedUnderTheNameInItsCertificate() throws Exception {
    BlockingQueue<Principal> served = new LinkedBlockingQueue<>();
    try (Node host = SecureNodes.named("n1")) {
      host.transport.serveClients(
          (ctx, hello, who) -> {
            served.add(who);
            ctx.writeAndFlush(Unpooled.wrappedBuffer(new byte[] {1}))
                .addListener(ChannelFutureListener.CLOSE);
          });
      try (Dialogue caller = SecureNodes.dialogue(host, KeyDirectory.client("shop"))) {
        caller.say(Dialogue.greeting(clientHello(host)));
        assertThat(caller.bytesUntilTheEnd()).isEqualTo(1);
      }
      assertThat(served.poll(10, TimeUnit.SECONDS))
          .isEqualTo(new Principal.Client("orders", "shop"));
      Welcome asNode = answer(host, KeyDirectory.node("n2"), clientHello(host));
      assertThat(asNode.refusal()).isEqualTo(Refusal.CERTIFICATE);
      assertThat(asNode.reason())
          .contains("raft://orders/client/<name> is expected", "for raft://orders/node/n2");
      Welcome elsewhere = answer(host, "raft://bills/client/shop", clientHello(host));
      assertThat(elsewhere.refusal()).isEqualTo(Refusal.CERTIFICATE);
      assertThat(served).isEmpty();
    }
  }

  // ---- what one may do

  private static Node hostWith(Authorizer authorizer) throws IOException {
    KeyDirectory keys = KeyDirectory.of(AUTHORITY, KeyDirectory.node("n1"));
    Tls tls = keys.settings().authorizer(authorizer).build();
    return SecureNodes.at("n1", tls, new LogLines().logger());
  }

  @Test
  void se04_whomTheAuthorizerDoesNotWantIsNoPeer() throws IOException {
    BlockingQueue<String> asked = new LinkedBlockingQueue<>();
    Authorizer nobody =
        (who, action, group) -> {
          asked.add(who + " " + action + " " + group);
          return false;
        };
    try (Node host = hostWith(nobody)) {
      Welcome answer = answer(host, KeyDirectory.node("n2"));
      assertThat(answer.refusal()).isEqualTo(Refusal.NOT_PERMITTED);
      assertThat(answer.reason())
          .isEqualTo("raft://orders/node/n2 may not be a peer in group main");
      assertThat(asked).containsExactly("raft://orders/node/n2 PEER main");
      assertThat(host.inbox.met).isEmpty();
    }
  }

  @Test
  void se04_anAuthorizerThatFailsHasSaidNo() throws IOException {
    Authorizer failing =
        (who, action, group) -> {
          throw new IllegalStateException("on purpose");
        };
    try (Node host = hostWith(failing)) {
      assertThat(answer(host, KeyDirectory.node("n2")).refusal()).isEqualTo(Refusal.NOT_PERMITTED);
    }
  }

  @Test
  void se04_unlessAskedForNobodyAdministersOverTheWire() {
    Principal node = new Principal.Node("orders", new NodeId("n1"));
    Principal client = new Principal.Client("orders", "shop");
    Principal anonymous = new Principal.Anonymous();
    Security insecure = Security.none();
    for (Action action : Action.values()) {
      boolean isUse = action == Action.CLIENT_READ || action == Action.CLIENT_WRITE;
      boolean isPeer = action == Action.PEER;
      assertThat(Authorizer.DEFAULT.permits(node, action, "g")).isEqualTo(isPeer);
      assertThat(Authorizer.DEFAULT.permits(client, action, "g")).isEqualTo(isUse);
      assertThat(Authorizer.DEFAULT.permits(anonymous, action, "g")).isFalse();
      assertThat(insecure.permits(anonymous, action, "g")).isEqualTo(isPeer || isUse);
    }
  }
}
