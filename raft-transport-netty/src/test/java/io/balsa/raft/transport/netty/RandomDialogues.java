package io.balsa.raft.transport.netty;

import io.balsa.raft.ClientAnswer;
import io.balsa.raft.ClientRequest;
import io.balsa.raft.core.Configuration;
import io.balsa.raft.core.Member;
import io.balsa.raft.core.NodeId;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** Requests and answers of all kinds, the same for the same seed. */
final class RandomDialogues {
  static final int REQUESTS = 6;
  static final int ANSWERS = 7;

  private final Random random;

  RandomDialogues(long seed) {
    random = new Random(seed);
  }

  ClientRequest request(int kind) {
    return switch (kind) {
      case 0 -> new ClientRequest.OpenSession(number());
      case 1 -> new ClientRequest.KeepAlive(number(), number());
      case 2 -> new ClientRequest.CloseSession(number());
      case 3 -> new ClientRequest.Propose(number(), 1 + number() / 2, number(), bytes());
      case 4 -> new ClientRequest.Read(bytes());
      default -> new ClientRequest.Status();
    };
  }

  ClientAnswer answer(int kind) {
    return switch (kind) {
      case 0 -> new ClientAnswer.Opened(number());
      case 1 -> new ClientAnswer.Done();
      case 2 -> new ClientAnswer.Executed(number(), bytes());
      case 3 -> new ClientAnswer.Value(bytes());
      case 4 -> status();
      case 5 -> new ClientAnswer.NotLeader(status());
      default -> {
        ClientAnswer.Problem[] all = ClientAnswer.Problem.values();
        yield new ClientAnswer.Failed(all[random.nextInt(all.length)], "because " + number());
      }
    };
  }

  private ClientAnswer.Status status() {
    List<Member> members = new ArrayList<>();
    for (int i = random.nextInt(4); i >= 0; i--) {
      members.add(new Member(new NodeId("n" + i), "host" + i + ":7000"));
    }
    NodeId leader = random.nextBoolean() ? null : new NodeId("n" + random.nextInt(3));
    return new ClientAnswer.Status(new NodeId("n0"), leader, number(), Configuration.of(members));
  }

  long number() {
    return random.nextLong() >>> (1 + random.nextInt(63));
  }

  private byte[] bytes() {
    byte[] bytes = new byte[random.nextInt(5) * random.nextInt(40)];
    random.nextBytes(bytes);
    return bytes;
  }
}
