package io.balsa.raft.examples;

import java.io.IOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;

/**
 * Finds ports on the loopback interface that nobody uses.
 *
 * <ul>
 *   <li>They are below those that the system gives to outgoing connections. Else, while a node is
 *       down, a connection of somebody else might sit on its port when it comes back.
 * </ul>
 */
final class FreePorts {
  private static final int LOWEST = 20_000;
  private static final int HIGHEST = 32_000;
  private static final int ATTEMPTS = 1_000;

  private FreePorts() {}

  static List<Integer> find(int count) throws IOException {
    List<Integer> found = new ArrayList<>();
    for (int i = 0; i < ATTEMPTS && found.size() < count; i++) {
      int port = ThreadLocalRandom.current().nextInt(LOWEST, HIGHEST);
      if (!found.contains(port) && isFree(port)) {
        found.add(port);
      }
    }
    if (found.size() < count) {
      throw new IOException("no free ports between " + LOWEST + " and " + HIGHEST);
    }
    return found;
  }

  static boolean isFree(int port) throws IOException {
    try (ServerSocket socket = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
      return socket.isBound();
    } catch (BindException e) {
      return false;
    }
  }
}
