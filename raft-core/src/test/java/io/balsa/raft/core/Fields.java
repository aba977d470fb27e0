package io.balsa.raft.core;

import java.lang.reflect.Field;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.util.ArrayList;
import java.util.List;

/** Reads, writes and allocates what is private to the algorithm, for {@link Search} alone. */
final class Fields {
  private static final ClassValue<Field[]> OF =
      new ClassValue<>() {
        @Override
        protected Field[] computeValue(Class<?> type) {
          List<Field> all = new ArrayList<>();
          for (Class<?> c = type; c != null && c != Object.class; c = c.getSuperclass()) {
            for (Field field : c.getDeclaredFields()) {
              if (!Modifier.isStatic(field.getModifiers()) && !field.isSynthetic()) {
                field.setAccessible(true);
                all.add(field);
              }
            }
          }
          return all.toArray(Field[]::new);
        }
      };

  private static final Object UNSAFE;
  private static final Method ALLOCATE;

  static {
    try {
      Class<?> type = Class.forName("sun.misc.Unsafe");
      Field instance = type.getDeclaredField("theUnsafe");
      instance.setAccessible(true);
      UNSAFE = instance.get(null);
      ALLOCATE = type.getMethod("allocateInstance", Class.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  private Fields() {}

  /** The fields of an object of a class, those of its superclasses too. */
  static Field[] of(Class<?> type) {
    return OF.get(type);
  }

  /** An object whose constructor did not run. */
  static Object allocate(Class<?> type) {
    try {
      return ALLOCATE.invoke(UNSAFE, type);
    } catch (ReflectiveOperationException e) {
      throw new AssertionError(e);
    }
  }

  static Object get(Object object, String name) {
    try {
      return field(object, name).get(object);
    } catch (IllegalAccessException e) {
      throw new AssertionError(e);
    }
  }

  static long getLong(Object object, String name) {
    return ((Number) get(object, name)).longValue();
  }

  static void set(Object object, String name, Object value) {
    try {
      field(object, name).set(object, value);
    } catch (IllegalAccessException e) {
      throw new AssertionError(e);
    }
  }

  private static Field field(Object object, String name) {
    for (Field field : of(object.getClass())) {
      if (field.getName().equals(name)) {
        return field;
      }
    }
    throw new AssertionError(object.getClass() + " has no field " + name);
  }
}
