package io.balsa.raft.examples;

import io.balsa.raft.testkit.history.Model;

/**
 * What a key-value store should do, key by key. The state is the value, {@link #NONE} if the key is
 * not there. No two requests bring the same value, so what a swap gives back tells exactly which
 * change came before it.
 */
class KeyValueModel implements Model<String, KeyValueModel.Request, String> {
  static final String NONE = "none";

  /** What is asked of a key. */
  enum Kind {
    GET,
    PUT,
    DELETE,

    /** A read, and a put on condition that the key still has the version that was read. */
    SWAP
  }

  /** One request; the value is empty where none is brought. */
  record Request(Kind kind, String key, String value) {
    @Override
    public String toString() {
      return kind + " " + key + " " + value;
    }
  }

  @Override
  public String initial() {
    return NONE;
  }

  @Override
  public Step<String, String> step(String state, Request request) {
    return switch (request.kind) {
      case GET -> new Step<>(state, state);
      case PUT -> new Step<>(request.value, "put");
      case DELETE -> new Step<>(NONE, deleted(!state.equals(NONE)));
      case SWAP -> new Step<>(request.value, state);
    };
  }

  /** What a delete is answered. */
  static String deleted(boolean wasThere) {
    return wasThere ? "deleted" : "was not there";
  }

  @Override
  public boolean isReadOnly(Request request) {
    return request.kind == Kind.GET;
  }

  @Override
  public Object key(Request request) {
    return request.key;
  }
}
