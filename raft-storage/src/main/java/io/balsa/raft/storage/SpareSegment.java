package io.balsa.raft.storage;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Prepares files for the next segment, so that the writer finds one that is filled with zeros and
 * forced: writing into it then needs no new blocks and a sync no change of metadata.
 *
 * <ul>
 *   <li>A spare has a temporary name until it is complete, and stays without data until the writer
 *       takes it.
 *   <li>There is one spare at most, and one attempt to make it for each segment taken.
 *   <li>A failed attempt harms nobody: its file is removed, and the writer tries once more when it
 *       needs the space.
 * </ul>
 */
final class SpareSegment {
  static final String SPARE = "spare" + DurableReplace.SUFFIX;
  static final String LARGE = "large" + DurableReplace.SUFFIX;

  private static final Logger LOG = LoggerFactory.getLogger(SpareSegment.class);
  private static final int CHUNK = 1 << 20;

  private final Path directory;
  private final long size;
  private final Executor executor;

  /** The spare, or the attempt to make it; null before the first attempt for the next segment. */
  private Attempt spare;

  private volatile boolean closed;

  SpareSegment(Path directory, long size, Executor executor) {
    this.directory = directory;
    this.size = size;
    this.executor = executor;
  }

  /** Starts to make a spare, unless that was done since the last one was taken. */
  void prepare() {
    if (spare == null) {
      spare = new Attempt();
      executor.execute(spare);
    }
  }

  /** A file of zeros of at least the given size, made now if there is no spare of that size. */
  Path take(long wanted) throws IOException {
    if (wanted > size) {
      return fill(directory.resolve(LARGE), wanted);
    }
    Attempt attempt = spare;
    spare = null;
    return attempt != null && succeeded(attempt)
        ? directory.resolve(SPARE)
        : fill(directory.resolve(SPARE), size);
  }

  /** Waits for an attempt, or makes it if nobody has begun. */
  private boolean succeeded(Attempt attempt) {
    attempt.run();
    try {
      attempt.done.join();
      return true;
    } catch (CompletionException | CancellationException e) {
      LOG.warn(
          "{}: the next segment could not be prepared ahead of need: {}",
          directory,
          cause(e).toString());
      return false;
    }
  }

  private static Throwable cause(RuntimeException e) {
    return e.getCause() == null ? e : e.getCause();
  }

  /** Makes a spare, once, whoever runs it first. */
  private final class Attempt implements Runnable {
    private final AtomicBoolean begun = new AtomicBoolean();
    private final CompletableFuture<Void> done = new CompletableFuture<>();

    @Override
    public void run() {
      if (!begun.compareAndSet(false, true)) {
        return;
      }
      try {
        fill(directory.resolve(SPARE), size);
        done.complete(null);
      } catch (IOException | RuntimeException | Error e) {
        done.completeExceptionally(e);
      }
    }
  }

  private Path fill(Path file, long bytes) throws IOException {
    boolean done = false;
    try (FileChannel channel = Disk.create(file)) {
      ByteBuffer zeros = ByteBuffer.allocateDirect((int) Math.min(CHUNK, bytes));
      for (long at = 0; at < bytes; at += zeros.limit()) {
        if (closed) {
          throw new CancellationException();
        }
        zeros.clear().limit((int) Math.min(zeros.capacity(), bytes - at));
        Disk.write(channel, zeros, at);
        // In pieces, so that a sync of the log never queues behind the whole of it.
        channel.force(false);
      }
      done = true;
      return file;
    } finally {
      if (!done) {
        remove(file);
      }
    }
  }

  /** Gives back the space of a file that was not completed, without hiding why it wasn't. */
  private static void remove(Path file) {
    try {
      Files.deleteIfExists(file);
    } catch (IOException e) {
      LOG.warn(
          "{} could not be removed, the next opening of the directory does it: {}",
          file,
          e.toString());
    }
  }

  /** Stops an attempt under way and removes the spare. */
  void close() {
    closed = true;
    if (spare != null) {
      spare.run();
      spare.done.exceptionally(e -> null).join();
      remove(directory.resolve(SPARE));
      spare = null;
    }
  }
}
