package io.balsa.raft.transport.netty;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnknownFieldSet;
import io.balsa.raft.ClientAnswer;
import io.balsa.raft.ClientRequest;
import io.balsa.raft.transport.netty.generated.AnswerFrame;
import io.balsa.raft.transport.netty.generated.AskStatus;
import io.balsa.raft.transport.netty.generated.CloseSession;
import io.balsa.raft.transport.netty.generated.ClusterStatus;
import io.balsa.raft.transport.netty.generated.Command;
import io.balsa.raft.transport.netty.generated.Done;
import io.balsa.raft.transport.netty.generated.Executed;
import io.balsa.raft.transport.netty.generated.Failed;
import io.balsa.raft.transport.netty.generated.KeepAlive;
import io.balsa.raft.transport.netty.generated.OpenSession;
import io.balsa.raft.transport.netty.generated.Problem;
import io.balsa.raft.transport.netty.generated.Query;
import io.balsa.raft.transport.netty.generated.QueryResult;
import io.balsa.raft.transport.netty.generated.SessionOpened;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;

/** Frames of clients against the classes that protoc made of raft.proto. */
class ClientCodecTest {
  private static final int ROUNDS = 2_000;

  private static byte[] bytes(ClientFrame frame) {
    ByteBuf wire = frame.toBuffer();
    assertThat(wire.readableBytes()).isEqualTo((int) frame.wireSize());
    assertThat(wire.readInt()).isEqualTo(wire.readableBytes());
    return ByteBufUtil.getBytes(wire);
  }

  private static byte[] generated(long id, ClientRequest request) {
    io.balsa.raft.transport.netty.generated.ClientFrame.Builder b =
        io.balsa.raft.transport.netty.generated.ClientFrame.newBuilder().setId(id);
    if (request instanceof ClientRequest.OpenSession r) {
      b.setOpenSession(OpenSession.newBuilder().setTimeoutMs(r.timeoutMillis()));
    } else if (request instanceof ClientRequest.KeepAlive r) {
      b.setKeepAlive(
          KeepAlive.newBuilder().setSession(r.session()).setAnsweredBelow(r.answeredBelow()));
    } else if (request instanceof ClientRequest.CloseSession r) {
      b.setCloseSession(CloseSession.newBuilder().setSession(r.session()));
    } else if (request instanceof ClientRequest.Propose r) {
      b.setCommand(
          Command.newBuilder()
              .setSession(r.session())
              .setSequence(r.sequence())
              .setAnsweredBelow(r.answeredBelow())
              .setCommand(ByteString.copyFrom(r.command())));
    } else if (request instanceof ClientRequest.Read r) {
      b.setQuery(Query.newBuilder().setQuery(ByteString.copyFrom(r.query())));
    } else {
      b.setAskStatus(AskStatus.getDefaultInstance());
    }
    return b.build().toByteArray();
  }

  private static AnswerFrame generated(long id, ClientAnswer answer) {
    AnswerFrame.Builder b = AnswerFrame.newBuilder().setId(id);
    if (answer instanceof ClientAnswer.Opened a) {
      b.setSessionOpened(SessionOpened.newBuilder().setSession(a.session()));
    } else if (answer instanceof ClientAnswer.Done) {
      b.setDone(Done.getDefaultInstance());
    } else if (answer instanceof ClientAnswer.Executed a) {
      b.setExecuted(
          Executed.newBuilder().setIndex(a.index()).setResponse(ByteString.copyFrom(a.response())));
    } else if (answer instanceof ClientAnswer.Value a) {
      b.setQueryResult(QueryResult.newBuilder().setValue(ByteString.copyFrom(a.value())));
    } else if (answer instanceof ClientAnswer.Status a) {
      b.setClusterStatus(status(a));
    } else if (answer instanceof ClientAnswer.NotLeader a) {
      b.setNotLeader(status(a.status()));
    } else if (answer instanceof ClientAnswer.Failed a) {
      b.setFailed(
          Failed.newBuilder()
              .setProblem(Problem.forNumber(a.problem().code()))
              .setReason(a.reason()));
    }
    return b.build();
  }

  private static ClusterStatus status(ClientAnswer.Status s) {
    ClusterStatus.Builder b =
        ClusterStatus.newBuilder()
            .setConfigurationIndex(s.configurationIndex())
            .setNodeId(s.node().value())
            .setConfiguration(ByteString.copyFrom(s.configuration().toBytes()));
    return (s.leader() == null ? b : b.setLeader(s.leader().value())).build();
  }

  @Test
  void requestsAreWhatProtobufWritesAndReads() throws Exception {
    RandomDialogues random = new RandomDialogues(1);
    for (int i = 0; i < ROUNDS; i++) {
      long id = random.number();
      ClientRequest request = random.request(i % RandomDialogues.REQUESTS);
      byte[] ours = bytes(RequestFrames.of(id, request));
      assertThat(ours).isEqualTo(generated(id, request));
      RequestFrames.Asked read = RequestFrames.read(Unpooled.wrappedBuffer(ours));
      assertThat(read.id()).isEqualTo(id);
      assertThat(RequestFrames.of(id, read.request())).isEqualTo(RequestFrames.of(id, request));
    }
  }

  @Test
  void answersAreWhatProtobufWritesAndReads() throws Exception {
    RandomDialogues random = new RandomDialogues(2);
    for (int i = 0; i < ROUNDS; i++) {
      long id = random.number();
      ClientAnswer answer = random.answer(i % RandomDialogues.ANSWERS);
      byte[] ours = bytes(AnswerFrames.of(id, answer));
      assertThat(ours).isEqualTo(generated(id, answer).toByteArray());
      AnswerFrames.Answered read = AnswerFrames.read(Unpooled.wrappedBuffer(ours));
      assertThat(read.id()).isEqualTo(id);
      assertThat(AnswerFrames.of(id, read.answer())).isEqualTo(AnswerFrames.of(id, answer));
    }
  }

  @Test
  void aLaterVersionsFieldsAreSkippedAndItsRequestsAreNamed() throws Exception {
    UnknownFieldSet more =
        UnknownFieldSet.newBuilder()
            .addField(15, UnknownFieldSet.Field.newBuilder().addFixed64(1).build())
            .build();
    AnswerFrame executed =
        generated(3, new ClientAnswer.Executed(7, new byte[] {1})).toBuilder()
            .setUnknownFields(more)
            .build();
    ClientAnswer read = AnswerFrames.read(Unpooled.wrappedBuffer(executed.toByteArray())).answer();
    assertThat(((ClientAnswer.Executed) read).index()).isEqualTo(7);

    byte[] later = HexFormat.of().parseHex("0805" + "6200");
    RequestFrames.Asked asked = RequestFrames.read(Unpooled.wrappedBuffer(later));
    assertThat(asked.id()).isEqualTo(5);
    assertThat(asked.request()).isInstanceOf(ClientRequest.Unknown.class);
    byte[] lease = HexFormat.of().parseHex("0806" + "3202" + "0801");
    assertThat(RequestFrames.read(Unpooled.wrappedBuffer(lease)).request())
        .isEqualTo(new ClientRequest.Unknown("reads of level 1"));
    byte[] answer = HexFormat.of().parseHex("0807" + "7a00");
    assertThat(AnswerFrames.read(Unpooled.wrappedBuffer(answer)).answer())
        .isInstanceOf(ClientAnswer.Failed.class);
  }

  @Test
  void whatIsNotWellFormedIsRefusedWithAReason() {
    refused("0801", "a frame without a message");
    refused("0801" + "3a00" + "3a00", "two messages in one frame");
    refused("2a04" + "08011801", "a command without a number");
    refused("2a08" + "1001" + "2201aa" + "2201aa", "the same bytes twice");
    refused("2a7f" + "1001", "a field of 127 bytes with 2 left");
    refused("120b" + "08ffffffffffffffffff01", "a number beyond all numbers");
  }

  private static void refused(String hex, String why) {
    ByteBuf frame = Unpooled.wrappedBuffer(HexFormat.of().parseHex(hex));
    assertThatThrownBy(() -> RequestFrames.read(frame))
        .isInstanceOf(MalformedFrameException.class)
        .hasMessage(why);
  }

  @Test
  void theGreetingOfAClientHasNoName() throws Exception {
    Hello hello = Hello.ofClient("main");
    assertThat(Hello.read(Unpooled.wrappedBuffer(hello.toBytes()))).isEqualTo(hello);
    io.balsa.raft.transport.netty.generated.Hello parsed =
        io.balsa.raft.transport.netty.generated.Hello.parseFrom(hello.toBytes());
    assertThat(parsed.getRoleValue()).isEqualTo(Hello.CLIENT);
    assertThat(parsed.getNodeId()).isEmpty();
  }
}
