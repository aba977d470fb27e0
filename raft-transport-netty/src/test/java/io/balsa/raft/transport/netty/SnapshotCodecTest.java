package io.balsa.raft.transport.netty;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import io.balsa.raft.Packet;
import io.balsa.raft.core.Configuration;
import io.balsa.raft.core.LogPosition;
import io.balsa.raft.core.Member;
import io.balsa.raft.core.Message;
import io.balsa.raft.core.NodeId;
import io.balsa.raft.core.Snapshot;
import io.balsa.raft.transport.netty.generated.ChangeConfiguration;
import io.balsa.raft.transport.netty.generated.Frame;
import io.balsa.raft.transport.netty.generated.InstallSnapshot;
import io.balsa.raft.transport.netty.generated.SnapshotPiece;
import io.balsa.raft.transport.netty.generated.SnapshotRequest;
import io.balsa.raft.transport.netty.generated.TransferLeadership;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** What the decoder refuses of snapshots and of requests to change or to hand over. */
class SnapshotCodecTest {
  private static final ByteString ID = ByteString.copyFrom(new byte[16]);
  private static final ByteString MEMBERS = ByteString.copyFromUtf8("voter n1=h:1\n");

  private static InstallSnapshot.Builder install() {
    return InstallSnapshot.newBuilder()
        .setTerm(4)
        .setLastTerm(4)
        .setLastIndex(9)
        .setConfigurationIndex(9)
        .setId(ID)
        .setConfiguration(MEMBERS);
  }

  private static SnapshotPiece.Builder piece() {
    return SnapshotPiece.newBuilder().setId(ID).setData(ByteString.copyFromUtf8("x"));
  }

  private static ByteString bytes(int count) {
    return ByteString.copyFrom(new byte[count]);
  }

  private static Frame frame(InstallSnapshot.Builder b) {
    return Frame.newBuilder().setInstallSnapshot(b).build();
  }

  private static Frame frame(SnapshotPiece.Builder b) {
    return Frame.newBuilder().setSnapshotPiece(b).build();
  }

  private static Frame frame(SnapshotRequest.Builder b) {
    return Frame.newBuilder().setSnapshotRequest(b).build();
  }

  private static Frame change(String members) {
    ChangeConfiguration.Builder b =
        ChangeConfiguration.newBuilder().setTarget(ByteString.copyFromUtf8(members));
    return Frame.newBuilder().setChangeConfiguration(b).build();
  }

  static Stream<Arguments> bad() {
    ByteString garbage = ByteString.copyFromUtf8("voter");
    ByteString learner = ByteString.copyFromUtf8("learner n1=h:1\n");
    return Stream.of(
        Arguments.of("term 0", frame(install().setTerm(0))),
        Arguments.of("a snapshot of a later term", frame(install().setLastTerm(5))),
        Arguments.of("half a position", frame(install().setLastTerm(0))),
        Arguments.of("half a position", frame(install().setLastIndex(0))),
        Arguments.of("a snapshot of nothing", frame(install().setLastIndex(0).setLastTerm(0))),
        Arguments.of("from behind its snapshot", frame(install().setConfigurationIndex(10))),
        Arguments.of("from behind its snapshot", frame(install().setConfigurationIndex(-1))),
        Arguments.of("a size beyond all numbers", frame(install().setSize(-1))),
        Arguments.of("without an id", frame(install().clearId())),
        Arguments.of("a UUID of 15 bytes", frame(install().setId(bytes(15)))),
        Arguments.of("a configuration that is none", frame(install().clearConfiguration())),
        Arguments.of("a configuration that is none", frame(install().setConfiguration(garbage))),
        Arguments.of("a configuration that is none", frame(install().setConfiguration(learner))),
        Arguments.of("without an id", frame(piece().clearId())),
        Arguments.of("a UUID of 17 bytes", frame(piece().setId(bytes(17)))),
        Arguments.of("an offset beyond all numbers", frame(piece().setOffset(-1))),
        Arguments.of("an end beyond all numbers", frame(piece().setOffset(Long.MAX_VALUE))),
        Arguments.of("without an id", frame(SnapshotRequest.newBuilder())),
        Arguments.of("a UUID of 1 bytes", frame(SnapshotRequest.newBuilder().setId(bytes(1)))),
        Arguments.of(
            "an offset beyond all numbers",
            frame(SnapshotRequest.newBuilder().setId(ID).setOffset(-1))),
        Arguments.of("a configuration that is none", change("")),
        Arguments.of("a configuration that is none", change("voter n1=h")),
        Arguments.of("a configuration that is none", change("voter n1=h:1\nvoter n1=h:2\n")),
        Arguments.of("a joint configuration", change("voter n1=h:1\noutgoing n2=h:2\n")),
        Arguments.of(
            "a node id that is none",
            Frame.newBuilder()
                .setTransferLeadership(TransferLeadership.newBuilder().setTarget("a b"))
                .build()));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("bad")
  void refuses(String reason, Frame frame) {
    assertThatThrownBy(() -> Bytes.decode(frame.toByteArray()))
        .isInstanceOf(MalformedFrameException.class)
        .hasMessageContaining(reason);
  }

  @Test
  void refusesAChecksumOfMoreThan32Bits() {
    byte[] frame = frame(SnapshotPiece.newBuilder().setChecksum(-1).setId(ID)).toByteArray();
    int lastOfChecksum = 2 + 1 + 4;
    assertThat(frame[lastOfChecksum]).isEqualTo((byte) 0x0f);
    frame[lastOfChecksum] = 0x1f;
    assertThatThrownBy(() -> Bytes.decode(frame))
        .isInstanceOf(MalformedFrameException.class)
        .hasMessageContaining("beyond 32 bits");
  }

  @Test
  void whatIsRefusedIsGoodButForOneThing() throws MalformedFrameException {
    for (Frame frame : new Frame[] {frame(install()), frame(piece()), change("voter n1=h:1")}) {
      assertThat(Bytes.decode(frame.toByteArray()).packet()).isNotNull();
    }
  }

  /** Changing one of these lines is changing the wire format. */
  @Test
  void writesTheGoldenBytes() throws MalformedFrameException {
    UUID id = new UUID(7, 8);
    Configuration members = Configuration.of(List.of(new Member(new NodeId("n1"), "h:1")));
    Snapshot snapshot = new Snapshot(id, new LogPosition(3, 300), 5, members, 1000);
    String idBytes = "00000000000000070000000000000008";
    String memberBytes = "766f746572206e313d683a310a";
    Map<String, Packet> golden =
        Map.of(
            "722f"
                + "08041007"
                + "180320ac02"
                + "2805"
                + "30e807"
                + "3a10"
                + idBytes
                + "420d"
                + memberBytes,
            new Packet.Raft(new Message.InstallSnapshot(4, 7, snapshot)),
            "7a1e" + "08e807" + "10ffffffff0f" + "1a10" + idBytes + "220163",
            new Packet.SnapshotPiece(id, 1000, -1, new byte[] {'c'}),
            "820115" + "08e807" + "1210" + idBytes,
            new Packet.SnapshotRequest(id, 1000),
            "8a0113" + "08021005" + "1a0d" + memberBytes,
            new Packet.ChangeConfiguration(2, 5, members),
            "920106" + "0803" + "12026e31",
            new Packet.TransferLeadership(3, new NodeId("n1")),
            "920102" + "0803",
            new Packet.TransferLeadership(3, null),
            "6209" + "0a07" + "08021004" + "1a016e",
            new Packet.Outcomes(
                List.of(new Packet.Outcome(2, Packet.Result.REFUSED, 0, new byte[] {'n'}, null))));
    for (Map.Entry<String, Packet> e : golden.entrySet()) {
      assertThat(HexFormat.of().formatHex(Bytes.of(0, e.getValue()))).isEqualTo(e.getKey());
      FrameDecoder.Frame read = Bytes.decode(HexFormat.of().parseHex(e.getKey()));
      assertThat(Bytes.describe(read.packet())).isEqualTo(Bytes.describe(e.getValue()));
    }
  }

  /** TR-02: what is small does not wait for what is large. */
  @Test
  void tr02_onlyPiecesTravelWithWhatIsLarge() {
    RandomPackets packets = new RandomPackets(11);
    IntStream.range(11, RandomPackets.KINDS)
        .mapToObj(packets::next)
        .forEach(
            packet ->
                assertThat(OutgoingFrame.of(0, packet).lane())
                    .isEqualTo(
                        packet instanceof Packet.SnapshotPiece ? Lane.BULK : Lane.CONSENSUS));
  }

  /** The members of a change are what an administrator wrote, in whatever order. */
  @Test
  void aConfigurationIsReadAsTheLogReadsIt() throws MalformedFrameException {
    String text = "voter n2=h:2\nlearner n3=h:3\nvoter n1=h:1\n";
    Packet packet = Bytes.decode(change(text).toByteArray()).packet();
    Configuration read = ((Packet.ChangeConfiguration) packet).target();
    assertThat(read.voters()).hasSize(2);
    assertThat(read.learners()).hasSize(1);
  }
}
