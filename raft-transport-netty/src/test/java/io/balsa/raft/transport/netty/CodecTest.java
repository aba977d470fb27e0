package io.balsa.raft.transport.netty;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import com.google.protobuf.CodedOutputStream;
import com.google.protobuf.UnknownFieldSet;
import io.balsa.raft.Identity;
import io.balsa.raft.Packet;
import io.balsa.raft.core.Entry;
import io.balsa.raft.core.EntryType;
import io.balsa.raft.core.LogPosition;
import io.balsa.raft.core.Message;
import io.balsa.raft.core.NodeId;
import io.balsa.raft.transport.netty.generated.AppendEntries;
import io.balsa.raft.transport.netty.generated.Frame;
import io.balsa.raft.transport.netty.generated.Role;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The codec against the classes that protoc made of raft.proto, and against bytes written down. */
class CodecTest {
  private static final int PACKETS_PER_SEED = 500;

  static LongStream seeds() {
    return LongStream.range(0, 40);
  }

  static IntStream kinds() {
    return IntStream.range(0, RandomPackets.KINDS);
  }

  @ParameterizedTest
  @MethodSource("seeds")
  void writesWhatProtobufWrites(long seed) {
    RandomPackets packets = new RandomPackets(seed);
    for (int i = 0; i < PACKETS_PER_SEED; i++) {
      Packet packet = packets.next();
      byte[] ours = Bytes.of(i % 3, packet);
      assertThat(ours).isEqualTo(GeneratedFrames.of(i % 3, packet).toByteArray());
    }
  }

  @ParameterizedTest
  @MethodSource("seeds")
  void readsWhatProtobufWrites(long seed) throws IOException {
    RandomPackets packets = new RandomPackets(seed);
    for (int i = 0; i < PACKETS_PER_SEED; i++) {
      Packet packet = packets.next();
      byte[] bytes = GeneratedFrames.of(i % 3, packet).toByteArray();
      FrameDecoder.Frame heap = Bytes.decode(bytes);
      assertThat(heap.group()).isEqualTo(i % 3);
      assertThat(Bytes.describe(heap.packet())).isEqualTo(Bytes.describe(packet));
      FrameDecoder.Frame direct = Bytes.decodeDirect(bytes);
      assertThat(Bytes.describe(direct.packet())).isEqualTo(Bytes.describe(packet));
    }
  }

  @ParameterizedTest
  @MethodSource("kinds")
  void skipsFieldsItDoesNotKnow(int kind) throws IOException {
    RandomPackets packets = new RandomPackets(kind);
    for (int i = 0; i < PACKETS_PER_SEED; i++) {
      Packet packet = packets.next(kind);
      Frame frame = withUnknownFields(GeneratedFrames.of(1, packet));
      FrameDecoder.Frame read = Bytes.decode(frame.toByteArray());
      assertThat(Bytes.describe(read.packet())).isEqualTo(Bytes.describe(packet));
    }
  }

  private static Frame withUnknownFields(Frame frame) {
    Frame.Builder b = frame.toBuilder().setUnknownFields(unknown());
    if (frame.hasAppendEntries()) {
      AppendEntries.Builder a = b.getAppendEntriesBuilder().setUnknownFields(unknown());
      a.getEntriesBuilderList().forEach(e -> e.setUnknownFields(unknown()));
    } else if (frame.hasPreVote()) {
      b.getPreVoteBuilder().setUnknownFields(unknown());
    } else if (frame.hasProposals()) {
      b.getProposalsBuilder().setUnknownFields(unknown());
      b.getProposalsBuilder().getProposalsBuilderList().forEach(p -> p.setUnknownFields(unknown()));
    } else if (frame.hasOutcomes()) {
      b.getOutcomesBuilder().setUnknownFields(unknown());
      b.getOutcomesBuilder().getOutcomesBuilderList().forEach(o -> o.setUnknownFields(unknown()));
    }
    return b.build();
  }

  private static UnknownFieldSet unknown() {
    UnknownFieldSet.Field field =
        UnknownFieldSet.Field.newBuilder()
            .addVarint(-1)
            .addFixed32(2)
            .addFixed64(3)
            .addLengthDelimited(ByteString.copyFromUtf8("four"))
            .build();
    return UnknownFieldSet.newBuilder().addField(99, field).addField(100_000, field).build();
  }

  /** Changing one of these lines is changing the wire format. */
  @Test
  void writesTheGoldenBytes() throws IOException {
    LogPosition last = new LogPosition(3, 300);
    Map<String, Packet> golden =
        Map.ofEntries(
            Map.entry("120708041003" + "18ac02", raft(new Message.PreVote(4, last, 0))),
            Map.entry("1a0608041005" + "1801", raft(new Message.PreVoteReply(4, 5, true))),
            Map.entry("2207080410031" + "8ac02", raft(new Message.RequestVote(4, last))),
            Map.entry(
                "2209080410031" + "8ac02" + "2001", raft(new Message.RequestVote(4, last, true))),
            Map.entry("2a0408041001", raft(new Message.RequestVoteReply(4, true))),
            Map.entry("6a020804", raft(new Message.TimeoutNow(4))),
            Map.entry(
                "321908041007180320ac0228a902" + "32040803" + "1001" + "320508041a0161",
                raft(
                    new Message.AppendEntries(
                        4,
                        7,
                        last,
                        297,
                        List.of(
                            new Entry(3, 301, EntryType.NO_OP, new byte[0]),
                            new Entry(4, 302, EntryType.COMMAND, new byte[] {'a'}))))),
            Map.entry(
                "3a0708041007" + "18ae02", raft(new Message.AppendEntriesAccepted(4, 7, 302))),
            Map.entry(
                "420c08041007" + "18ac02" + "2002" + "28c801",
                raft(new Message.AppendEntriesRejected(4, 7, 300, new LogPosition(2, 200)))),
            Map.entry("4a0408041009", raft(new Message.ReadIndex(4, 9))),
            Map.entry("520708041009" + "18ac02", raft(new Message.ReadIndexReply(4, 9, 300))),
            Map.entry(
                "5a070a0508011201" + "62",
                new Packet.Proposals(
                    List.of(new Packet.Proposal(1, EntryType.COMMAND, new byte[] {'b'})))),
            Map.entry(
                "620d0a0b08021001" + "22026e31" + "28ac02",
                new Packet.Outcomes(
                    List.of(
                        new Packet.Outcome(
                            2, Packet.Result.NOT_LEADER, 300, new byte[0], new NodeId("n1"))))));
    for (Map.Entry<String, Packet> e : golden.entrySet()) {
      assertThat(HexFormat.of().formatHex(Bytes.of(0, e.getValue()))).isEqualTo(e.getKey());
      FrameDecoder.Frame read = Bytes.decode(HexFormat.of().parseHex(e.getKey()));
      assertThat(Bytes.describe(read.packet())).isEqualTo(Bytes.describe(e.getValue()));
    }
  }

  private static Packet raft(Message message) {
    return new Packet.Raft(message);
  }

  /** Indexes are not on the wire: to send others than the next ones would be to renumber them. */
  @Test
  void refusesToSendAGap() {
    Entry entry = new Entry(1, 3, EntryType.COMMAND, new byte[1]);
    Packet gap = raft(new Message.AppendEntries(1, 1, LogPosition.ZERO, 0, List.of(entry)));
    assertThatThrownBy(() -> OutgoingFrame.of(0, gap))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("3@1 in the place of 1");
  }

  @Test
  void greetingsAreWhatProtobufWrites() throws IOException {
    Hello hello =
        new Hello(
            1,
            2,
            1,
            Lane.BULK,
            uuid(1),
            uuid(2),
            id("n1"),
            id("n2"),
            List.of("g"),
            "[::1]:7000",
            true,
            true);
    var generated =
        io.balsa.raft.transport.netty.generated.Hello.newBuilder()
            .setMinVersion(1)
            .setMaxVersion(2)
            .setRole(Role.ROLE_PEER)
            .setLane(io.balsa.raft.transport.netty.generated.Lane.LANE_BULK)
            .setClusterId(bytes(uuid(1)))
            .setIncarnation(bytes(uuid(2)))
            .setNodeId("n1")
            .setTargetNodeId("n2")
            .addGroups("g")
            .setAddress("[::1]:7000")
            .setFormed(true)
            .setAnswering(true)
            .build();
    assertThat(hello.toBytes()).isEqualTo(generated.toByteArray());
    assertThat(Hello.read(buffer(hello.toBytes()))).isEqualTo(hello);
    byte[] twice = generated.toBuilder().addGroups("g").build().toByteArray();
    assertThatThrownBy(() -> Hello.read(buffer(twice)))
        .isInstanceOf(MalformedFrameException.class)
        .hasMessageContaining("named twice");
    for (String address : new String[] {"host", "h:65536", "a b:1", "h\n:1", "::1:7", "hö:7"}) {
      byte[] wrong = generated.toBuilder().setAddress(address).build().toByteArray();
      assertThatThrownBy(() -> Hello.read(buffer(wrong)))
          .isInstanceOf(MalformedFrameException.class)
          .hasMessageContaining("an address that is none");
    }
    byte[] silent = generated.toBuilder().clearAddress().build().toByteArray();
    assertThat(Hello.read(buffer(silent)).address()).isEmpty();
    byte[] longer = generated.toBuilder().setUnknownFields(unknown()).build().toByteArray();
    assertThat(Hello.read(buffer(longer))).isEqualTo(hello);
  }

  @Test
  void answersAreWhatProtobufWrites() throws IOException {
    Identity identity = new Identity(uuid(1), id("n2"), uuid(3));
    Introduction self = new Introduction(identity, "h:1", true);
    Welcome yes = Welcome.from(self, 1);
    assertThat(Welcome.read(buffer(yes.toBytes()))).isEqualTo(yes);
    var parsed = io.balsa.raft.transport.netty.generated.Welcome.parseFrom(yes.toBytes());
    assertThat(parsed.toByteArray()).isEqualTo(yes.toBytes());
    assertThat(parsed.getNodeId()).isEqualTo("n2");
    assertThat(parsed.getIncarnation()).isEqualTo(bytes(uuid(3)));
    assertThat(parsed.getFormed()).isTrue();
    for (Refusal refusal : Refusal.values()) {
      if (refusal != Refusal.NONE) {
        Welcome no = Welcome.refused(refusal, "because");
        assertThat(Welcome.read(buffer(no.toBytes()))).isEqualTo(no);
        parsed = io.balsa.raft.transport.netty.generated.Welcome.parseFrom(no.toBytes());
        assertThat(parsed.getRefusal().name()).isEqualTo("REFUSAL_" + refusal.name());
        Welcome named = Welcome.refused(self, refusal, "because");
        assertThat(Welcome.read(buffer(named.toBytes()))).isEqualTo(named);
        assertThat(named.isFrom(id("n2"))).isTrue();
        assertThat(no.isFrom(id("n2"))).isFalse();
      }
    }
  }

  @Test
  void enumsHaveTheNumbersOfTheSpecification() {
    for (EntryType type : EntryType.values()) {
      assertThat(io.balsa.raft.transport.netty.generated.EntryType.forNumber(type.code()).name())
          .isEqualTo("ENTRY_TYPE_" + type);
    }
    for (Packet.Result result : Packet.Result.values()) {
      assertThat(io.balsa.raft.transport.netty.generated.Result.forNumber(result.code()).name())
          .isEqualTo("RESULT_" + result);
    }
    for (Lane lane : Lane.values()) {
      assertThat(io.balsa.raft.transport.netty.generated.Lane.forNumber(lane.code()).name())
          .isEqualTo("LANE_" + lane);
    }
    for (Kind kind : Kind.values()) {
      assertThat(Frame.getDescriptor().findFieldByNumber(kind.field()).getName())
          .isEqualToIgnoringCase(kind.name());
    }
  }

  @Test
  void skipsPacketsOfKindsItDoesNotKnow() throws IOException {
    for (int field : new int[] {19, 20, 31, 5000}) {
      ByteArrayOutputStream bytes = new ByteArrayOutputStream();
      CodedOutputStream out = CodedOutputStream.newInstance(bytes);
      out.writeByteArray(field, new byte[20]);
      out.flush();
      assertThat(Bytes.decode(bytes.toByteArray()).packet()).isNull();
    }
  }

  /** Two nodes that understand a frame differently are worse than one that refuses it. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "", // nothing
        "0801", // a group, no packet
        "1200", // PreVote of term 0
        "3200", // AppendEntries of term 0
        "1a0a" + "08ffffffffffffffffff", // a varint that does not end
        "22020801" + "2a020801", // two packets
        "22020801" + "22020801", // the same packet twice
        "2204080110" + "01", // position with a term and no index
        "220408011801", // position with an index and no term
        "220b08ffffffffffffffffff01", // a term of 2^64-1
        "3a0d0801" + "18ffffffffffffffffff01", // a match index of 2^64-1
        "3206" + "0801" + "32020801" + "22020801", // cut so that the inner length lies
        "3206" + "0801" + "32021001", // entry of term 0
        "3208" + "0801" + "320408011004", // entry of an unknown type
        "3206" + "0801" + "32020802", // entry of a later term than its message
        "320a" + "0802" + "32020802" + "32020801", // terms that fall
        "3206" + "32020801" + "0801", // entries before the term
        "3208" + "0801" + "3204" + "1a7f6161", // data longer than its entry
        "320a" + "0801" + "3206" + "08011a0161" + "61", // rubbish within an entry
        "320e" + "0801" + "320a" + "0801" + "1a0161" + "1a0162" + "1000", // data twice
        "3213" + "0801" + "1801" + "20ffffffffffffffff7f" + "3202" + "0801", // index overflow
        "32ffffffff0f", // a length of -1
        "32ffffffff07", // a length of 2^31-1
        "6204" + "0a02" + "1006", // an unknown result
        "6205" + "0a03" + "220120", // a leader whose id is a blank
        "6204" + "0a02" + "2200", // a leader without a name
        "6a00", // TimeoutNow of term 0
        "0b0c", // a group
        "120400000000", // field number 0
        "ffffffffffffffffffff", // no tag
        "08ffffffff7f" + "22020801", // a group number beyond int
      })
  void refuses(String hex) {
    byte[] frame = HexFormat.of().parseHex(hex);
    assertThatThrownBy(() -> Bytes.decode(frame)).isInstanceOf(MalformedFrameException.class);
    assertThatThrownBy(() -> Bytes.decodeDirect(frame))
        .isInstanceOf(MalformedFrameException.class)
        .hasNoCause();
  }

  @ParameterizedTest
  @MethodSource("kinds")
  void refusesFramesCutAtEachByte(int kind) throws IOException {
    Packet packet = new RandomPackets(7).next(kind);
    byte[] frame = Bytes.of(1, packet);
    for (int length = 0; length < frame.length; length++) {
      byte[] cut = Arrays.copyOf(frame, length);
      assertThatThrownBy(() -> Bytes.decode(cut)).isInstanceOf(MalformedFrameException.class);
    }
    Bytes.decode(frame);
  }

  private static ByteBuf buffer(byte[] bytes) {
    return Unpooled.wrappedBuffer(bytes);
  }

  private static ByteString bytes(UUID id) {
    return ByteString.copyFrom(
        ByteBuffer.allocate(16)
            .putLong(id.getMostSignificantBits())
            .putLong(id.getLeastSignificantBits())
            .array());
  }

  private static UUID uuid(long seed) {
    return new UUID(seed, ~seed);
  }

  private static NodeId id(String value) {
    return new NodeId(value);
  }
}
