package io.balsa.raft.transport.netty;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.locks.LockSupport;

/** A link between two nodes that can be made to fail in the ways real ones do. */
final class Relay implements AutoCloseable {
  /** What happens to bytes. */
  enum Mode {
    /** They arrive. */
    PASS,
    /** They vanish, and nobody is told; nor is the end of a connection. */
    SWALLOW,
    /** They are not even taken. */
    STALL
  }

  private static final int BUFFER = 16 << 10;

  private final ServerSocket server;
  private final InetSocketAddress target;
  private final List<Socket> sockets = new CopyOnWriteArrayList<>();
  private volatile Mode mode = Mode.PASS;
  private volatile long bytesPerSecond = Long.MAX_VALUE;

  private Relay(ServerSocket server, InetSocketAddress target) {
    this.server = server;
    this.target = target;
  }

  static Relay to(Node node) throws IOException {
    ServerSocket server = new ServerSocket();
    server.setReceiveBufferSize(BUFFER);
    server.bind(new InetSocketAddress(InetAddress.getByName("127.0.0.1"), 0));
    Relay relay = new Relay(server, new InetSocketAddress("127.0.0.1", node.port()));
    start(relay::accept);
    return relay;
  }

  private static void start(Runnable work) {
    Thread thread = new Thread(work, "relay");
    thread.setDaemon(true);
    thread.start();
  }

  String address() {
    return "127.0.0.1:" + server.getLocalPort();
  }

  void set(Mode wanted) {
    mode = wanted;
  }

  /** Waits until so many connections were made through here, however they ended. */
  void awaitCalls(int count) {
    Node.until(() -> sockets.size() >= 2 * count);
  }

  /** Limits each direction of each connection. */
  void limit(long bytes) {
    bytesPerSecond = bytes;
  }

  private void accept() {
    try {
      while (true) {
        Socket near = server.accept();
        Socket far = new Socket();
        sockets.add(near);
        sockets.add(far);
        far.setSendBufferSize(BUFFER);
        far.connect(target);
        start(() -> copy(near, far));
        start(() -> copy(far, near));
      }
    } catch (IOException e) {
      closeSockets(); // the server socket was closed, or the target is gone
    }
  }

  private void copy(Socket from, Socket to) {
    byte[] buffer = new byte[BUFFER];
    try {
      InputStream in = from.getInputStream();
      OutputStream out = to.getOutputStream();
      for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
        pace(n);
        if (mode == Mode.PASS) {
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

  private static void close(Socket socket) {
    try {
      socket.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void pace(int bytes) {
    long end = System.nanoTime() + (long) (bytes * 1e9 / bytesPerSecond);
    while (mode == Mode.STALL && !server.isClosed() || System.nanoTime() < end) {
      LockSupport.parkNanos(1_000_000);
    }
  }

  private void closeSockets() {
    sockets.forEach(Relay::close);
  }

  /** Ends all connections at once, as the death of a process does. */
  void cut() {
    try {
      server.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    closeSockets();
  }

  @Override
  public void close() {
    cut();
  }
}
