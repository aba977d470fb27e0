package io.balsa.raft.transport.netty;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import io.balsa.raft.Packet;
import io.balsa.raft.core.EntryType;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Feeds the readers with damaged frames. Some hundred seeds by default, or for as long as {@code
 * -Dbalsa.fuzz.seconds=N} says; a failure names its seed and its bytes.
 */
class FuzzTest {
  private static final int SEEDS = 300;
  private static final int ROUNDS_PER_SEED = 100;

  /** Small packets have objects many times their size; what counts is that the factor is fixed. */
  private static final int MOST_BYTES_PER_BYTE = 40;

  private static final int MOST_BYTES_ANYWAY = 16 << 10;

  private final ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();

  private interface Reader {
    void read(ByteBuf bytes) throws IOException;
  }

  @Test
  @Timeout(86_400)
  void tr05_tr06_readersSurviveAnything() {
    long seconds = Long.getLong("balsa.fuzz.seconds", 0);
    long end = System.nanoTime() + seconds * 1_000_000_000L;
    int read = 0;
    int refused = 0;
    for (long seed = 0; seed < SEEDS || seconds > 0 && System.nanoTime() < end; seed++) {
      RandomPackets packets = new RandomPackets(seed);
      Random random = new Random(seed);
      for (int i = 0; i < ROUNDS_PER_SEED; i++) {
        byte[] bytes = damaged(Bytes.of(random.nextInt(3), packets.next()), packets, random);
        boolean accepted = survives(FrameDecoder::decode, bytes, seed);
        read += accepted ? 1 : 0;
        refused += accepted ? 0 : 1;
        survives(Hello::read, bytes, seed);
        survives(Welcome::read, bytes, seed);
        byte[] dialogue = damaged(dialogue(new RandomDialogues(seed + i), i), packets, random);
        survives(RequestFrames::read, dialogue, seed);
        survives(AnswerFrames::read, dialogue, seed);
      }
    }
    assertThat(read).as("some are still good").isPositive();
    assertThat(refused).as("most are not").isGreaterThan(read);
  }

  private static byte[] dialogue(RandomDialogues random, int i) {
    ClientFrame frame =
        i % 2 == 0
            ? RequestFrames.of(i, random.request(i % RandomDialogues.REQUESTS))
            : AnswerFrames.of(i, random.answer(i % RandomDialogues.ANSWERS));
    return ByteBufUtil.getBytes(frame.toBuffer().skipBytes(OutgoingFrame.LENGTH_BYTES));
  }

  private boolean survives(Reader reader, byte[] bytes, long seed) {
    boolean accepted = accepts(reader, bytes, seed);
    long most = MOST_BYTES_ANYWAY + (long) MOST_BYTES_PER_BYTE * bytes.length;
    long allocated = Long.MAX_VALUE;
    // What is used for the first time is loaded then, which costs memory once.
    for (int attempt = 0; attempt < 3 && allocated > most; attempt++) {
      long before = threads.getThreadAllocatedBytes(Thread.currentThread().getId());
      accepts(reader, bytes, seed);
      allocated = threads.getThreadAllocatedBytes(Thread.currentThread().getId()) - before;
    }
    assertThat(allocated)
        .as("memory for %d bytes, seed %d", bytes.length, seed)
        .isLessThanOrEqualTo(most);
    return accepted;
  }

  private static boolean accepts(Reader reader, byte[] bytes, long seed) {
    try {
      reader.read(Unpooled.wrappedBuffer(bytes));
      return true;
    } catch (IOException e) {
      return false;
    } catch (RuntimeException | Error e) {
      String hex = HexFormat.of().formatHex(bytes);
      throw new AssertionError("seed " + seed + ", bytes " + hex, e);
    }
  }

  private static byte[] damaged(byte[] frame, RandomPackets packets, Random random) {
    byte[] bytes = frame;
    for (int i = random.nextInt(3); i >= 0; i--) {
      bytes = damagedOnce(bytes, packets, random);
    }
    return bytes;
  }

  private static byte[] damagedOnce(byte[] frame, RandomPackets packets, Random random) {
    byte[] bytes = frame.clone();
    int at = random.nextInt(bytes.length + 1);
    switch (random.nextInt(6)) {
      case 0 -> {
        byte[] noise = new byte[1 + random.nextInt(100)];
        random.nextBytes(noise);
        return noise;
      }
      case 1 -> bytes = Arrays.copyOf(bytes, at);
      case 2 -> Arrays.fill(bytes, at, Math.min(bytes.length, at + 5), (byte) 0xff);
      case 3 -> {
        byte[] other = Bytes.of(0, packets.next());
        System.arraycopy(other, 0, bytes, 0, Math.min(other.length, at));
      }
      default -> {
        for (int i = random.nextInt(3); i >= 0 && bytes.length > 0; i--) {
          int place = random.nextInt(Math.min(bytes.length, 40));
          bytes[place] = (byte) random.nextInt(256);
        }
      }
    }
    return bytes;
  }

  /** TR-06: as many objects as there can be in a frame, and what they cost. */
  @Test
  void tr06_theWorstFrameCostsAFixedFactor() {
    Packet.Proposal empty = new Packet.Proposal(0, EntryType.COMMAND, new byte[0]);
    Packet proposals = new Packet.Proposals(java.util.Collections.nCopies(1_000_000, empty));
    assertThat(survives(FrameDecoder::decode, Bytes.of(0, proposals), 0)).isTrue();
    Packet entries = Node.entries(1, 1_000_000, 0);
    assertThat(survives(FrameDecoder::decode, Bytes.of(0, entries), 0)).isTrue();
    Packet tooMany = new Packet.Proposals(java.util.Collections.nCopies(1_100_000, empty));
    assertThat(survives(FrameDecoder::decode, Bytes.of(0, tooMany), 0)).isFalse();
    byte[] unknown = HexFormat.of().parseHex("78".repeat(1) + "01" + "7801".repeat(1_000_000));
    survives(FrameDecoder::decode, unknown, 0);
    byte[] promise = HexFormat.of().parseHex("3286808001" + "0801" + "32808080" + "01" + "1a7f");
    assertThat(survives(FrameDecoder::decode, promise, 0)).isFalse();
  }
}
