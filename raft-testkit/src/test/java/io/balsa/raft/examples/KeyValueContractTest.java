package io.balsa.raft.examples;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.balsa.raft.testkit.StateMachineContract;
import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;

class KeyValueContractTest extends StateMachineContract<KeyValueStore> {
  @Override
  protected KeyValueStore stateMachine() {
    return new KeyValueStore();
  }

  @Override
  protected byte[] command(RandomGenerator random) {
    String key = "schlüssel" + random.nextInt(20);
    long expected = random.nextBoolean() ? Change.ANY : random.nextLong(200);
    return random.nextInt(4) == 0
        ? new Change.Delete(key, expected).encode()
        : new Change.Put(key, bytes(random), expected).encode();
  }

  private static byte[] bytes(RandomGenerator random) {
    byte[] value = new byte[random.nextInt(50)];
    random.nextBytes(value);
    return value;
  }

  @Override
  protected Object state(KeyValueStore store) {
    List<String> content = new ArrayList<>();
    store
        .tree()
        .forEach(
            node ->
                content.add(
                    node.key() + node.value().version() + new String(node.value().value(), UTF_8)));
    return content;
  }

  @Override
  protected boolean answersGarbage() {
    return true;
  }
}
