package io.mlops4j.monitor.internal;

/**
 * A daemon thread whose work should not delay the calls of the service. A thread that has work for
 * milliseconds keeps its processor for as long as the system lets it, on Linux up to the next tick
 * of its clock, and a call that is due on that processor waits. So the work calls {@link #giveWay}
 * between its parts, and the calls that wait go first.
 */
public final class BackgroundThread extends Thread {
  private static final long PART = 50_000;

  private long since;

  public BackgroundThread(Runnable work, String name) {
    super(work, name);
    setDaemon(true);
  }

  /** Waits until this thread has ended. An interrupt is kept for later. */
  public void awaitEnd() {
    boolean interrupted = false;
    while (isAlive()) {
      try {
        join();
      } catch (InterruptedException e) {
        interrupted = true; // what the thread holds is still processed
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  /**
   * Lets waiting threads run, if this is a background thread that has worked for 50 µs. Does
   * nothing in other threads. Not to be called with a lock that calls take.
   */
  public static void giveWay() {
    if (Thread.currentThread() instanceof BackgroundThread thread) {
      thread.yieldIfDue();
    }
  }

  @SuppressWarnings("ThreadPriorityCheck") // a hint that changes no result
  private void yieldIfDue() {
    long now = System.nanoTime();
    if (now - since >= PART) {
      Thread.yield();
      since = System.nanoTime();
    }
  }
}
