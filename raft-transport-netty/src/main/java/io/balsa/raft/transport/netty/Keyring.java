package io.balsa.raft.transport.netty;

import java.io.IOException;
import org.slf4j.Logger;

/**
 * The keys in use, exchanged while they are.
 *
 * <ul>
 *   <li>Never without good ones: what is broken in the files is told once, and the old stay.
 *   <li>They are always the same principal's.
 *   <li>Any thread asks for {@code current}; one at a time looks at the files.
 * </ul>
 */
final class Keyring {
  private final Tls tls;
  private final Logger log;
  private volatile Credentials current;
  private KeyFiles seen;
  private String trouble = "";

  Keyring(Tls tls, Logger log) throws IOException {
    this.tls = tls;
    this.log = log;
    this.seen = KeyFiles.read(tls);
    this.current = Credentials.of(tls, seen);
  }

  Credentials current() {
    return current;
  }

  /** Looks at the files again; true if other keys are in use now. */
  synchronized boolean reload() {
    try {
      KeyFiles now = KeyFiles.read(tls);
      if (now.equals(seen)) {
        trouble = "";
        return false;
      }
      seen = now;
      Credentials next = Credentials.of(tls, now);
      if (!next.self().equals(current.self())) {
        throw now.chain().bad("is for " + next.self() + ", this is " + current.self());
      }
      current = next;
      trouble = "";
      log.info("new keys for {} are in use, from {}", next.self(), now.chain().path());
      return true;
    } catch (IOException e) {
      if (!e.getMessage().equals(trouble)) {
        trouble = e.getMessage();
        log.warn("the keys for {} stay as they were: {}", current.self(), trouble);
      }
      return false;
    }
  }
}
