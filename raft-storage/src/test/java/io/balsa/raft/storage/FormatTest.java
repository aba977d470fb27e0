package io.balsa.raft.storage;

import static io.balsa.raft.storage.Place.entry;
import static org.assertj.core.api.Assertions.assertThat;

import io.balsa.raft.LogStore;
import io.balsa.raft.core.Entry;
import io.balsa.raft.core.EntryType;
import io.balsa.raft.core.HardState;
import io.balsa.raft.core.NodeId;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The bytes of a small directory. If this test fails, files written by an earlier version may no
 * longer be readable: then the format needs a new version number, and this version's files a
 * reader.
 */
class FormatTest {
  private static final Path GOLDEN = Path.of("src/test/resources/golden-directory.txt");

  @TempDir Path directory;

  private static Place smallDirectory(Path path) throws IOException {
    Place place = new Place(path, 400);
    LogStore log = place.open();
    log.saveHardState(new HardState(7, new NodeId("n3")));
    log.append(
        List.of(
            new Entry(6, 1, EntryType.CONFIGURATION, new byte[] {1, 2, 3}),
            new Entry(6, 2, EntryType.NO_OP, new byte[0])),
        0);
    log.sync();
    log.append(List.of(entry(2, 7, 8), entry(3, 7, 20)), 1);
    log.sync();
    log.append(List.of(entry(4, 7, 100)), 3);
    log.sync();
    place.close();
    return place;
  }

  @Test
  void theBytesAreThoseOfEveryOtherVersion() throws IOException {
    smallDirectory(directory);
    List<String> dump = dump(Image.of(directory));
    if (Boolean.getBoolean("golden.rewrite")) {
      Files.write(GOLDEN, dump);
    }
    assertThat(dump).isEqualTo(Files.readAllLines(GOLDEN));
  }

  /** Lines of 16 bytes; lines of zeros are left out. */
  private static List<String> dump(Image image) {
    List<String> lines = new ArrayList<>();
    for (Map.Entry<String, byte[]> file : image.files().entrySet()) {
      byte[] content = file.getValue();
      lines.add(file.getKey() + ", " + content.length + " bytes");
      if (file.getKey().equals("identity")) {
        lines.addAll(new String(content, StandardCharsets.UTF_8).lines().toList());
        continue;
      }
      for (int at = 0; at < content.length; at += 16) {
        String hex =
            HexFormat.ofDelimiter(" ").formatHex(content, at, Math.min(at + 16, content.length));
        if (!hex.matches("[0 ]*")) {
          lines.add(String.format("%04x  %s", at, hex));
        }
      }
    }
    return lines;
  }
}
