package io.balsa.raft.transport.netty;

import io.balsa.raft.transport.netty.certificates.Authority;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** The files of one owner of keys, in a directory of their own. */
final class KeyDirectory {
  static final String CLUSTER = "orders";

  private final Path dir;

  private KeyDirectory(Path dir) {
    this.dir = dir;
  }

  /** Files that anybody else's with the same authority fit. */
  static KeyDirectory of(Authority authority, String... uris) {
    return of(authority, authority.issue(uris));
  }

  static KeyDirectory of(Authority trusted, Authority.Issued own) {
    try {
      KeyDirectory keys = new KeyDirectory(Files.createTempDirectory(Path.of("target"), "keys-"));
      keys.own(own).trusting(trusted);
      return keys;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static String node(String id) {
    return "raft://" + CLUSTER + "/node/" + id;
  }

  static String client(String name) {
    return "raft://" + CLUSTER + "/client/" + name;
  }

  KeyDirectory own(Authority.Issued own) throws IOException {
    own.writeTo(dir, "own");
    return this;
  }

  KeyDirectory trusting(Authority... authorities) throws IOException {
    StringBuilder all = new StringBuilder();
    for (Authority authority : authorities) {
      all.append(authority.certificate());
    }
    Files.writeString(file("ca.pem"), all);
    return this;
  }

  Path file(String name) {
    return dir.resolve(name);
  }

  Tls.Builder settings() {
    return Tls.builder()
        .clusterName(CLUSTER)
        .certificateChain(file("own.pem"))
        .privateKey(file("own.key"))
        .trustedAuthorities(file("ca.pem"));
  }

  Tls tls() {
    return settings().build();
  }
}
