package io.balsa.raft.testkit.disk;

import java.nio.file.OpenOption;
import java.nio.file.StandardOpenOption;
import java.util.Set;

/** For what a file is opened. */
record OpenMode(
    boolean reads,
    boolean writes,
    boolean appends,
    boolean creates,
    boolean mustCreate,
    boolean truncates,
    boolean forces) {

  static OpenMode of(Set<? extends OpenOption> options) {
    for (OpenOption option : options) {
      if (!(option instanceof StandardOpenOption) || option == StandardOpenOption.DELETE_ON_CLOSE) {
        throw Mount.unsupported("the option " + option);
      }
    }
    boolean appends = options.contains(StandardOpenOption.APPEND);
    boolean writes = appends || options.contains(StandardOpenOption.WRITE);
    boolean truncates = options.contains(StandardOpenOption.TRUNCATE_EXISTING);
    boolean reads = options.contains(StandardOpenOption.READ);
    if (appends && (reads || truncates)) {
      throw new IllegalArgumentException("appending to a file goes with no reading or truncating");
    }
    boolean mustCreate = options.contains(StandardOpenOption.CREATE_NEW);
    return new OpenMode(
        reads || !writes,
        writes,
        appends,
        writes && (mustCreate || options.contains(StandardOpenOption.CREATE)),
        writes && mustCreate,
        writes && truncates,
        options.contains(StandardOpenOption.SYNC) || options.contains(StandardOpenOption.DSYNC));
  }
}
