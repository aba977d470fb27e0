package io.balsa.raft.transport.netty;

import io.balsa.raft.Identity;
import io.balsa.raft.core.NodeId;
import io.balsa.raft.transport.netty.certificates.Authority;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import org.slf4j.Logger;

/** Nodes on loopback that speak TLS, and strangers that speak it, too. */
final class SecureNodes {
  /** As {@link Node#QUICK}, with time for some arithmetic. */
  static final Limits LIMITS = limits(Duration.ofHours(1));

  static final Authority AUTHORITY = new Authority("the cluster's authority");

  private SecureNodes() {}

  static Limits lookingForKeysOften() {
    return limits(Duration.ofMillis(20));
  }

  private static Limits limits(Duration keyCheck) {
    return new Limits(
        4 << 20,
        64 << 10,
        2 << 20,
        64L << 20,
        64L << 20,
        8,
        6,
        100,
        50,
        Duration.ofMillis(1000),
        Duration.ofMillis(5000),
        Duration.ofSeconds(20),
        Duration.ofMillis(200),
        Duration.ofMillis(1500),
        keyCheck,
        Duration.ofMillis(10),
        Duration.ofMillis(100));
  }

  static Node named(String id) throws IOException {
    return at(id, KeyDirectory.of(AUTHORITY, KeyDirectory.node(id)).tls(), new LogLines().logger());
  }

  static Node at(String id, Tls tls, Logger log) throws IOException {
    Identity identity = new Identity(Node.CLUSTER, new NodeId(id), UUID.randomUUID());
    return Node.at(identity, "127.0.0.1:0", LIMITS, Security.tls(tls, log));
  }

  /** A stranger with these files. */
  static Dialogue dialogue(Node node, KeyDirectory keys, String... protocols) throws IOException {
    return new Dialogue(socket(node, keys, protocols));
  }

  /** A stranger with a certificate of the right authority. */
  static Dialogue dialogue(Node node, String uri) throws IOException {
    return dialogue(node, KeyDirectory.of(AUTHORITY, uri), "TLSv1.3");
  }

  private static SSLSocket socket(Node node, KeyDirectory keys, String... protocols)
      throws IOException {
    Socket plain = new Socket(InetAddress.getByName("127.0.0.1"), node.port());
    SSLSocket socket =
        (SSLSocket)
            context(keys).getSocketFactory().createSocket(plain, "127.0.0.1", node.port(), true);
    socket.setEnabledProtocols(protocols);
    return socket;
  }

  /** Whatever the files hold is used, whether or not it is any good. */
  static SSLContext context(KeyDirectory keys) throws IOException {
    try {
      KeyStore own = KeyStore.getInstance("PKCS12");
      own.load(null, null);
      if (keys.file("own.pem").toFile().exists()) {
        List<X509Certificate> chain = PemFile.read("", keys.file("own.pem")).certificates();
        own.setKeyEntry(
            "own",
            PemFile.read("", keys.file("own.key")).privateKey("EC"),
            new char[0],
            chain.toArray(X509Certificate[]::new));
      }
      KeyStore trusted = KeyStore.getInstance("PKCS12");
      trusted.load(null, null);
      trusted.setCertificateEntry(
          "ca", PemFile.read("", keys.file("ca.pem")).certificates().get(0));
      KeyManagerFactory keyFactory = KeyManagerFactory.getInstance("SunX509");
      keyFactory.init(own, new char[0]);
      TrustManagerFactory trust = TrustManagerFactory.getInstance("PKIX");
      trust.init(trusted);
      TrustManager[] managers = trust.getTrustManagers();
      SSLContext context = SSLContext.getInstance("TLS");
      context.init(keyFactory.getKeyManagers(), managers, null);
      return context;
    } catch (GeneralSecurityException e) {
      throw new IOException(e);
    }
  }
}
