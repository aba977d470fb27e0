package io.balsa.raft.testkit.disk;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.NoSuchFileException;
import java.nio.file.OpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;

/**
 * Does what processes ask the disk to do, and ends them.
 *
 * <ul>
 *   <li>The files are touched with the lock of this object alone; what a test wants to be called is
 *       called without it.
 *   <li>At most one mount is alive; none while the power is off.
 *   <li>An operation that was begun before its process died never touches what a restored power
 *       left.
 * </ul>
 */
final class Driver {
  private final RandomGenerator random;
  private final Tree tree;
  private final Faults faults = new Faults();
  private Mount mount = new Mount(this);
  private boolean off;

  /** How often power was restored. */
  private long restores;

  private Consumer<Operation> recorder = operation -> {};

  Driver(RandomGenerator random, Tree tree) {
    this.random = random;
    this.tree = tree;
  }

  RandomGenerator random() {
    return random;
  }

  Faults faults() {
    return faults;
  }

  /** To be used with the lock. */
  Tree tree() {
    return tree;
  }

  synchronized Mount mount() {
    return mount;
  }

  synchronized Driver copy(RandomGenerator newRandom) {
    Driver copy = new Driver(newRandom, tree.copy());
    if (off) {
      copy.cutPower();
    }
    return copy;
  }

  synchronized void killProcess() {
    if (!off) {
      mount.end("the process is dead");
      mount = new Mount(this);
    }
  }

  synchronized void cutPower() {
    if (!off) {
      off = true;
      mount.end("the power is off");
    }
  }

  synchronized void restorePower() {
    if (!off) {
      throw new IllegalStateException("the power is on");
    }
    tree.crash(PowerCut.draw(tree, random));
    off = false;
    restores++;
    mount = new Mount(this);
  }

  private interface Action<T> {
    T run() throws IOException;
  }

  private interface Step<T> {
    /**
     * Does an operation, or fails as it does with what the interference threw, null if it let the
     * operation happen.
     */
    T take(IOException refusal) throws IOException;
  }

  private <T> T perform(Mount user, Operation operation, Action<T> action) throws IOException {
    return step(
        user,
        operation,
        refusal -> {
          if (refusal != null) {
            throw refusal;
          }
          return action.run();
        });
  }

  private <T> T step(Mount user, Operation operation, Step<T> step) throws IOException {
    long restoresBefore = start(user);
    IOException refusal = interferenceWith(operation);
    synchronized (this) {
      try {
        if (!user.isDead()) {
          return step.take(refusal);
        }
        throw dieDuring(operation, step, refusal, user, restores == restoresBefore);
      } finally {
        if (operation.kind().isChange()) {
          recorder.accept(operation);
        }
      }
    }
  }

  private synchronized long start(Mount user) throws IOException {
    user.driver();
    return restores;
  }

  private IOException interferenceWith(Operation operation) {
    try {
      faults.before(operation);
      return null;
    } catch (IOException e) {
      return e;
    }
  }

  /**
   * The process died when it had asked for an operation and not heard yet how it went: it was done
   * or not.
   */
  private <T> IOException dieDuring(
      Operation operation, Step<T> step, IOException refusal, Mount user, boolean sameDisk) {
    IOException death = user.death();
    IOException tear = refusal;
    if (refusal == null && operation.kind() == Operation.Kind.WRITE) {
      tear = new TornWriteException(random.nextInt(operation.length() + 1));
    }
    boolean done = tear != null || operation.kind().isChange() && random.nextBoolean();
    if (sameDisk && done) {
      try {
        step.take(tear);
      } catch (IOException e) {
        death.addSuppressed(e);
      }
    }
    return death;
  }

  /** Calls something after each operation that is a change, with the lock. */
  synchronized void record(Consumer<Operation> newRecorder) {
    recorder = newRecorder;
  }

  FileChannel open(Mount user, List<String> path, Set<? extends OpenOption> options)
      throws IOException {
    OpenMode mode = OpenMode.of(options);
    Operation operation = Operation.of(kindOfOpening(path, mode), Tree.text(path));
    return perform(user, operation, () -> openNow(user, path, mode));
  }

  private synchronized Operation.Kind kindOfOpening(List<String> path, OpenMode mode) {
    Node node = tree.find(path);
    if (node == null) {
      return mode.creates() ? Operation.Kind.CREATE : Operation.Kind.OPEN;
    }
    return mode.truncates() ? Operation.Kind.TRUNCATE : Operation.Kind.OPEN;
  }

  private FileChannel openNow(Mount user, List<String> path, OpenMode mode) throws IOException {
    Node node = tree.find(path);
    String text = Tree.text(path);
    if (node == null) {
      if (!mode.creates()) {
        throw new NoSuchFileException(text);
      }
      node = tree.createFile(path);
    } else if (mode.mustCreate()) {
      throw new FileAlreadyExistsException(text);
    } else if (mode.writes() && !(node instanceof FileNode)) {
      throw new IOException(text + ": Is a directory");
    }
    if (mode.truncates() && node instanceof FileNode file && file.current().size() > 0) {
      tree.truncate(file, 0);
    }
    return new OpenFile(user, node, text, mode);
  }

  int read(Mount user, FileNode file, String path, ByteBuffer bytes, long offset)
      throws IOException {
    Operation operation = new Operation(Operation.Kind.READ, path, offset, bytes.remaining());
    return perform(
        user,
        operation,
        () -> {
          faults.checkRead();
          return file.current().read(offset, bytes);
        });
  }

  int write(Mount user, FileNode file, String path, ByteBuffer bytes, long offset)
      throws IOException {
    Operation operation = new Operation(Operation.Kind.WRITE, path, offset, bytes.remaining());
    return step(user, operation, refusal -> writeNow(file, bytes, offset, refusal));
  }

  private int writeNow(FileNode file, ByteBuffer bytes, long offset, IOException refusal)
      throws IOException {
    int torn = faults.tornWrite();
    if (refusal instanceof TornWriteException tear) {
      torn = tear.bytes();
    } else if (refusal != null) {
      throw refusal;
    }
    int allowed = torn < 0 ? bytes.remaining() : Math.min(bytes.remaining(), torn);
    allowed = Math.min(allowed, room(file, offset, allowed));
    ByteBuffer part = bytes.slice(bytes.position(), allowed);
    bytes.position(bytes.position() + allowed);
    long delta = faults.takeMisdirection();
    if (!faults.takeLostWrite()) {
      tree.write(file, part, Math.max(0, offset + delta));
    }
    if (torn >= 0) {
      throw refusal != null ? refusal : new IOException("injected failure of a write");
    }
    return allowed;
  }

  /** How many bytes there is space for. */
  private int room(FileNode file, long offset, int wanted) throws IOException {
    long free = faults.free(tree.used());
    if (free == Long.MAX_VALUE) {
      return wanted;
    }
    long room = Math.max(0, file.current().size() - offset) + free;
    if (wanted > 0 && room == 0) {
      throw new IOException("No space left on device");
    }
    return (int) Math.min(wanted, room);
  }

  void truncate(Mount user, FileNode file, String path, long size) throws IOException {
    Operation operation = new Operation(Operation.Kind.TRUNCATE, path, size, 0);
    perform(
        user,
        operation,
        () -> {
          if (size < file.current().size()) {
            tree.truncate(file, size);
          }
          return null;
        });
  }

  void force(Mount user, Node node, String path) throws IOException {
    Operation.Kind kind =
        node instanceof FileNode ? Operation.Kind.FORCE : Operation.Kind.FORCE_DIRECTORY;
    step(user, Operation.of(kind, path), refusal -> forceNow(node, refusal));
  }

  private Void forceNow(Node node, IOException refusal) throws IOException {
    boolean fails = faults.forceFails();
    if (fails || refusal != null) {
      if (node instanceof FileNode file) {
        file.failForce();
      }
      throw refusal != null ? refusal : new IOException("injected failure of a force");
    }
    if (node instanceof FileNode file) {
      file.force();
    } else {
      tree.force((DirectoryNode) node);
    }
    return null;
  }

  synchronized long size(Mount user, Node node) throws IOException {
    return attributesOf(user, node).size();
  }

  synchronized Attributes attributes(Mount user, List<String> path) throws IOException {
    user.driver();
    return attributesOf(user, tree.get(path));
  }

  private static Attributes attributesOf(Mount user, Node node) throws IOException {
    user.driver();
    return Attributes.of(node);
  }

  List<String> list(Mount user, List<String> path) throws IOException {
    return perform(
        user,
        Operation.of(Operation.Kind.LIST, Tree.text(path)),
        () -> new ArrayList<>(tree.directory(path).current().keySet()));
  }

  void createDirectory(Mount user, List<String> path) throws IOException {
    change(user, Operation.Kind.CREATE_DIRECTORY, path, () -> tree.createDirectory(path));
  }

  void delete(Mount user, List<String> path) throws IOException {
    change(user, Operation.Kind.DELETE, path, () -> tree.delete(path));
  }

  void rename(Mount user, List<String> source, List<String> target, boolean replace)
      throws IOException {
    change(user, Operation.Kind.RENAME, target, () -> tree.rename(source, target, replace));
  }

  private interface Change {
    void make() throws IOException;
  }

  private void change(Mount user, Operation.Kind kind, List<String> path, Change change)
      throws IOException {
    perform(
        user,
        Operation.of(kind, Tree.text(path)),
        () -> {
          change.make();
          return null;
        });
  }

  FileLock lock(Mount user, String path, RegionLock lock) throws IOException {
    return perform(
        user,
        Operation.of(Operation.Kind.LOCK, path),
        () -> {
          user.lock(lock);
          return lock;
        });
  }
}
