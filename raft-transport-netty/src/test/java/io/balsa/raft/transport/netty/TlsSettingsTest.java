package io.balsa.raft.transport.netty;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.balsa.raft.Identity;
import io.balsa.raft.core.NodeId;
import io.balsa.raft.transport.netty.certificates.Authority;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** TR-09: keys that are not there, not all there or no good are an error, not a warning. */
class TlsSettingsTest {
  private static final Authority AUTHORITY = SecureNodes.AUTHORITY;

  private static void assertRefused(KeyDirectory keys, String... words) {
    assertThatThrownBy(() -> NettyTransport.bind("127.0.0.1:0", keys.tls()).close())
        .isInstanceOf(IOException.class)
        .message()
        .contains(words)
        .doesNotContain("BEGIN");
  }

  private static KeyDirectory good() {
    return KeyDirectory.of(AUTHORITY, KeyDirectory.node("n1"));
  }

  @Test
  void tr09_settingsThatAreNotAllThereNameWhatIsMissing() {
    Path file = Path.of("x.pem");
    assertThatThrownBy(() -> Tls.builder().certificateChain(file).build())
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("clusterName, privateKey, trustedAuthorities");
    assertThatThrownBy(() -> Tls.builder().clusterName("c").privateKey(file).build())
        .hasMessageContaining("certificateChain, trustedAuthorities");
    assertThatThrownBy(() -> Tls.builder().clusterName("a/b")).hasMessageContaining("a/b");
    assertThatThrownBy(() -> Tls.builder().build())
        .hasMessageContaining("clusterName, certificateChain, privateKey, trustedAuthorities");
  }

  @Test
  void tr09_filesThatCanNotBeReadAreNamed() throws IOException {
    for (String name : new String[] {"own.pem", "own.key", "ca.pem"}) {
      KeyDirectory gone = good();
      Files.delete(gone.file(name));
      assertRefused(gone, "there is no file " + gone.file(name));
      KeyDirectory directory = good();
      Files.delete(directory.file(name));
      Files.createDirectory(directory.file(name));
      assertRefused(directory, "can't read", directory.file(name).toString());
      KeyDirectory empty = good();
      Files.writeString(empty.file(name), "");
      assertRefused(empty, empty.file(name) + " has no", "in it");
      KeyDirectory huge = good();
      Files.write(huge.file(name), new byte[(1 << 20) + 1]);
      assertRefused(huge, huge.file(name) + " is longer than 1048576 bytes");
    }
  }

  @Test
  void tr09_damagedFilesAreNamed() throws IOException {
    for (String name : new String[] {"own.pem", "own.key", "ca.pem"}) {
      KeyDirectory cut = good();
      String text = Files.readString(cut.file(name));
      int middle = text.length() / 2;
      Files.writeString(cut.file(name), text.substring(0, middle) + text.substring(middle + 8));
      assertRefused(cut, cut.file(name).toString());
      KeyDirectory half = good();
      Files.writeString(half.file(name), text.substring(0, middle));
      assertRefused(half, half.file(name) + " has no");
    }
  }

  @Test
  void tr09_keysOfOtherFormsSayWhatToDo() throws IOException {
    for (String label : new String[] {"EC PRIVATE KEY", "ENCRYPTED PRIVATE KEY"}) {
      KeyDirectory keys = good();
      String text = Files.readString(keys.file("own.key"));
      Files.writeString(keys.file("own.key"), text.replace("PRIVATE KEY", label));
      assertRefused(keys, keys.file("own.key").toString(), label, "openssl pkcs8");
    }
  }

  @Test
  void tr09_filesThatDoNotFitTogetherAreNamed() throws IOException {
    KeyDirectory keys = good();
    Files.writeString(keys.file("own.key"), AUTHORITY.issue(KeyDirectory.node("n1")).key());
    assertRefused(
        keys, keys.file("own.key") + " does not belong to", keys.file("own.pem").toString());
    KeyDirectory other = good().trusting(new Authority("another"));
    assertRefused(
        other,
        other.file("own.pem").toString(),
        "not believed by",
        other.file("ca.pem").toString());
    KeyDirectory chain = good();
    String own = Files.readString(chain.file("own.pem"));
    Files.writeString(chain.file("own.pem"), own + new Authority("another").certificate());
    assertRefused(chain, chain.file("own.pem") + " is no chain: certificate 2");
  }

  @Test
  void tr09_certificatesOutOfTimeAreNamed() {
    Instant now = Instant.now();
    Duration hour = Duration.ofHours(1);
    String n1 = KeyDirectory.node("n1");
    Instant over = now.minus(hour);
    KeyDirectory expired = KeyDirectory.of(AUTHORITY, AUTHORITY.issue(over.minus(hour), over, n1));
    assertRefused(expired, expired.file("own.pem") + " has expired");
    Instant soon = now.plus(hour);
    KeyDirectory early = KeyDirectory.of(AUTHORITY, AUTHORITY.issue(soon, soon.plus(hour), n1));
    assertRefused(early, early.file("own.pem") + " is not valid yet");
  }

  @Test
  void se02_aNodeNeedsExactlyOneNameAndOneOfItsOwnCluster() {
    assertRefused(KeyDirectory.of(AUTHORITY), "has no name raft://");
    assertRefused(KeyDirectory.of(AUTHORITY, "https://x/y"), "has no name raft://");
    assertRefused(KeyDirectory.of(AUTHORITY, "raft://orders/n1"), "raft://orders/n1 is neither");
    assertRefused(KeyDirectory.of(AUTHORITY, "raft://orders/node/a/b"), "is neither");
    assertRefused(
        KeyDirectory.of(AUTHORITY, KeyDirectory.node("n1"), KeyDirectory.node("n2")),
        "has two names");
    assertRefused(
        KeyDirectory.of(AUTHORITY, "raft://bills/node/n1"),
        "is for raft://bills/node/n1, the cluster is named orders");
    assertRefused(
        KeyDirectory.of(AUTHORITY, KeyDirectory.client("shop")),
        "is for raft://orders/client/shop; a node needs raft://orders/node/<node id>");
  }

  @Test
  void se02_aNodeJoinsUnderTheNameOfItsCertificateOnly() throws IOException {
    try (NettyTransport transport = NettyTransport.bind("127.0.0.1:0", good().tls())) {
      Identity other = new Identity(Node.CLUSTER, new NodeId("n2"), UUID.randomUUID());
      assertThatThrownBy(() -> transport.join("g", other, transport.address(), true, new Inbox()))
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining("node n2 can't use the certificate")
          .hasMessageContaining("raft://orders/node/n1");
    }
  }

  @Test
  void otherNamesInACertificateDoNotMatter() throws IOException {
    KeyDirectory keys =
        KeyDirectory.of(AUTHORITY, "spiffe://x/y", KeyDirectory.node("n1"), "https://z");
    NettyTransport.bind("127.0.0.1:0", keys.tls()).close();
    assertThat(keys.tls())
        .hasToString("TLS for cluster orders with the certificate in " + keys.file("own.pem"));
  }
}
