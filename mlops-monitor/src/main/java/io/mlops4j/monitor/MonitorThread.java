package io.mlops4j.monitor;

import java.util.concurrent.CountDownLatch;

/**
 * The thread of a monitor. It takes items from the hand-off and passes them to the loop, one after
 * the other. Thread safe.
 */
final class MonitorThread {
  private final HandOff handOff;
  private final MonitorLoop loop;
  private final Failures failures;
  private final Thread thread;

  MonitorThread(HandOff handOff, MonitorLoop loop, Failures failures) {
    this.handOff = handOff;
    this.loop = loop;
    this.failures = failures;
    this.thread = new Thread(this::work, "mlops4j-monitor");
    this.thread.setDaemon(true);
  }

  void start() {
    thread.start();
  }

  private void work() {
    for (HandOff.Item item = handOff.take(); item != null; item = handOff.take()) {
      HandOff.Item taken = item;
      failures.guard("cannot process the rows that were handed over", () -> loop.handle(taken));
      failures.guard("cannot free the rows that were handed over", taken::close);
    }
  }

  /** Adds an item, waiting for room. */
  void add(HandOff.Item item) {
    if (!put(item)) {
      throw new IllegalStateException("the monitor is closed");
    }
  }

  private boolean put(HandOff.Item item) {
    try {
      return handOff.put(item);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while handing over to the monitor", e);
    }
  }

  /** Runs a step after everything that was handed over before, and waits for its end. */
  void run(Runnable step) {
    HandOff.Step item = new HandOff.Step(step, new CountDownLatch(1));
    add(item);
    await(item.ended());
  }

  /** Waits until everything that was handed over before is processed. */
  void flush() {
    HandOff.Mark mark = new HandOff.Mark(new CountDownLatch(1));
    if (put(mark)) {
      await(mark.reached());
    }
  }

  private static void await(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while waiting for the monitor", e);
    }
  }

  /** Closes the hand-off and waits until its items are processed. */
  void close() {
    handOff.close();
    boolean interrupted = false;
    while (thread.isAlive()) {
      try {
        thread.join();
      } catch (InterruptedException e) {
        interrupted = true; // the rows in the hand-off are still processed
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
