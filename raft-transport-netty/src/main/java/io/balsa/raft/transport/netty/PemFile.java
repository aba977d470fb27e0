package io.balsa.raft.transport.netty;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A PEM file as it was when it was read. Whatever is wrong with it is an {@link IOException} that
 * names the file, and never quotes it.
 *
 * @param what what it is for, in words
 * @param path where it is
 * @param text what was in it
 */
record PemFile(String what, Path path, String text) {
  private static final int MAX_BYTES = 1 << 20;
  private static final Pattern BLOCK =
      Pattern.compile("-----BEGIN ([A-Z0-9 ]+)-----([^-]*)-----END \\1-----");

  static PemFile read(String what, Path path) throws IOException {
    try (InputStream in = Files.newInputStream(path)) {
      byte[] bytes = in.readNBytes(MAX_BYTES + 1);
      if (bytes.length > MAX_BYTES) {
        throw new IOException(what + " " + path + " is longer than " + MAX_BYTES + " bytes");
      }
      return new PemFile(what, path, new String(bytes, StandardCharsets.ISO_8859_1));
    } catch (NoSuchFileException e) {
      throw new IOException("there is no file " + path + " for " + what, e);
    } catch (IOException e) {
      throw new IOException("can't read " + what + " " + path + ": " + Wire.describe(e), e);
    }
  }

  /** All certificates, of which there must be one at least. */
  List<X509Certificate> certificates() throws IOException {
    List<X509Certificate> certificates = new ArrayList<>();
    Matcher blocks = BLOCK.matcher(text);
    while (blocks.find()) {
      if (blocks.group(1).equals("CERTIFICATE")) {
        certificates.add(certificate(bytes(blocks.group(2))));
      }
    }
    if (certificates.isEmpty()) {
      throw bad("has no certificate in it");
    }
    return certificates;
  }

  private X509Certificate certificate(byte[] bytes) throws IOException {
    try {
      CertificateFactory factory = CertificateFactory.getInstance("X.509");
      return (X509Certificate) factory.generateCertificate(new ByteArrayInputStream(bytes));
    } catch (CertificateException e) {
      throw new IOException(this + " has a damaged certificate in it", e);
    }
  }

  /** The only private key, of the algorithm of its certificate. */
  PrivateKey privateKey(String algorithm) throws IOException {
    byte[] bytes = null;
    Matcher blocks = BLOCK.matcher(text);
    while (blocks.find()) {
      String label = blocks.group(1);
      if (label.equals("PRIVATE KEY")) {
        if (bytes != null) {
          throw bad("has two keys in it");
        }
        bytes = bytes(blocks.group(2));
      } else if (label.endsWith("PRIVATE KEY")) {
        throw bad(
            "is an "
                + label
                + ", only PRIVATE KEY can be read: convert it with openssl pkcs8 -topk8 -nocrypt");
      }
    }
    if (bytes == null) {
      throw bad("has no PRIVATE KEY in it");
    }
    try {
      return KeyFactory.getInstance(algorithm).generatePrivate(new PKCS8EncodedKeySpec(bytes));
    } catch (GeneralSecurityException e) {
      throw new IOException(this + " is not the " + algorithm + " key of the certificate", e);
    }
  }

  private byte[] bytes(String base64) throws IOException {
    try {
      return Base64.getMimeDecoder().decode(base64);
    } catch (IllegalArgumentException e) {
      throw new IOException(this + " is damaged: its Base64 is none", e);
    }
  }

  IOException bad(String why) {
    return new IOException(this + " " + why);
  }

  /** What is in it stays secret. */
  @Override
  public String toString() {
    return what + " " + path;
  }
}
