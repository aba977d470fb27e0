package io.balsa.raft.transport.netty;

import io.balsa.raft.core.NodeId;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.util.Collection;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The name that a certificate proves.
 *
 * <ul>
 *   <li>Exactly one of the subject's alternative names is a URI of the scheme {@code raft}, and it
 *       is a node's or a client's to the letter. Other names are not looked at.
 * </ul>
 */
final class CertificateName {
  private static final String SCHEME = "raft://";
  private static final String PART = "[A-Za-z0-9._-]{1,64}";
  private static final Pattern NAME =
      Pattern.compile(SCHEME + "(" + PART + ")/(node|client)/(" + PART + ")");
  private static final int URI = 6;

  private CertificateName() {}

  static String checked(String clusterName) {
    if (!clusterName.matches(PART)) {
      throw new IllegalArgumentException(
          "the cluster name \"%s\" has not 1 to 64 letters, digits, '.', '_' and '-'"
              .formatted(clusterName));
    }
    return clusterName;
  }

  static Principal of(X509Certificate certificate) throws CertificateException {
    String name = null;
    Collection<List<?>> all = certificate.getSubjectAlternativeNames();
    for (List<?> one : all == null ? List.<List<?>>of() : all) {
      if (one.get(0).equals(URI) && ((String) one.get(1)).startsWith(SCHEME)) {
        if (name != null) {
          throw new CertificateException("it has two names, " + name + " and " + one.get(1));
        }
        name = (String) one.get(1);
      }
    }
    if (name == null) {
      throw new CertificateException(
          "it has no name raft://<cluster>/node/<id> or raft://<cluster>/client/<name>");
    }
    return parse(name);
  }

  private static Principal parse(String name) throws CertificateException {
    Matcher parts = NAME.matcher(name);
    if (!parts.matches()) {
      throw new CertificateException(
          "its name "
              + name
              + " is neither raft://<cluster>/node/<id> nor"
              + " raft://<cluster>/client/<name>");
    }
    return parts.group(2).equals("node")
        ? new Principal.Node(parts.group(1), new NodeId(parts.group(3)))
        : new Principal.Client(parts.group(1), parts.group(3));
  }
}
