package io.balsa.raft.transport.netty;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.reflect.Executable;
import java.lang.reflect.Modifier;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** What the compiled classes of this module have in them, and what not. */
class ShapeTest {
  private static final List<String> NEVER =
      List.of(
          "java/io/ObjectInputStream",
          "java/io/ObjectOutputStream",
          "java/lang/reflect/",
          "com/caucho/hessian",
          "com/google/protobuf/GeneratedMessage",
          "netty/generated/");

  private static List<Path> classes() throws IOException, URISyntaxException {
    Path root =
        Path.of(NettyTransport.class.getProtectionDomain().getCodeSource().getLocation().toURI());
    try (Stream<Path> files = Files.walk(root)) {
      return files.filter(f -> f.toString().endsWith(".class")).toList();
    }
  }

  /** SE-01: bytes only; nothing from the wire ever becomes an object of a class it names. */
  @Test
  void se01_nothingIsDeserialized() throws Exception {
    assertThat(classes()).hasSizeGreaterThan(15);
    for (Path file : classes()) {
      String constants = new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1);
      for (String name : NEVER) {
        assertThat(constants).as("%s in %s", name, file.getFileName()).doesNotContain(name);
      }
    }
  }

  /** Netty and protobuf may be exchanged without anybody noticing. */
  @Test
  void thePublicTypesMentionNeitherNettyNorProtobuf() throws Exception {
    List<String> mentioned = new ArrayList<>();
    for (Path file : classes()) {
      String name = file.getFileName().toString().replace(".class", "");
      if (!name.equals("module-info") && !name.equals("package-info")) {
        Class<?> type = Class.forName(NettyTransport.class.getPackageName() + "." + name);
        if (Modifier.isPublic(type.getModifiers())) {
          mentioned.addAll(signatures(type));
        }
      }
    }
    assertThat(mentioned).isNotEmpty();
    assertThat(mentioned).noneMatch(s -> s.contains("io.netty") || s.contains("com.google"));
  }

  private static List<String> signatures(Class<?> type) {
    Stream<Executable> all =
        Stream.concat(Arrays.stream(type.getMethods()), Arrays.stream(type.getConstructors()));
    return all.map(Executable::toGenericString).toList();
  }
}
