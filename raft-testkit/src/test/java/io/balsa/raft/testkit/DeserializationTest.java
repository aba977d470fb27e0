package io.balsa.raft.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import io.balsa.raft.RaftNode;
import io.balsa.raft.storage.FileStorage;
import io.balsa.raft.transport.netty.NettyTransport;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** SE-01: what every compiled class of the libraries has among its constants, and what none has. */
class DeserializationTest {
  private static final List<String> NEVER =
      List.of(
          "ObjectInputStream",
          "ObjectInputFilter",
          "ObjectOutputStream",
          "java/beans/XMLDecoder",
          "readObject",
          "readResolve",
          "SerializedLambda",
          "altMetafactory",
          "com/caucho/hessian",
          "java/io/Serializable",
          "java/io/Externalizable",
          "java/rmi/");

  private static Map<String, String> constantsOf(Class<?> anyClass)
      throws IOException, URISyntaxException {
    Path where = Path.of(anyClass.getProtectionDomain().getCodeSource().getLocation().toURI());
    if (Files.isDirectory(where)) {
      return constantsBelow(where);
    }
    try (FileSystem jar = FileSystems.newFileSystem(where)) {
      return constantsBelow(jar.getPath("/"));
    }
  }

  private static Map<String, String> constantsBelow(Path root) throws IOException {
    Map<String, String> constants = new LinkedHashMap<>();
    try (Stream<Path> files = Files.walk(root)) {
      for (Path file : files.filter(f -> f.toString().endsWith(".class")).sorted().toList()) {
        String bytes = new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1);
        constants.put(file.toString(), bytes);
      }
    }
    return constants;
  }

  @Test
  void se01_noLibraryReadsOrMakesSerializedObjects() throws Exception {
    for (Class<?> any : List.of(RaftNode.class, FileStorage.class, NettyTransport.class)) {
      Map<String, String> constants = constantsOf(any);
      assertThat(constants).as(any.getName()).hasSizeGreaterThan(15);
      constants.forEach(
          (file, bytes) ->
              NEVER.forEach(
                  name -> assertThat(bytes).as("%s in %s", name, file).doesNotContain(name)));
    }
  }

  /** The scan finds what it looks for: tests have a class that can be serialized. */
  @Test
  void theScanFindsASerializableLambda() throws Exception {
    Comparable<String> lambda = (Comparable<String> & java.io.Serializable) other -> 0;
    assertThat(lambda.compareTo("")).isZero();
    assertThat(constantsOf(DeserializationTest.class).values())
        .anyMatch(bytes -> bytes.contains("SerializedLambda"));
  }
}
