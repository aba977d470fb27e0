package io.balsa.raft.testkit.simulation;

import io.balsa.raft.StateMachine;
import io.balsa.raft.StorageException;
import io.balsa.raft.testkit.disk.SimulatedDisk;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.SplittableRandom;

/**
 * What happens to disks and directories.
 *
 * <ul>
 *   <li>What is damaged is only ever what the log itself can prove to have been durable, on fewer
 *       than half of the hosts: an intact copy of every committed entry is left.
 * </ul>
 */
final class DiskMischief<M extends StateMachine> {
  private final World<M> world;
  private final SplittableRandom random;

  DiskMischief(World<M> world, SplittableRandom random) {
    this.world = world;
    this.random = random;
  }

  /** Returns false if the fault can't do anything here and now. */
  boolean hits(Fault fault, Host<M> victim) {
    switch (fault) {
      case FAILED_WRITE -> victim.faultyDisk().failWrite(random.nextInt(1, 20));
      case TORN_WRITE -> victim.faultyDisk().tearWrite(random.nextInt(1, 20), random.nextInt(600));
      case FAILED_FORCE -> victim.faultyDisk().failForce(random.nextInt(1, 20));
      case FAILED_READ -> victim.faultyDisk().failRead(random.nextInt(1, 20));
      case BROKEN_DISK -> breakFor(victim, random.nextLong(6 * Weather.SECOND));
      case FULL_DISK -> fillFor(victim, random.nextLong(6 * Weather.SECOND));
      default -> {
        return hitsFiles(fault, victim);
      }
    }
    return true;
  }

  /**
   * Damages a snapshot, or lets the disk fail soon that it is copied to. Returns false if the fault
   * can't do anything of the kind.
   */
  boolean hitsDownload(Fault fault, Host<M> source, Host<M> receiver) {
    int soon = random.nextInt(1, 4);
    switch (fault) {
      case FAILED_WRITE -> receiver.faultyDisk().failWrite(soon);
      case TORN_WRITE -> receiver.faultyDisk().tearWrite(soon, random.nextInt(600));
      case FAILED_FORCE -> receiver.faultyDisk().failForce(soon);
      case BIT_ROT, MISDIRECTED_WRITE, TRUNCATED_FILE -> {
        return damageSnapshot(fault, source);
      }
      default -> {
        return false;
      }
    }
    return true;
  }

  /** Damages a snapshot in any way, if there is one and the cluster could do without this host. */
  void spoilSnapshot(Host<M> victim) {
    List<Fault> ways = List.copyOf(Weather.DAMAGES);
    Fault fault = ways.get(random.nextInt(ways.size()));
    if (world.weather().mayDamage() && damageSnapshot(fault, victim)) {
      world.counts().fault(fault);
    }
  }

  /** Lets one of the next writes fail. */
  void failSoon(Host<M> victim) {
    victim.faultyDisk().failWrite(random.nextInt(1, 3));
  }

  private boolean hitsFiles(Fault fault, Host<M> victim) {
    return switch (fault) {
      case SECOND_OPENER -> openTwice(victim);
      case WRONG_DIRECTORY -> openInTheWrongPlace(victim);
      default -> damage(fault, victim);
    };
  }

  private void breakFor(Host<M> victim, long nanos) {
    victim.failDiskUntil(world.timeline().now() + nanos);
  }

  private void fillFor(Host<M> victim, long nanos) {
    victim.faultyDisk().limitSpace(random.nextLong(5_000));
    world.timeline().after(nanos, () -> victim.disk().limitSpace(1L << 40));
  }

  /**
   * Damages a snapshot, or a segment that is complete; or the last one, up to where it ends now,
   * once the log has gone on for long enough to prove that.
   */
  private boolean damage(Fault fault, Host<M> victim) {
    SimulatedDisk disk = victim.disk();
    List<String> segments = disk.files().stream().filter(f -> f.endsWith(".seg")).toList();
    if (segments.isEmpty()) {
      return false;
    }
    if (random.nextInt(3) == 0 && damageSnapshot(fault, victim)) {
      return true;
    }
    String file = segments.get(random.nextInt(segments.size()));
    int end = endOfContent(disk.content(file));
    if (!file.equals(segments.get(segments.size() - 1))) {
      return damage(fault, victim, file, end);
    }
    LogProof.Moment now = victim.proof().now();
    world
        .timeline()
        .after(
            random.nextLong(2 * Weather.SECOND),
            () -> {
              boolean storms = world.weather().storm() > 0;
              boolean there = disk.files().contains(file);
              if (storms
                  && there
                  && victim.proof().covers(now)
                  && damage(fault, victim, file, end)) {
                world.counts().fault(fault);
              }
            });
    return false;
  }

  private boolean damageSnapshot(Fault fault, Host<M> victim) {
    SimulatedDisk disk = victim.disk();
    List<String> snapshots = disk.files().stream().filter(f -> f.endsWith(".snap")).toList();
    if (snapshots.isEmpty()) {
      return false;
    }
    String file = snapshots.get(random.nextInt(snapshots.size()));
    return damage(fault, victim, file, disk.content(file).length);
  }

  private static int endOfContent(byte[] content) {
    int end = content.length;
    while (end > 0 && content[end - 1] == 0) {
      end--;
    }
    return end;
  }

  private boolean damage(Fault fault, Host<M> victim, String file, int end) {
    long hurt = world.hosts().stream().filter(Host::isDamaged).count();
    boolean tooMany = !victim.isDamaged() && 2 * (hurt + 1) >= world.hosts().size();
    if (tooMany || end < 2 || !world.isFormed()) {
      return false;
    }
    victim.damage();
    SimulatedDisk disk = victim.disk();
    int half = end / 2;
    switch (fault) {
      case BIT_ROT -> disk.flipBit(file, random.nextLong(8L * end));
      case MISDIRECTED_WRITE -> disk.swapBlocks(file, 0, half, random.nextInt(1, half + 1));
      default -> disk.truncate(file, random.nextInt(end));
    }
    return true;
  }

  private boolean openTwice(Host<M> victim) {
    if (!victim.isUp()) {
      return false;
    }
    startBeside(victim, "the directory is open twice", victim.directory());
    return true;
  }

  /** Another node's directory, on a machine of its own. */
  private boolean openInTheWrongPlace(Host<M> victim) {
    List<Host<M>> hosts = world.hosts();
    Host<M> owner = hosts.get(random.nextInt(hosts.size()));
    if (owner == victim || !owner.isUp()) {
      return false;
    }
    SimulatedDisk copy = owner.disk().copy();
    copy.heal();
    copy.killProcess();
    if (copy.files().stream().noneMatch(f -> f.endsWith("identity"))) {
      return false;
    }
    startBeside(victim, "it starts in the directory of " + owner, copy.root().resolve("data"));
    return true;
  }

  /** Starts one process more of a host, which must be refused. */
  private void startBeside(Host<M> victim, String what, Path directory) {
    Life<M> stranger = new Life<>(world, victim, 0);
    try {
      stranger.begin(directory);
      world.fail(new AssertionError(victim + ": " + what));
    } catch (StorageException e) {
      world.note(victim.id(), "refused: " + e.getMessage());
    } catch (IOException e) {
      world.note(victim.id(), "could not even be refused: " + e.getMessage());
    }
    stranger.end();
    stranger.bury();
  }
}
