package io.balsa.raft.transport.netty;

import static org.assertj.core.api.Assertions.assertThat;

import io.balsa.raft.transport.netty.certificates.Authority;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Keys and authorities are exchanged while the cluster runs. */
class KeysReloadTest {
  private final Authority old = new Authority("old");
  private final Authority fresh = new Authority("new");
  private final KeyDirectory keys1 = KeyDirectory.of(old, KeyDirectory.node("n1"));
  private final KeyDirectory keys2 = KeyDirectory.of(old, KeyDirectory.node("n2"));
  private final LogLines log = new LogLines();
  private Node n1;
  private Node n2;

  @BeforeEach
  void start() throws IOException {
    n1 = SecureNodes.at("n1", keys1.tls(), log.logger());
    n2 = SecureNodes.at("n2", keys2.tls(), new LogLines().logger());
    Node.connect(n1, n2);
  }

  @AfterEach
  void stop() {
    n1.close();
    n2.close();
  }

  private void assertTheyTalk() {
    n1.awaitRouteTo(n2.id());
    n2.awaitRouteTo(n1.id());
  }

  /** The steps of the manual: trust both, exchange the certificates, trust the new one only. */
  @Test
  void anAuthorityIsExchangedWithoutLosingAConnection() throws IOException {
    for (KeyDirectory keys : new KeyDirectory[] {keys1, keys2}) {
      keys.trusting(old, fresh);
    }
    assertThat(n1.transport.reloadKeys()).isTrue();
    assertThat(n2.transport.reloadKeys()).isTrue();
    keys1.own(fresh.issue(KeyDirectory.node("n1")));
    keys2.own(fresh.issue(KeyDirectory.node("n2")));
    assertThat(n1.transport.reloadKeys()).isTrue();
    assertThat(n2.transport.reloadKeys()).isTrue();
    assertThat(n1.link.send(n2.id(), Node.heartbeat(1))).isTrue();
    assertThat(Node.round(n2.inbox.next().packet())).isEqualTo(1);
    assertThat(n1.inbox.losses).isEmpty();
    assertThat(n2.inbox.losses).isEmpty();
    try (Node n3 =
        SecureNodes.at(
            "n3", KeyDirectory.of(fresh, KeyDirectory.node("n3")).tls(), new LogLines().logger())) {
      Node.connect(n1, n2, n3);
    }
  }

  /** A running connection is as good as the certificates that it was made with. */
  @Test
  void connectionsOfThoseNoLongerTrustedAreClosed() throws IOException {
    keys1.trusting(old, fresh).own(fresh.issue(KeyDirectory.node("n1")));
    assertThat(n1.transport.reloadKeys()).isTrue();
    assertThat(n1.inbox.losses).isEmpty();
    keys1.trusting(fresh);
    assertThat(n1.transport.reloadKeys()).isTrue();
    assertThat(n1.inbox.nextLoss()).isEqualTo(n2.id());
    Node.until(() -> !n1.link.send(n2.id(), Node.heartbeat(1)));
    assertThat(n2.inbox.nextLoss()).isEqualTo(n1.id());
    keys2.trusting(old, fresh).own(fresh.issue(KeyDirectory.node("n2")));
    assertThat(n2.transport.reloadKeys()).isTrue();
    assertTheyTalk();
  }

  @Test
  void nothingHappensWhileTheFilesAreTheSame() {
    assertThat(n1.transport.reloadKeys()).isFalse();
    assertThat(log).isEmpty();
  }

  @Test
  void brokenFilesLeaveTheOldKeysInUseAndAreToldOnce() throws IOException {
    String good = Files.readString(keys1.file("own.key"));
    Files.writeString(keys1.file("own.key"), "half of a k");
    assertThat(n1.transport.reloadKeys()).isFalse();
    assertThat(n1.transport.reloadKeys()).isFalse();
    assertThat(log)
        .containsExactly(
            "warn the keys for raft://orders/node/n1 stay as they were: the private key "
                + keys1.file("own.key")
                + " has no PRIVATE KEY in it");
    try (Node n3 =
        SecureNodes.at(
            "n3", KeyDirectory.of(old, KeyDirectory.node("n3")).tls(), new LogLines().logger())) {
      Node.connect(n1, n2, n3);
    }
    Files.delete(keys1.file("ca.pem"));
    assertThat(n1.transport.reloadKeys()).isFalse();
    assertThat(n1.transport.reloadKeys()).isFalse();
    assertThat(log).hasSize(2);
    Files.writeString(keys1.file("own.key"), good);
    keys1.trusting(old);
    assertThat(n1.transport.reloadKeys()).isTrue();
    assertThat(log).hasSize(3);
  }

  @Test
  void aNodeNeverBecomesAnother() throws IOException {
    keys1.own(old.issue(KeyDirectory.node("n7")));
    assertThat(n1.transport.reloadKeys()).isFalse();
    assertThat(log.get(0)).contains("is for raft://orders/node/n7, this is raft://orders/node/n1");
    assertThat(n1.link.send(n2.id(), Node.heartbeat(1))).isTrue();
  }

  /** Nobody has to ask: the files are looked at again and again. */
  @Test
  void newFilesAreFoundWithoutBeingAskedFor() throws Exception {
    Path file = keys1.file("own.pem");
    try (NettyTransport impatient =
        NettyTransport.open(
            "127.0.0.1:0",
            SecureNodes.lookingForKeysOften(),
            Security.tls(keys1.tls(), log.logger()),
            java.net.InetAddress::getAllByName,
            new java.util.Random(1))) {
      keys1.own(old.issue(KeyDirectory.node("n1")));
      Node.until(
          () -> log.contains("info new keys for raft://orders/node/n1 are in use, from " + file));
      assertThat(impatient.address()).isNotEmpty();
    }
  }
}
