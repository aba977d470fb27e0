package io.balsa.raft.testkit.simulation;

import io.balsa.raft.storage.FileStorage;
import io.balsa.raft.transport.netty.WireTrip;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Runs many seeds, on all cores; {@code raft-testkit/campaign.sh} starts it.
 *
 * <pre>
 * --seeds N         how many; 1000 unless given
 * --minutes T       or how long
 * --first S         from which seed on; 1 unless given
 * --threads P       how many at once; as many as there are processors unless given
 * --stop-at-first   stop when a seed fails
 * --trace           print every decision; for one seed
 * </pre>
 */
public final class Campaign {
  private static final long PROGRESS_NANOS = 10_000_000_000L;

  private final Simulation simulation =
      Simulation.of(new Registers(), FileStorage::open, WireTrip::of);
  private final Arguments arguments;
  private final AtomicLong next;
  private final long end;
  private final ConcurrentLinkedQueue<Outcome> failed = new ConcurrentLinkedQueue<>();
  private final Map<Fault, Long> faults = new EnumMap<>(Fault.class);
  private long nextProgress = System.nanoTime() + PROGRESS_NANOS;
  private long done;
  private long nanos;
  private long requests;
  private long answers;
  private long deliveries;
  private long looks;
  private long led;
  private long elections;
  private long truncations;
  private long compactions;
  private long installs;
  private long configurations;
  private long damagedLogs;
  private long events;

  /** What was said on the command line. */
  record Arguments(
      long seeds, long minutes, long first, int threads, boolean stopAtFirst, boolean trace) {
    static Arguments parse(String[] args) {
      long seeds = 1000;
      long minutes = Long.MAX_VALUE;
      long first = 1;
      int threads = Runtime.getRuntime().availableProcessors();
      boolean stopAtFirst = false;
      boolean trace = false;
      for (int i = 0; i < args.length; i++) {
        switch (args[i]) {
          case "--seeds" -> seeds = Long.parseLong(args[++i]);
          case "--minutes" -> {
            minutes = Long.parseLong(args[++i]);
            seeds = Long.MAX_VALUE / 2;
          }
          case "--first" -> first = Long.parseLong(args[++i]);
          case "--threads" -> threads = Integer.parseInt(args[++i]);
          case "--stop-at-first" -> stopAtFirst = true;
          case "--trace" -> trace = true;
          default -> throw new IllegalArgumentException("unknown argument " + args[i]);
        }
      }
      return new Arguments(seeds, minutes, first, threads, stopAtFirst, trace);
    }
  }

  Campaign(Arguments arguments) {
    this.arguments = arguments;
    next = new AtomicLong(arguments.first);
    end = arguments.first + arguments.seeds;
  }

  /** Exits with 1 if a seed has failed. */
  public static void main(String[] args) throws InterruptedException {
    System.exit(new Campaign(Arguments.parse(args)).run() ? 0 : 1);
  }

  /** Whether all seeds were clean. */
  boolean run() throws InterruptedException {
    long start = System.nanoTime();
    Thread[] workers = new Thread[arguments.threads];
    for (int i = 0; i < workers.length; i++) {
      workers[i] = new Thread(() -> work(start), "campaign-" + i);
      workers[i].start();
    }
    for (Thread worker : workers) {
      worker.join();
    }
    progress(start);
    System.out.println("faults " + faults);
    Outcome first = failed.stream().min(Comparator.comparingLong(Outcome::seed)).orElse(null);
    if (first == null) {
      System.out.println("clean seeds=" + done);
      return true;
    }
    System.out.println(first.failure().toString().lines().findFirst().orElse(""));
    System.out.println(
        "failed seed=" + first.seed() + " after=" + (first.seed() - arguments.first + 1));
    return false;
  }

  private void work(long start) {
    long lastSeed = start + 60_000_000_000L * Math.min(arguments.minutes, 1L << 20);
    while (System.nanoTime() < lastSeed && !(arguments.stopAtFirst && !failed.isEmpty())) {
      long seed = next.getAndIncrement();
      if (seed >= end) {
        return;
      }
      add(simulation.play(seed, arguments.trace ? System.out::println : null), start);
    }
  }

  private synchronized void add(Outcome outcome, long start) {
    done++;
    nanos += outcome.nanos();
    requests += outcome.requests();
    answers += outcome.answers();
    deliveries += outcome.counts().deliveries();
    looks += outcome.counts().looks();
    led += outcome.counts().led();
    elections += outcome.counts().elections();
    truncations += outcome.counts().truncations();
    compactions += outcome.counts().compactions();
    installs += outcome.counts().installs();
    configurations += outcome.counts().configurations();
    damagedLogs += outcome.counts().damagedLogs();
    events += outcome.events();
    outcome
        .counts()
        .faults()
        .forEach((fault, count) -> faults.merge(fault, (long) count, Long::sum));
    if (outcome.failure() != null) {
      failed.add(outcome);
      System.out.println(outcome.report());
      System.out.println(
          "Here: raft-testkit/campaign.sh --trace --seeds 1 --first " + outcome.seed());
      outcome.failure().printStackTrace(System.out);
    }
    if (System.nanoTime() >= nextProgress) {
      nextProgress = System.nanoTime() + PROGRESS_NANOS;
      progress(start);
    }
  }

  private void progress(long start) {
    double seconds = (System.nanoTime() - start) / 1e9;
    System.out.printf(
        "%d seeds, %.1f a second, %.1f simulated hours, %d requests, %d answered, %d messages, %d"
            + " events, a leader in %.0f %% of the storms, %d elections, %d truncations, %d compactions, %d installs, %d configurations, %d damaged logs refused, %d faults, %d failed;"
            + " go on with --first %d%n",
        done,
        done / seconds,
        nanos / 3.6e12,
        requests,
        answers,
        deliveries,
        events,
        100.0 * led / Math.max(1, looks),
        elections,
        truncations,
        compactions,
        installs,
        configurations,
        damagedLogs,
        faults.values().stream().mapToLong(Long::longValue).sum(),
        failed.size(),
        Math.min(next.get(), end));
  }
}
