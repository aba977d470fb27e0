package io.balsa.raft.transport.netty;

import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.helpers.MessageFormatter;

/** What was logged, each as "level text". */
final class LogLines extends ArrayList<String> {
  private static final long serialVersionUID = 1L;

  Logger logger() {
    return (Logger)
        Proxy.newProxyInstance(
            Logger.class.getClassLoader(),
            new Class<?>[] {Logger.class},
            (proxy, method, arguments) -> {
              add(method.getName() + " " + text(arguments));
              return null;
            });
  }

  private static String text(Object[] arguments) {
    Object[] values =
        Arrays.stream(arguments)
            .skip(1)
            .flatMap(a -> a instanceof Object[] many ? Arrays.stream(many) : Stream.of(a))
            .toArray();
    return MessageFormatter.arrayFormat((String) arguments[0], values).getMessage();
  }
}
