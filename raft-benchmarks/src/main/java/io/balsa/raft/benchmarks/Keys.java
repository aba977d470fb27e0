package io.balsa.raft.benchmarks;

import io.balsa.raft.transport.netty.Tls;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;

/**
 * Keys and certificates of the nodes and a client, which vouch for themselves and know each other.
 * Made by the JDK's keytool.
 */
final class Keys {
  private static final String CLUSTER = "benchmark";
  private static final char[] PASSWORD = "benchmark".toCharArray();

  private final Path dir;

  private Keys(Path dir) {
    this.dir = dir;
  }

  /** Makes keys for nodes n1 to n3 and one client. */
  static Keys make(Path dir, List<String> nodes) throws Exception {
    Keys keys = new Keys(Files.createDirectories(dir));
    StringBuilder all = new StringBuilder();
    for (String node : nodes) {
      all.append(keys.issue(node, "node"));
    }
    all.append(keys.issue("load", "client"));
    Files.writeString(dir.resolve("all.pem"), all);
    return keys;
  }

  /** The settings of a node, or of the client "load". */
  Tls of(String owner) {
    return Tls.builder()
        .clusterName(CLUSTER)
        .certificateChain(dir.resolve(owner + ".pem"))
        .privateKey(dir.resolve(owner + ".key"))
        .trustedAuthorities(dir.resolve("all.pem"))
        .build();
  }

  private String issue(String owner, String kind) throws Exception {
    Path store = dir.resolve(owner + ".p12");
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "keytool").toString());
    command.addAll(List.of("-genkeypair", "-alias", "own", "-keyalg", "EC", "-groupname"));
    command.addAll(List.of("secp256r1", "-dname", "CN=" + owner, "-storetype", "PKCS12"));
    command.addAll(List.of("-keystore", store.toString(), "-storepass", new String(PASSWORD)));
    command.addAll(List.of("-ext", "san=uri:raft://" + CLUSTER + "/" + kind + "/" + owner));
    Process keytool = new ProcessBuilder(command).redirectErrorStream(true).start();
    String said = new String(keytool.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    if (keytool.waitFor() != 0) {
      throw new IOException("keytool failed: " + said);
    }
    return export(owner, store);
  }

  private String export(String owner, Path store) throws IOException, GeneralSecurityException {
    KeyStore keys = KeyStore.getInstance("PKCS12");
    try (InputStream in = Files.newInputStream(store)) {
      keys.load(in, PASSWORD);
    }
    String certificate = pem("CERTIFICATE", keys.getCertificate("own").getEncoded());
    Files.writeString(dir.resolve(owner + ".pem"), certificate);
    byte[] key = keys.getKey("own", PASSWORD).getEncoded();
    Files.writeString(dir.resolve(owner + ".key"), pem("PRIVATE KEY", key));
    return certificate;
  }

  private static String pem(String what, byte[] der) {
    byte[] newLine = {'\n'};
    String text = Base64.getMimeEncoder(64, newLine).encodeToString(der);
    return "-----BEGIN " + what + "-----\n" + text + "\n-----END " + what + "-----\n";
  }
}
