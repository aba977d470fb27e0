package io.balsa.raft.examples;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.balsa.raft.examples.KeyValueStore.Versioned;
import io.balsa.raft.transport.netty.RaftClient;
import java.util.Optional;

/** One of several ways to use a key-value store. Blocks. */
interface Store {
  Outcome<Optional<Versioned>> get(String key) throws InterruptedException;

  /** Puts a value if the key has the version, which may be {@link Change#ANY}. */
  Outcome<Receipt> put(String key, byte[] value, long expected) throws InterruptedException;

  Outcome<Receipt> delete(String key) throws InterruptedException;

  /** Through a node, over HTTP; reads rely on the clocks, or not. */
  record OfNode(RemoteStore node, boolean byLease) implements Store {
    @Override
    public Outcome<Optional<Versioned>> get(String key) throws InterruptedException {
      return byLease ? node.getByLease(key) : node.get(key);
    }

    @Override
    public Outcome<Receipt> put(String key, byte[] value, long expected)
        throws InterruptedException {
      return node.put(key, value, expected);
    }

    @Override
    public Outcome<Receipt> delete(String key) throws InterruptedException {
      return node.delete(key, Change.ANY);
    }
  }

  /** In a session, from outside of the cluster. */
  record InSession(RaftClient client) implements Store {
    @Override
    public Outcome<Optional<Versioned>> get(String key) {
      return ClusterClient.await(client.read(key.getBytes(UTF_8)), KeyValueStore::found);
    }

    @Override
    public Outcome<Receipt> put(String key, byte[] value, long expected) {
      return propose(new Change.Put(key, value, expected));
    }

    @Override
    public Outcome<Receipt> delete(String key) {
      return propose(new Change.Delete(key, Change.ANY));
    }

    private Outcome<Receipt> propose(Change change) {
      return ClusterClient.await(client.propose(change.encode()), Receipt::decode);
    }
  }
}
