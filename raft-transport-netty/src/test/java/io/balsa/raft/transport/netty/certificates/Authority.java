package io.balsa.raft.transport.netty.certificates;

import java.io.IOException;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.Signature;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;

/** Makes certificates for tests, of a kind that nobody else believes. */
public final class Authority {
  private static final byte[] ECDSA_WITH_SHA256 = Der.sequence(Der.oid(1, 2, 840, 10045, 4, 3, 2));
  private static final Duration DAY = Duration.ofDays(1);

  /**
   * A certificate and its key, as the text of PEM files.
   *
   * @param certificate the certificate
   * @param key the key
   */
  public record Issued(String certificate, String key) {
    /**
     * Writes both.
     *
     * @param dir where to
     * @param name the name of the files, to which .pem and .key are added
     * @throws IOException if that fails
     */
    public void writeTo(Path dir, String name) throws IOException {
      Files.writeString(dir.resolve(name + ".pem"), certificate);
      Files.writeString(dir.resolve(name + ".key"), key);
    }
  }

  private final AtomicLong serial = new AtomicLong(1);
  private final String name;
  private final KeyPair keys;
  private final String certificate;

  /**
   * Another authority, with a new key whatever its name.
   *
   * @param name its name
   */
  public Authority(String name) {
    this.name = name;
    this.keys = newKeys();
    Instant now = Instant.now();
    byte[] der = signed(name, keys, List.of(), true, now.minus(DAY), now.plus(DAY));
    this.certificate = pem("CERTIFICATE", der);
  }

  /**
   * Its own certificate.
   *
   * @return the text of a PEM file
   */
  public String certificate() {
    return certificate;
  }

  /**
   * Certifies, for a day from yesterday and one from now, that somebody has these names.
   *
   * @param uris the names
   * @return the certificate and its key
   */
  public Issued issue(String... uris) {
    Instant now = Instant.now();
    return issue(now.minus(DAY), now.plus(DAY), uris);
  }

  /**
   * Certifies that somebody has these names.
   *
   * @param from since when
   * @param until until when
   * @param uris the names
   * @return the certificate and its key
   */
  public Issued issue(Instant from, Instant until, String... uris) {
    KeyPair subject = newKeys();
    byte[] der = signed("somebody", subject, List.of(uris), false, from, until);
    return new Issued(
        pem("CERTIFICATE", der), pem("PRIVATE KEY", subject.getPrivate().getEncoded()));
  }

  private static KeyPair newKeys() {
    try {
      KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
      generator.initialize(256);
      return generator.generateKeyPair();
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  private byte[] signed(
      String subject,
      KeyPair of,
      List<String> uris,
      boolean isAuthority,
      Instant from,
      Instant to) {
    byte[] body =
        Der.sequence(
            Der.tagged(0xa0, Der.integer(BigInteger.TWO)),
            Der.integer(BigInteger.valueOf(serial.getAndIncrement())),
            ECDSA_WITH_SHA256,
            distinguished(name),
            Der.sequence(Der.time(from), Der.time(to)),
            distinguished(subject),
            of.getPublic().getEncoded(),
            Der.tagged(0xa3, Der.sequence(isAuthority ? authority() : alternatives(uris))));
    try {
      Signature signature = Signature.getInstance("SHA256withECDSA");
      signature.initSign(keys.getPrivate());
      signature.update(body);
      return Der.sequence(body, ECDSA_WITH_SHA256, Der.bits(signature.sign()));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  private static byte[] distinguished(String commonName) {
    byte[] attribute = Der.sequence(Der.oid(2, 5, 4, 3), Der.text(commonName));
    return Der.sequence(Der.tagged(0x31, attribute));
  }

  private static byte[] authority() {
    byte[] constraints = Der.octets(Der.sequence(Der.yes()));
    return Der.sequence(Der.oid(2, 5, 29, 19), Der.yes(), constraints);
  }

  private static byte[] alternatives(List<String> uris) {
    List<byte[]> names = new ArrayList<>();
    for (String uri : uris) {
      names.add(Der.tagged(0x86, uri.getBytes(StandardCharsets.US_ASCII)));
    }
    byte[] all = Der.sequence(names.toArray(byte[][]::new));
    return uris.isEmpty() ? new byte[0] : Der.sequence(Der.oid(2, 5, 29, 17), Der.octets(all));
  }

  private static String pem(String label, byte[] der) {
    String base64 = Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(der);
    return "-----BEGIN " + label + "-----\n" + base64 + "\n-----END " + label + "-----\n";
  }
}
