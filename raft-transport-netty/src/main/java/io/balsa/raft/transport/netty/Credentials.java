package io.balsa.raft.transport.netty;

import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.Signature;
import java.security.cert.CertificateException;
import java.security.cert.CertificateExpiredException;
import java.security.cert.CertificateNotYetValidException;
import java.security.cert.X509Certificate;
import java.util.List;
import javax.net.ssl.KeyManager;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509ExtendedTrustManager;

/**
 * Keys that fit together and can be used, and the only place where TLS is set up, for those who
 * call and those who are called.
 *
 * <ul>
 *   <li>TLS 1.3 and nothing else; each side must show a certificate that an authority vouches for.
 *   <li>The own certificate is valid at the time of loading, belongs to the key, has a name of the
 *       own cluster, and the own authorities believe it: so do others who have the same.
 * </ul>
 */
final class Credentials {
  private static final String[] PROTOCOLS = {"TLSv1.3"};

  private final SSLContext context;
  private final Trust trust;
  private final Principal self;

  private Credentials(SSLContext context, Trust trust, Principal self) {
    this.context = context;
    this.trust = trust;
    this.self = self;
  }

  static Credentials of(Tls tls, KeyFiles files) throws IOException {
    List<X509Certificate> chain = files.chain().certificates();
    X509Certificate own = chain.get(0);
    String algorithm = own.getPublicKey().getAlgorithm();
    if (!algorithm.equals("EC") && !algorithm.equals("RSA")) {
      throw files.chain().bad("has an " + algorithm + " key, only EC and RSA can be used");
    }
    checkTime(own, files.chain());
    PrivateKey key = files.key().privateKey(algorithm);
    try {
      checkBelongs(key, own, files);
      checkOrder(chain, files.chain());
      Trust trust = trust(files.authorities());
      Principal self = nameOf(own, tls.clusterName(), files.chain());
      checkBelieved(chain, trust, files);
      SSLContext context = SSLContext.getInstance("TLSv1.3");
      context.init(keyManagers(key, chain), new TrustManager[] {trust}, null);
      return new Credentials(context, trust, self);
    } catch (GeneralSecurityException e) {
      throw new IOException(
          "can't use %s, %s and %s: %s"
              .formatted(files.chain(), files.key(), files.authorities(), e.getMessage()),
          e);
    }
  }

  private static void checkTime(X509Certificate own, PemFile chain) throws IOException {
    try {
      own.checkValidity();
    } catch (CertificateExpiredException e) {
      throw chain.bad("has expired: its certificate was valid until " + until(own));
    } catch (CertificateNotYetValidException e) {
      throw chain.bad(
          "is not valid yet: its certificate begins at " + own.getNotBefore().toInstant());
    }
  }

  private static String until(X509Certificate certificate) {
    return certificate.getNotAfter().toInstant().toString();
  }

  private static void checkBelongs(PrivateKey key, X509Certificate own, KeyFiles files)
      throws GeneralSecurityException, IOException {
    String algorithm = key.getAlgorithm().equals("EC") ? "SHA256withECDSA" : "SHA256withRSA";
    byte[] sample = own.getEncoded();
    Signature signature = Signature.getInstance(algorithm);
    signature.initSign(key);
    signature.update(sample);
    byte[] signed = signature.sign();
    signature.initVerify(own.getPublicKey());
    signature.update(sample);
    if (!signature.verify(signed)) {
      throw files.key().bad("does not belong to the first certificate of " + files.chain().path());
    }
  }

  private static void checkOrder(List<X509Certificate> chain, PemFile file) throws IOException {
    for (int i = 1; i < chain.size(); i++) {
      try {
        chain.get(i - 1).verify(chain.get(i).getPublicKey());
      } catch (GeneralSecurityException e) {
        throw new IOException(
            file + " is no chain: certificate " + (i + 1) + " has not signed the one before it", e);
      }
    }
  }

  private static Principal nameOf(X509Certificate own, String clusterName, PemFile chain)
      throws IOException {
    Principal name;
    try {
      name = CertificateName.of(own);
    } catch (CertificateException e) {
      throw new IOException(chain + " is of no use: " + e.getMessage(), e);
    }
    String cluster =
        name instanceof Principal.Node node ? node.cluster() : ((Principal.Client) name).cluster();
    if (!cluster.equals(clusterName)) {
      throw chain.bad("is for " + name + ", the cluster is named " + clusterName);
    }
    return name;
  }

  private static Trust trust(PemFile authorities) throws GeneralSecurityException, IOException {
    KeyStore store = emptyStore();
    List<X509Certificate> certificates = authorities.certificates();
    for (int i = 0; i < certificates.size(); i++) {
      store.setCertificateEntry("authority-" + i, certificates.get(i));
    }
    TrustManagerFactory factory = TrustManagerFactory.getInstance("PKIX");
    factory.init(store);
    for (TrustManager manager : factory.getTrustManagers()) {
      if (manager instanceof X509ExtendedTrustManager judge) {
        return new Trust(judge);
      }
    }
    throw new GeneralSecurityException("this Java has no PKIX for TLS");
  }

  private static void checkBelieved(List<X509Certificate> chain, Trust trust, KeyFiles files)
      throws IOException {
    try {
      X509Certificate[] certificates = chain.toArray(X509Certificate[]::new);
      trust.checkClientTrusted(certificates, Trust.ANY_KEY);
      if (CertificateName.of(chain.get(0)) instanceof Principal.Node) {
        trust.checkServerTrusted(certificates, Trust.ANY_KEY);
      }
    } catch (CertificateException e) {
      throw new IOException(
          files.chain() + " is not believed by " + files.authorities() + ": " + e.getMessage(), e);
    }
  }

  private static KeyManager[] keyManagers(PrivateKey key, List<X509Certificate> chain)
      throws GeneralSecurityException, IOException {
    KeyStore store = emptyStore();
    store.setKeyEntry("self", key, new char[0], chain.toArray(X509Certificate[]::new));
    KeyManagerFactory factory = KeyManagerFactory.getInstance("SunX509");
    factory.init(store, new char[0]);
    return factory.getKeyManagers();
  }

  /** Lives in memory only. */
  private static KeyStore emptyStore() throws GeneralSecurityException, IOException {
    KeyStore store = KeyStore.getInstance("PKCS12");
    store.load(null, null);
    return store;
  }

  /** Whose the own certificate is. */
  Principal self() {
    return self;
  }

  /** One end of a new connection. */
  SSLEngine engine(boolean calling) {
    SSLEngine engine = context.createSSLEngine();
    engine.setUseClientMode(calling);
    engine.setNeedClientAuth(!calling);
    engine.setEnabledProtocols(PROTOCOLS);
    return engine;
  }

  /** Whether whoever has shown these certificates would be believed now. */
  void check(X509Certificate[] chain, boolean called) throws CertificateException {
    if (called) {
      trust.checkServerTrusted(chain, Trust.ANY_KEY);
    } else {
      trust.checkClientTrusted(chain, Trust.ANY_KEY);
    }
  }
}
