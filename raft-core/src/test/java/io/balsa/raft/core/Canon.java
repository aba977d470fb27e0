package io.balsa.raft.core;

import java.lang.reflect.Field;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Writes a node, a packet or a history down as bytes, under a renaming of the nodes.
 *
 * <ul>
 *   <li>Two nodes that are written alike do the same from then on, whatever happens to them.
 *   <li>Every field counts, those that are added tomorrow too; what is left out is named here.
 *   <li>Tokens of saves count from the last one that is on disk, since they are only compared.
 *   <li>The order within a set, a map, or the requests for votes of one save decides nothing.
 * </ul>
 */
final class Canon {
  private static final Set<Class<?>> LEFT_OUT =
      Set.of(Raft.class, Leader.class, Reporter.class, RaftObserver.class, RaftOptions.class);

  private final int[] renaming;
  private byte[] bytes = new byte[256];
  private int size;
  private long persistedToken;

  private Canon(int[] renaming) {
    this.renaming = renaming;
  }

  static byte[] bytes(Object object, int[] renaming) {
    Canon canon = new Canon(renaming);
    if (object instanceof TestNode node) {
      canon.persistedToken = Fields.getLong(node.raft().output, "persistedToken");
      canon.writeFields(node);
      canon.writeFields(node.raft());
    } else {
      canon.write(object);
    }
    return Arrays.copyOf(canon.bytes, canon.size);
  }

  static long hash(byte[] bytes) {
    long h = 0xcbf29ce484222325L;
    for (byte b : bytes) {
      h = (h ^ b) * 0x100000001b3L;
      h ^= h >>> 29;
    }
    return mix(h);
  }

  static long mix(long h) {
    long x = (h ^ h >>> 33) * 0xff51afd7ed558ccdL;
    x = (x ^ x >>> 33) * 0xc4ceb9fe1a85ec53L;
    return x ^ x >>> 33;
  }

  private void write(Object o) {
    if (o == null) {
      put(0);
    } else if (o instanceof Number n) {
      number(n.longValue());
    } else if (o instanceof Boolean b) {
      put(b ? 2 : 1);
    } else if (o instanceof Enum<?> e) {
      put(e.ordinal() + 1);
    } else if (o instanceof NodeId id) {
      put(renamed(id));
    } else if (o instanceof Configuration c) {
      members(c.voters());
      members(c.outgoing());
      members(c.learners());
      write(c.next());
    } else if (o instanceof Entry e) {
      entry(e);
    } else if (o instanceof long[] numbers) {
      Arrays.stream(numbers).forEach(this::number);
    } else if (o instanceof byte[] data) {
      for (byte b : data) {
        put(b);
      }
    } else if (o instanceof Set<?> set) {
      unordered(set);
    } else if (o instanceof Map<?, ?> map) {
      unordered(map.entrySet());
    } else if (o instanceof Map.Entry<?, ?> e) {
      write(e.getKey());
      write(e.getValue());
    } else if (o instanceof Collection<?> list) {
      number(list.size());
      list.forEach(this::write);
    } else if (!(o instanceof String)) { // words for the log decide nothing
      object(o);
    }
  }

  private void object(Object o) {
    if (o instanceof Output output) {
      output(output);
    } else if (o instanceof Effects.Save save) {
      write(save.hardState());
      write(save.entries());
      number(save.commitIndex());
    } else if (o.getClass().getName().startsWith("io.balsa.")) {
      number(o.getClass().getSimpleName().hashCode());
      writeFields(o);
    } else {
      throw new AssertionError("don't know how to write " + o.getClass());
    }
  }

  private void writeFields(Object o) {
    try {
      for (Field field : Fields.of(o.getClass())) {
        if (!LEFT_OUT.contains(field.getType())) {
          write(field.get(o));
        }
      }
    } catch (IllegalAccessException e) {
      throw new AssertionError(e);
    }
  }

  private void output(Output output) {
    List<Object> rest = new ArrayList<>();
    for (Field field : Fields.of(Output.class)) {
      switch (field.getName()) {
        case "issuedToken", "hardStateToken" -> token(Fields.getLong(output, field.getName()));
        case "persistedToken" -> put(0);
        case "underWay" -> {
          for (Object save : (Collection<?>) Fields.get(output, "underWay")) {
            token(Fields.getLong(save, "token"));
            number(Fields.getLong(save, "lastIndex"));
          }
          put(255);
        }
        case "kept" -> kept((Collection<?>) Fields.get(output, "kept"));
        default -> {
          if (!LEFT_OUT.contains(field.getType())) {
            rest.add(Fields.get(output, field.getName()));
          }
        }
      }
    }
    write(rest);
  }

  /** Requests for votes are never superseded, so those that follow each other are a set. */
  private void kept(Collection<?> kept) {
    List<Object> requests = new ArrayList<>();
    for (Object k : kept) {
      if (Fields.get(k, "message") instanceof Message.RequestVote) {
        requests.add(k);
        continue;
      }
      requests(requests);
      keptOne(k);
    }
    requests(requests);
    put(255);
  }

  private void requests(List<Object> requests) {
    requests.sort(Comparator.comparingInt(k -> renamed((NodeId) Fields.get(k, "to"))));
    requests.forEach(this::keptOne);
    requests.clear();
  }

  private void keptOne(Object k) {
    token(Fields.getLong(k, "token"));
    write(Fields.get(k, "to"));
    write(Fields.get(k, "message"));
  }

  private void token(long token) {
    number(Math.max(0, token - persistedToken));
  }

  private void entry(Entry e) {
    number(e.term());
    number(e.index());
    put(e.type().ordinal());
    if (e.type() == EntryType.CONFIGURATION) {
      write(Configuration.fromBytes(e.data()));
    } else {
      number(e.data().length);
      write(e.data());
    }
  }

  private void members(List<Member> members) {
    int set = 0;
    for (Member member : members) {
      set |= 1 << renamed(member.id());
    }
    put(set);
  }

  private int renamed(NodeId id) {
    return 1 + renaming[Action.place(id)];
  }

  private void unordered(Collection<?> elements) {
    List<byte[]> written = new ArrayList<>();
    for (Object element : elements) {
      Canon canon = new Canon(renaming);
      canon.persistedToken = persistedToken;
      canon.write(element);
      written.add(Arrays.copyOf(canon.bytes, canon.size));
    }
    written.sort(Arrays::compare);
    number(written.size());
    written.forEach(this::write);
  }

  private void number(long number) {
    if (number >= 0 && number < 200) {
      put((int) number);
      return;
    }
    put(200);
    for (int shift = 0; shift < 64; shift += 8) {
      put((int) (number >>> shift));
    }
  }

  private void put(int value) {
    if (size == bytes.length) {
      bytes = Arrays.copyOf(bytes, 2 * size);
    }
    bytes[size++] = (byte) value;
  }
}
