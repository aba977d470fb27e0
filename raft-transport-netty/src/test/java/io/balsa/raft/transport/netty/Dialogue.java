package io.balsa.raft.transport.netty;

import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;
import java.nio.ByteBuffer;
import javax.net.ssl.SSLException;

/** A plain socket that says to a transport whatever a test wants it to hear. */
final class Dialogue implements AutoCloseable {
  static final byte[] MAGIC = {(byte) 0x89, 'B', 'A', 'L', 'S', 'A', '\n', 1};

  private final Socket socket;

  Dialogue(Socket socket) throws IOException {
    this.socket = socket;
    socket.setTcpNoDelay(true);
    socket.setSoTimeout(20_000);
  }

  static Dialogue with(Node node) throws IOException {
    return with(node.port());
  }

  static Dialogue with(int port) throws IOException {
    return new Dialogue(new Socket(InetAddress.getByName("127.0.0.1"), port));
  }

  /** The greeting that a node would send, after the magic and with its length. */
  static byte[] greeting(Hello hello) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    out.writeBytes(MAGIC);
    out.writeBytes(framed(hello.toBytes()));
    return out.toByteArray();
  }

  static byte[] framed(byte[] frame) {
    return ByteBuffer.allocate(4 + frame.length).putInt(frame.length).put(frame).array();
  }

  Dialogue say(byte... bytes) throws IOException {
    socket.getOutputStream().write(bytes);
    return this;
  }

  /** Says no more, but listens. */
  void fallSilent() throws IOException {
    socket.shutdownOutput();
  }

  /** Reads the magic and the answer to a greeting. */
  Welcome answer() throws IOException {
    DataInputStream in = new DataInputStream(socket.getInputStream());
    in.readFully(new byte[MAGIC.length]);
    byte[] frame = new byte[in.readInt()];
    in.readFully(frame);
    return Welcome.read(io.netty.buffer.Unpooled.wrappedBuffer(frame));
  }

  /** The next frame that says more than that the other side is there. */
  byte[] frame() throws IOException {
    DataInputStream in = new DataInputStream(socket.getInputStream());
    int length = in.readInt();
    while (length == 0) {
      length = in.readInt();
    }
    byte[] frame = new byte[length];
    in.readFully(frame);
    return frame;
  }

  /** How many bytes come until the other side closes. */
  int bytesUntilTheEnd() throws IOException {
    int count = 0;
    byte[] buffer = new byte[8192];
    try {
      for (int n = 0; n >= 0; n = socket.getInputStream().read(buffer)) {
        count += n;
      }
    } catch (SocketException | SSLException e) {
      return count; // closed with a reset, because it had not read all that was sent
    }
    return count;
  }

  @Override
  public void close() {
    try {
      socket.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
