package io.balsa.raft.transport.netty;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/**
 * Where the keys for TLS are, and which cluster they are for. Both ends of every connection show a
 * certificate; its name, a URI among the subject's alternative names, is {@code
 * raft://<cluster>/node/<node id>} for a node and {@code raft://<cluster>/client/<name>} for a
 * client.
 *
 * <p>The files are PEM. They are looked at again every few seconds, and new keys are used for new
 * connections; see {@code docs/operations.md} for how to exchange them.
 */
public final class Tls {
  private final String clusterName;
  private final Path certificateChain;
  private final Path privateKey;
  private final Path trustedAuthorities;
  private final Authorizer authorizer;

  private Tls(Builder builder) {
    this.clusterName = builder.clusterName;
    this.certificateChain = builder.certificateChain;
    this.privateKey = builder.privateKey;
    this.trustedAuthorities = builder.trustedAuthorities;
    this.authorizer = builder.authorizer;
  }

  /**
   * Starts with nothing set.
   *
   * @return a builder
   */
  public static Builder builder() {
    return new Builder();
  }

  String clusterName() {
    return clusterName;
  }

  Path certificateChain() {
    return certificateChain;
  }

  Path privateKey() {
    return privateKey;
  }

  Path trustedAuthorities() {
    return trustedAuthorities;
  }

  Authorizer authorizer() {
    return authorizer;
  }

  @Override
  public String toString() {
    return "TLS for cluster %s with the certificate in %s".formatted(clusterName, certificateChain);
  }

  /** Collects the settings; all but the authorizer are needed. */
  public static final class Builder {
    private String clusterName;
    private Path certificateChain;
    private Path privateKey;
    private Path trustedAuthorities;
    private Authorizer authorizer = Authorizer.DEFAULT;

    private Builder() {}

    /**
     * The name that the certificates have for the cluster.
     *
     * @param name 1 to 64 characters, each a letter, a digit, {@code .}, {@code _} or {@code -}
     * @return this
     * @throws IllegalArgumentException if the name is none
     */
    public Builder clusterName(String name) {
      clusterName = CertificateName.checked(name);
      return this;
    }

    /**
     * The own certificate and, after it, each that has signed the one before, as far as the others
     * do not have them.
     *
     * @param file a PEM file
     * @return this
     */
    public Builder certificateChain(Path file) {
      certificateChain = Objects.requireNonNull(file, "file");
      return this;
    }

    /**
     * The key of the own certificate: RSA or EC, PKCS #8, not encrypted.
     *
     * @param file a PEM file that nobody else can read
     * @return this
     */
    public Builder privateKey(Path file) {
      privateKey = Objects.requireNonNull(file, "file");
      return this;
    }

    /**
     * The authorities whose certificates are believed. Best are some of the cluster's own: with
     * those of everybody, it is the name alone that keeps others out.
     *
     * @param file a PEM file
     * @return this
     */
    public Builder trustedAuthorities(Path file) {
      trustedAuthorities = Objects.requireNonNull(file, "file");
      return this;
    }

    /**
     * Who may do what; {@link Authorizer#DEFAULT} unless it is said.
     *
     * @param decides decides
     * @return this
     */
    public Builder authorizer(Authorizer decides) {
      authorizer = Objects.requireNonNull(decides, "decides");
      return this;
    }

    /**
     * The settings. The files are read when they are used.
     *
     * @return the settings
     * @throws IllegalArgumentException if something is missing, saying what
     */
    public Tls build() {
      List<String> missing = new ArrayList<>();
      addIfNull(clusterName, "clusterName", missing);
      addIfNull(certificateChain, "certificateChain", missing);
      addIfNull(privateKey, "privateKey", missing);
      addIfNull(trustedAuthorities, "trustedAuthorities", missing);
      if (!missing.isEmpty()) {
        throw new IllegalArgumentException("settings of TLS are missing: " + missing);
      }
      return new Tls(this);
    }

    private static void addIfNull(Object value, String name, List<String> missing) {
      if (value == null) {
        missing.add(name);
      }
    }
  }
}
