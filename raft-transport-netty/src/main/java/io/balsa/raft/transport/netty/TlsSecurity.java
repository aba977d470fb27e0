package io.balsa.raft.transport.netty;

import io.balsa.raft.core.NodeId;
import io.netty.channel.Channel;
import io.netty.handler.ssl.SslHandler;
import java.io.IOException;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.SSLSession;
import org.slf4j.Logger;

/**
 * TLS for all connections of a transport, and names proven by certificates.
 *
 * <ul>
 *   <li>The arithmetic of handshakes, and reading of files, happen on threads of their own: no
 *       stranger's hello holds up a heartbeat.
 *   <li>{@code channels} has each channel that was protected and is not closed; it is used on the
 *       thread of the loop only.
 *   <li>After an exchange of keys, no channel is left whose peer is not believed by the new ones.
 * </ul>
 */
final class TlsSecurity implements Security {
  private static final int THREADS = 2;
  private static final Duration LAST_WORDS = Duration.ofSeconds(1);

  private final Keyring keys;
  private final Tls tls;
  private final Logger log;
  private final Set<Channel> channels = new LinkedHashSet<>();
  private final ScheduledThreadPoolExecutor threads;
  private volatile Reactor reactor;

  TlsSecurity(Keyring keys, Tls tls, Logger log) {
    this.keys = keys;
    this.tls = tls;
    this.log = log;
    this.threads =
        new ScheduledThreadPoolExecutor(
            THREADS,
            task -> {
              Thread thread = new Thread(task, "balsa-tls");
              thread.setDaemon(true);
              return thread;
            });
  }

  /** Fails if the own certificate is not a node's. */
  TlsSecurity ofNode() throws IOException {
    if (!(keys.current().self() instanceof Principal.Node)) {
      close();
      throw new IOException(
          "the certificate chain %s is for %s; a node needs raft://%s/node/<node id>"
              .formatted(tls.certificateChain(), keys.current().self(), tls.clusterName()));
    }
    return this;
  }

  @Override
  public boolean isTls() {
    return true;
  }

  @Override
  public void start(Reactor loop) {
    reactor = loop;
    long period = loop.limits().keyCheck().toNanos();
    threads.scheduleWithFixedDelay(this::reload, period, period, TimeUnit.NANOSECONDS);
  }

  @Override
  public void protect(Channel channel, boolean calling) {
    SslHandler handler = new SslHandler(keys.current().engine(calling), threads);
    // The handshakes of TLS and of nodes have one time limit together, which is not this one.
    handler.setHandshakeTimeoutMillis(0);
    handler.setCloseNotifyFlushTimeoutMillis(LAST_WORDS.toMillis());
    channel.pipeline().addLast(handler);
    channels.add(channel);
    channel.closeFuture().addListener(closed -> channels.remove(channel));
  }

  @Override
  public Principal whoIs(Channel channel) throws CertificateException {
    try {
      return CertificateName.of(certificates(channel)[0]);
    } catch (SSLPeerUnverifiedException e) {
      throw new CertificateException("it has shown no certificate", e);
    } catch (CertificateException e) {
      throw new CertificateException(
          "the certificate is of no use here: " + Wire.printable(e.getMessage()), e);
    }
  }

  private static SSLEngine engine(Channel channel) {
    return channel.pipeline().get(SslHandler.class).engine();
  }

  private static X509Certificate[] certificates(Channel channel) throws SSLPeerUnverifiedException {
    SSLSession session = engine(channel).getSession();
    return List.of(session.getPeerCertificates()).toArray(X509Certificate[]::new);
  }

  @Override
  public String objection(Principal who, NodeId claimed) {
    return unlessEqual(new Principal.Node(tls.clusterName(), claimed), who);
  }

  @Override
  public String objectionToClient(Principal who) {
    String name = who instanceof Principal.Client client ? client.name() : "<name>";
    return unlessEqual(new Principal.Client(tls.clusterName(), name), who);
  }

  private static String unlessEqual(Principal expected, Principal who) {
    return expected.equals(who)
        ? null
        : "a certificate for %s is expected, this one is for %s".formatted(expected, who);
  }

  @Override
  public boolean permits(Principal who, Authorizer.Action action, String group) {
    try {
      return tls.authorizer().permits(who, action, group);
    } catch (RuntimeException e) {
      log.error("the authorizer failed on {} for {}, which is refused", action, who, e);
      return false;
    }
  }

  @Override
  public void checkOwn(NodeId id) {
    Principal self = keys.current().self();
    if (!self.equals(new Principal.Node(tls.clusterName(), id))) {
      throw new IllegalStateException(
          "node %s can't use the certificate in %s, which is for %s"
              .formatted(id, tls.certificateChain(), self));
    }
  }

  @Override
  public boolean reload() {
    boolean changed = keys.reload();
    if (changed) {
      reactor.execute(this::closeThoseNotBelieved);
    }
    return changed;
  }

  private void closeThoseNotBelieved() {
    Credentials now = keys.current();
    for (Channel channel : List.copyOf(channels)) {
      String why = whyNotBelieved(channel, now);
      if (why != null) {
        log.warn("the connection with {} is closed: {}", channel.remoteAddress(), why);
        channel.close();
      }
    }
  }

  /** Whoever is amid a handshake with the old keys begins again. */
  private static String whyNotBelieved(Channel channel, Credentials now) {
    try {
      now.check(certificates(channel), engine(channel).getUseClientMode());
      return null;
    } catch (SSLPeerUnverifiedException e) {
      return "the keys have changed during its handshake";
    } catch (CertificateException e) {
      return Wire.printable(e.getMessage());
    }
  }

  @Override
  public void close() {
    threads.shutdownNow();
  }
}
