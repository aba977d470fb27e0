package io.balsa.raft;

import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Map;

/** A session table as bytes, in front of the image of the state machine; see docs/formats.md. */
final class SessionImage {
  private static final int VERSION = 1;

  private SessionImage() {}

  static byte[] of(SessionTable table) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (DataOutputStream out = new DataOutputStream(bytes)) {
      write(table, out);
    } catch (IOException e) {
      throw new UncheckedIOException(e); // memory throws none
    }
    return bytes.toByteArray();
  }

  private static void write(SessionTable table, DataOutputStream out) throws IOException {
    out.writeByte(VERSION);
    out.writeLong(table.time());
    out.writeInt(table.sessions.size());
    for (Map.Entry<Long, SessionTable.Session> e : table.sessions.entrySet()) {
      SessionTable.Session session = e.getValue();
      out.writeLong(e.getKey());
      out.writeLong(session.timeoutMillis);
      out.writeLong(session.activeAt);
      out.writeLong(session.answeredBelow);
      out.writeInt(session.executed.size());
      for (long sequence : session.executed) {
        out.writeLong(sequence);
      }
    }
    out.writeInt(table.answers.size());
    for (Map.Entry<SessionTable.Executed, byte[]> e : table.answers.entrySet()) {
      out.writeLong(e.getKey().session());
      out.writeLong(e.getKey().sequence());
      out.writeInt(e.getValue().length);
      out.write(e.getValue());
    }
  }

  /** Reads a table and not a byte more. */
  static SessionTable read(InputStream image, long maxAnswerBytes) throws IOException {
    DataInputStream in = new DataInputStream(image);
    int version = in.readUnsignedByte();
    if (version != VERSION) {
      throw new IOException("the sessions in the snapshot have format " + version);
    }
    SessionTable table = new SessionTable(maxAnswerBytes);
    table.timeIs(in.readLong());
    int sessions = count(in, SessionTable.MAX_SESSIONS);
    for (int i = 0; i < sessions; i++) {
      readSession(in, table);
    }
    int answers = count(in, SessionTable.MAX_SESSIONS * SessionTable.WINDOW);
    for (int i = 0; i < answers; i++) {
      SessionTable.Executed of = new SessionTable.Executed(in.readLong(), in.readLong());
      int length = count(in, Integer.MAX_VALUE);
      byte[] answer = in.readNBytes(length);
      if (answer.length < length) {
        throw new IOException("the sessions in the snapshot end too early");
      }
      table.keep(of, answer);
    }
    return table;
  }

  private static void readSession(DataInputStream in, SessionTable table) throws IOException {
    long id = in.readLong();
    SessionTable.Session session = new SessionTable.Session(in.readLong(), in.readLong());
    session.answeredBelow = in.readLong();
    int executed = count(in, SessionTable.WINDOW);
    for (int j = 0; j < executed; j++) {
      session.executed.add(in.readLong());
    }
    table.sessions.put(id, session);
  }

  private static int count(DataInputStream in, int most) throws IOException {
    int count = in.readInt();
    if (count < 0 || count > most) {
      throw new IOException("the sessions in the snapshot tell an impossible number: " + count);
    }
    return count;
  }
}
