package io.balsa.raft.transport.netty;

import io.balsa.raft.core.NodeId;
import io.netty.channel.Channel;
import java.io.IOException;
import java.security.cert.CertificateException;
import org.slf4j.Logger;

/**
 * What a transport demands of a connection before anything on it counts.
 *
 * <ul>
 *   <li>A transport has one for all its connections, those it accepts and those it dials.
 * </ul>
 */
interface Security {
  /** Keys must be right for this to be made. */
  static Security tls(Tls tls, Logger log) throws IOException {
    return new TlsSecurity(new Keyring(tls, log), tls, log).ofNode();
  }

  /** The same for somebody who only dials, and need not be a node. */
  static Security tlsOfClient(Tls tls, Logger log) throws IOException {
    return new TlsSecurity(new Keyring(tls, log), tls, log);
  }

  static Security none() {
    return new NoSecurity();
  }

  boolean isTls();

  /** Called once the transport listens. */
  void start(Reactor reactor);

  /** Fits a new channel, before anything else is fitted. */
  void protect(Channel channel, boolean calling);

  /** Who is at the other end; a failure says what is wrong with its certificate. */
  Principal whoIs(Channel channel) throws CertificateException;

  /** What speaks against taking somebody for a node; null if nothing does. */
  String objection(Principal who, NodeId claimed);

  /** What speaks against taking somebody for a client; null if nothing does. */
  String objectionToClient(Principal who);

  boolean permits(Principal who, Authorizer.Action action, String group);

  /** Fails if this process can't be that node. */
  void checkOwn(NodeId id);

  /** Looks for other keys at once; true if they are in use now. */
  boolean reload();

  void close();
}
