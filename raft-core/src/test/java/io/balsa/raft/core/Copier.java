package io.balsa.raft.core;

import java.lang.reflect.Field;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.UUID;

/**
 * Copies a node with everything it consists of.
 *
 * <ul>
 *   <li>The copy and the original share nothing that can change.
 *   <li>What is one object in the original is one object in the copy.
 * </ul>
 */
final class Copier {
  private static final ClassValue<Boolean> SHARED =
      new ClassValue<>() {
        @Override
        protected Boolean computeValue(Class<?> type) {
          return type.isRecord()
              || type.isEnum()
              || Number.class.isAssignableFrom(type)
              || type == Boolean.class
              || type == String.class
              || type == Configuration.class
              || type == UUID.class
              || type.getName().startsWith("java.util.ImmutableCollections$");
        }
      };

  private final Map<Object, Object> copies = new IdentityHashMap<>();

  private Copier() {}

  static TestNode copy(TestNode node) {
    return (TestNode) new Copier().of(node);
  }

  private Object of(Object original) {
    if (original == null || SHARED.get(original.getClass())) {
      return original;
    }
    Object known = copies.get(original);
    if (known != null) {
      return known;
    }
    if (original instanceof long[] numbers) {
      return remember(original, numbers.clone());
    } else if (original instanceof Collection<?> collection) {
      return copyOf(collection);
    } else if (original instanceof TreeMap<?, ?> map) {
      TreeMap<Object, Object> copy = remember(original, new TreeMap<>());
      map.forEach((key, value) -> copy.put(key, of(value)));
      return copy;
    } else if (original.getClass().getName().startsWith("io.balsa.")) {
      return copyFields(original);
    }
    throw new AssertionError("don't know how to copy " + original.getClass());
  }

  private <T> T remember(Object original, T copy) {
    copies.put(original, copy);
    return copy;
  }

  private Collection<Object> copyOf(Collection<?> original) {
    Collection<Object> copy;
    if (original.getClass() == ArrayList.class) {
      copy = new ArrayList<>(original.size());
    } else if (original.getClass() == ArrayDeque.class) {
      copy = new ArrayDeque<>(original.size() + 1);
    } else if (original.getClass() == HashSet.class) {
      copy = new HashSet<>();
    } else if (original.getClass() == TreeSet.class) {
      copy = new TreeSet<>();
    } else {
      throw new AssertionError("don't know how to copy " + original.getClass());
    }
    remember(original, copy);
    original.forEach(element -> copy.add(of(element)));
    return copy;
  }

  private Object copyFields(Object original) {
    Object copy = remember(original, Fields.allocate(original.getClass()));
    try {
      for (Field field : Fields.of(original.getClass())) {
        Object value = field.get(original);
        field.set(copy, field.getType().isPrimitive() ? value : of(value));
      }
    } catch (IllegalAccessException e) {
      throw new AssertionError(e);
    }
    return copy;
  }
}
