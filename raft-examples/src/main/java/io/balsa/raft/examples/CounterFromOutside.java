package io.balsa.raft.examples;

// docs/client.md begins
import io.balsa.raft.NotExecutedException;
import io.balsa.raft.OutcomeUnknownException;
import io.balsa.raft.SessionLostException;
import io.balsa.raft.transport.netty.RaftClient;
import java.math.BigInteger;
import java.util.concurrent.CompletionException;

/** Adds to the number of {@link Counter}, from a process that is none of its nodes. */
class CounterFromOutside {
  public static void main(String[] args) throws Exception {
    try (RaftClient client =
        RaftClient.builder("localhost:7001", "localhost:7002", "localhost:7003")
            .insecure() // or .tls(...)
            .open()) {
      System.out.println(client.status().join());
      System.out.println("now it is " + add(client, 5));
    }
  }

  static BigInteger add(RaftClient client, long number) {
    try {
      byte[] sum = client.propose(BigInteger.valueOf(number).toByteArray()).join();
      return new BigInteger(sum); // executed, exactly once
    } catch (CompletionException e) {
      if (e.getCause() instanceof NotExecutedException) {
        throw new IllegalStateException("nothing was added; try again later", e);
      } else if (e.getCause() instanceof OutcomeUnknownException) {
        throw new IllegalStateException("it may have been added, once: look", e);
      } else if (e.getCause() instanceof SessionLostException) {
        client.openNewSession(); // once it is known what became of the commands under way
        throw new IllegalStateException("away for too long: look what was added", e);
      }
      throw e;
    }
  }
}
// docs/client.md ends
