package io.balsa.raft.transport.netty;

import java.io.IOException;

/**
 * The three files of {@link Tls} as they were at one time, which need not fit together. Equal if
 * every byte of them is.
 *
 * @param chain the own certificate and who signed it
 * @param key the key of it
 * @param authorities who is believed
 */
record KeyFiles(PemFile chain, PemFile key, PemFile authorities) {
  static KeyFiles read(Tls tls) throws IOException {
    return new KeyFiles(
        PemFile.read("the certificate chain", tls.certificateChain()),
        PemFile.read("the private key", tls.privateKey()),
        PemFile.read("the trusted authorities", tls.trustedAuthorities()));
  }
}
