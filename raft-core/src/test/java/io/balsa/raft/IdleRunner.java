package io.balsa.raft;

/** A runner that never polls; tests do it by hand. */
class IdleRunner implements Runner {
  @Override
  public void start(Runnable poll) {}

  @Override
  public void wake() {}

  @Override
  public void stop() {}
}
