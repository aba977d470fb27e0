package io.balsa.raft.examples;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.LockSupport;

/**
 * The way from one node to another, which can be made bad while they run. A node sends only on
 * connections that it opened itself, so that each direction between two nodes is a relay of its
 * own.
 *
 * <ul>
 *   <li>A black hole takes connections and bytes and says nothing, not even that a connection has
 *       ended: neither side learns anything.
 *   <li>Bytes that were swallowed never arrive; when the way is healed, connections that have lost
 *       some are closed, as their two ends would do.
 * </ul>
 */
final class Relay implements AutoCloseable {
  private enum Mode {
    PASS,
    SWALLOW,
    REFUSE
  }

  private static final int BUFFER = 16 << 10;
  private static final long NANOS = 1_000_000_000;

  private final ServerSocket server;
  private final InetSocketAddress target;
  private final Set<Socket> sockets = ConcurrentHashMap.newKeySet();
  private volatile Mode mode = Mode.PASS;
  private volatile long bytesPerSecond = Long.MAX_VALUE;

  private Relay(ServerSocket server, InetSocketAddress target) {
    this.server = server;
    this.target = target;
  }

  /** Listens at an address of this machine and passes everything on to another. */
  static Relay open(String host, int port, InetSocketAddress target) throws IOException {
    ServerSocket server = new ServerSocket();
    server.setReuseAddress(true);
    server.setReceiveBufferSize(BUFFER);
    server.bind(new InetSocketAddress(InetAddress.getByName(host), port));
    Relay relay = new Relay(server, target);
    start(relay::accept);
    return relay;
  }

  private static void start(Runnable work) {
    Thread thread = new Thread(work, "relay");
    thread.setDaemon(true);
    thread.start();
  }

  /** Ends all connections with a reset or an end, and refuses new ones. */
  void cut() {
    mode = Mode.REFUSE;
    closeSockets();
  }

  /** Everything vanishes from now on, and nobody is told. */
  void blackHole() {
    mode = Mode.SWALLOW;
  }

  /** Each connection carries no more than so many bytes in a second, in each direction. */
  void slowDown(long bytes) {
    bytesPerSecond = bytes;
  }

  /** All is well again. */
  void heal() {
    bytesPerSecond = Long.MAX_VALUE;
    if (mode != Mode.PASS) {
      mode = Mode.PASS;
      closeSockets();
    }
  }

  private void accept() {
    try {
      while (!server.isClosed()) {
        Socket near = server.accept();
        sockets.add(near);
        if (mode == Mode.REFUSE) {
          close(near);
        } else {
          start(() -> connect(near));
        }
      }
    } catch (IOException e) {
      closeSockets(); // the server socket was closed
    }
  }

  private void connect(Socket near) {
    Socket far = new Socket();
    sockets.add(far);
    try {
      far.setSendBufferSize(BUFFER);
      if (mode != Mode.SWALLOW) {
        far.connect(target);
        start(() -> copy(far, near));
      }
      copy(near, far);
    } catch (IOException e) {
      end(near, far); // nobody listens there
    }
  }

  private void copy(Socket from, Socket to) {
    byte[] buffer = new byte[BUFFER];
    try {
      InputStream in = from.getInputStream();
      for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
        pace(n);
        if (mode == Mode.PASS) {
          OutputStream out = to.getOutputStream();
          out.write(buffer, 0, n);
        }
      }
      end(from, to);
    } catch (IOException e) {
      end(from, to); // a reset is passed on like any other end
    }
  }

  private void end(Socket from, Socket to) {
    if (mode != Mode.SWALLOW) {
      close(from);
      close(to);
    }
  }

  private void close(Socket socket) {
    sockets.remove(socket);
    try {
      socket.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void pace(int bytes) {
    long begin = System.nanoTime();
    while (!server.isClosed()
        && System.nanoTime() - begin < (double) bytes * NANOS / bytesPerSecond) {
      LockSupport.parkNanos(NANOS / 1000);
    }
  }

  private void closeSockets() {
    sockets.forEach(this::close);
  }

  @Override
  public void close() {
    mode = Mode.REFUSE;
    try {
      server.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    closeSockets();
  }
}
