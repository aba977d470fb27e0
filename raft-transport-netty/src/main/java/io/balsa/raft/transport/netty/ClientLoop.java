package io.balsa.raft.transport.netty;

import io.balsa.raft.ClientRequest;
import io.netty.util.concurrent.Future;
import java.time.Duration;
import java.util.List;
import java.util.function.Consumer;

/**
 * The thread of a client, with its pilot and the one connection it has. All methods but {@link
 * #run} and {@link #close} are called by that thread only.
 *
 * <ul>
 *   <li>As long as the pilot has something to do, a tick is scheduled.
 * </ul>
 */
final class ClientLoop implements Pilot.Line {
  /** Deadlines and pauses are kept to so much. */
  private static final Duration TICK = Duration.ofMillis(10);

  /** Only a session has to be kept alive. */
  private static final Duration SLOW_TICK = Duration.ofMillis(250);

  private static final Duration PATIENCE = Duration.ofSeconds(2);

  private final String group;
  private final Reactor reactor;
  private final Pilot pilot;
  private ClientCall call;
  private Future<?> nextTick;
  private boolean slow;

  ClientLoop(String group, List<String> addresses, Duration sessionTimeout, Reactor reactor) {
    this.group = group;
    this.reactor = reactor;
    this.pilot = new Pilot(this, addresses, sessionTimeout, System::nanoTime, reactor.random());
  }

  /** Lets the pilot be used, on its thread; false if that is gone. */
  boolean run(Consumer<Pilot> task) {
    return reactor.execute(
        () -> {
          task.accept(pilot);
          keepTicking();
        });
  }

  private void tick() {
    nextTick = null;
    pilot.tick();
    keepTicking();
  }

  private void keepTicking() {
    if (nextTick != null && slow && pilot.hasRequests()) {
      nextTick.cancel(false);
      nextTick = null;
    }
    if (nextTick == null && pilot.isBusy()) {
      slow = !pilot.hasRequests();
      nextTick = reactor.schedule(this::tick, slow ? SLOW_TICK : TICK);
    }
  }

  @Override
  public void dial(String address) {
    call = new ClientCall(pilot, group, HostPort.parse(address), reactor);
    call.begin();
  }

  @Override
  public void send(long id, ClientRequest request) {
    call.send(id, request);
  }

  @Override
  public void hangUp() {
    if (call != null) {
      call.hangUp();
    }
  }

  /** Ends everything, within some seconds. */
  void close() {
    reactor.call(pilot::close, PATIENCE);
    reactor.close(PATIENCE);
  }
}
