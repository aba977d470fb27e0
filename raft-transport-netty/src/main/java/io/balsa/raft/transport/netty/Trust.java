package io.balsa.raft.transport.netty;

import java.net.Socket;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.X509ExtendedTrustManager;

/**
 * Java's own judgement of certificates, with reasons that say which one it was about. What Java
 * does not believe is never believed here.
 */
final class Trust extends X509ExtendedTrustManager {
  /** What TLS 1.3 says of the kind of key, which is nothing. */
  static final String ANY_KEY = "UNKNOWN";

  private final X509ExtendedTrustManager judge;

  Trust(X509ExtendedTrustManager judge) {
    this.judge = judge;
  }

  private interface Judgement {
    void run() throws CertificateException;
  }

  private static void explained(X509Certificate[] chain, Judgement judgement)
      throws CertificateException {
    try {
      judgement.run();
    } catch (CertificateException e) {
      throw new CertificateException(
          "the certificate of " + nameOf(chain[0]) + " is not trusted: " + rootOf(e), e);
    }
  }

  private static String nameOf(X509Certificate certificate) {
    String issuer = " issued by " + certificate.getIssuerX500Principal().getName();
    try {
      return CertificateName.of(certificate) + issuer;
    } catch (CertificateException e) {
      return certificate.getSubjectX500Principal().getName() + issuer;
    }
  }

  private static String rootOf(Throwable failure) {
    Throwable root = failure;
    while (root.getCause() != null) {
      root = root.getCause();
    }
    return root.getMessage() == null ? root.getClass().getSimpleName() : root.getMessage();
  }

  @Override
  public void checkClientTrusted(X509Certificate[] chain, String authType)
      throws CertificateException {
    explained(chain, () -> judge.checkClientTrusted(chain, authType));
  }

  @Override
  public void checkServerTrusted(X509Certificate[] chain, String authType)
      throws CertificateException {
    explained(chain, () -> judge.checkServerTrusted(chain, authType));
  }

  @Override
  public void checkClientTrusted(X509Certificate[] chain, String authType, SSLEngine engine)
      throws CertificateException {
    explained(chain, () -> judge.checkClientTrusted(chain, authType, engine));
  }

  @Override
  public void checkServerTrusted(X509Certificate[] chain, String authType, SSLEngine engine)
      throws CertificateException {
    explained(chain, () -> judge.checkServerTrusted(chain, authType, engine));
  }

  @Override
  public void checkClientTrusted(X509Certificate[] chain, String authType, Socket socket)
      throws CertificateException {
    explained(chain, () -> judge.checkClientTrusted(chain, authType, socket));
  }

  @Override
  public void checkServerTrusted(X509Certificate[] chain, String authType, Socket socket)
      throws CertificateException {
    explained(chain, () -> judge.checkServerTrusted(chain, authType, socket));
  }

  @Override
  public X509Certificate[] getAcceptedIssuers() {
    return judge.getAcceptedIssuers();
  }
}
