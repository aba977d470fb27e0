package io.balsa.raft.transport.netty;

import io.netty.util.NetUtil;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/**
 * Looks host names up without blocking anybody.
 *
 * <ul>
 *   <li>Nothing is remembered here: each call asks anew, so a peer that moved is found again.
 *   <li>It throws nothing: whatever an address may be, a look-up that fails is a future that does.
 *   <li>Its threads exist only while there is something to look up, and shortly after.
 * </ul>
 */
final class NameLookup {
  private static final int THREADS = 4;
  private static final int IDLE_SECONDS = 2;

  /** Asks for the addresses of a host; may take long. */
  interface Resolver {
    InetAddress[] addressesOf(String host) throws UnknownHostException;
  }

  private final Resolver resolver;
  private final ThreadPoolExecutor threads;

  NameLookup(Resolver resolver, String threadName) {
    this.resolver = resolver;
    this.threads =
        new ThreadPoolExecutor(
            THREADS,
            THREADS,
            IDLE_SECONDS,
            TimeUnit.SECONDS,
            new LinkedBlockingQueue<>(),
            task -> {
              Thread thread = new Thread(task, threadName);
              thread.setDaemon(true);
              return thread;
            });
    threads.allowCoreThreadTimeOut(true);
  }

  /** The addresses of a host, or an {@link UnknownHostException}. */
  CompletableFuture<InetAddress[]> lookUp(String host) {
    if (NetUtil.isValidIpV4Address(host) || NetUtil.isValidIpV6Address(host)) {
      return literal(host);
    }
    try {
      return CompletableFuture.supplyAsync(() -> resolve(host), threads);
    } catch (RejectedExecutionException e) {
      return CompletableFuture.failedFuture(e);
    }
  }

  /** Asks nobody, but fails for a zone of IPv6 that is not here, or not yet. */
  private static CompletableFuture<InetAddress[]> literal(String address) {
    try {
      return CompletableFuture.completedFuture(InetAddress.getAllByName(address));
    } catch (UnknownHostException e) {
      return CompletableFuture.failedFuture(e);
    }
  }

  /** What it means that there is no address for a host, and what can be done. */
  static String whyNotFound(String host) {
    if (!NetUtil.isValidIpV6Address(host)) {
      return "the host is unknown";
    }
    return "this machine has no network interface \""
        + Wire.printable(host.substring(host.indexOf('%') + 1))
        + "\", which the address names behind the %. A zone means something on one machine only:"
        + " give the node an address that is good on all of them";
  }

  private InetAddress[] resolve(String host) {
    try {
      return resolver.addressesOf(host);
    } catch (UnknownHostException e) {
      throw new CompletionException(e);
    }
  }

  void close() {
    threads.shutdownNow();
  }
}
