package io.mlops4j.monitor.live;

import io.mlops4j.monitor.internal.BackgroundThread;
import io.mlops4j.monitor.internal.Failures;
import io.mlops4j.monitor.live.intake.CallBudget;
import io.mlops4j.monitor.live.intake.HandOff;
import io.mlops4j.monitor.live.rows.Handed;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;

/**
 * The thread of a monitor. It takes items from the hand-off and passes them to the loop, one after
 * the other. Thread safe.
 */
final class MonitorThread {
  private final HandOff handOff;
  private final MonitorLoop loop;
  private final @Nullable StateKeeper state;
  private final Failures failures;
  private final CallBudget budget;
  private final BackgroundThread thread;

  MonitorThread(
      HandOff handOff,
      MonitorLoop loop,
      @Nullable StateKeeper state,
      Failures failures,
      CallBudget budget) {
    this.handOff = handOff;
    this.loop = loop;
    this.state = state;
    this.failures = failures;
    this.budget = budget;
    this.thread = new BackgroundThread(this::run, "mlops4j-monitor");
  }

  void start() {
    thread.start();
  }

  private void run() {
    try {
      work();
    } finally { // after an error, too: a caller must not wait for a thread that has ended
      handOff.close();
      for (Handed item = handOff.take(); item != null; item = handOff.take()) {
        free(item);
      }
      failures.guard("cannot free the memory of the hand-off", handOff::free);
    }
  }

  private void work() {
    while (!handOff.hasEnded()) {
      long due = state == null ? Long.MAX_VALUE : state.nanosUntilDue();
      Handed item = handOff.take(Math.min(due, budget.nanosUntilDue()));
      if (item != null) {
        failures.guard("cannot process the rows that were handed over", () -> loop.handle(item));
        failures.guard("cannot note the rows that were processed", () -> handled(item));
      }
      failures.guard("cannot choose the share of the calls", budget::look);
      if (item != null) {
        free(item); // a mark is reached
      }
      if (state != null) {
        failures.guard("cannot store the state", state::tick);
      }
    }
    if (state != null) {
      failures.guard("cannot store the state", state::close);
    }
  }

  private void handled(Handed item) {
    if (state != null) {
      state.handled(item);
    }
    budget.handled(item);
  }

  private void free(Handed item) {
    failures.guard("cannot free the rows that were handed over", item::close);
  }

  /**
   * @throws IllegalStateException if the monitor is closed
   */
  void checkOpen() {
    if (handOff.isClosed()) {
      throw closed();
    }
  }

  private static IllegalStateException closed() {
    return new IllegalStateException("the monitor is closed");
  }

  /** Adds an item, waiting for room. */
  void add(Handed item) {
    if (!put(item)) {
      throw closed();
    }
  }

  private boolean put(Handed item) {
    try {
      return handOff.put(item);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while handing over to the monitor", e);
    }
  }

  /** Runs a step after everything that was handed over before, and waits for its end. */
  void run(Runnable step) {
    Handed.Step item = new Handed.Step(step, new CountDownLatch(1));
    add(item);
    await(item.ended());
  }

  /** Waits until everything that was handed over before is processed. */
  void flush() {
    Handed.Mark mark = new Handed.Mark(new CountDownLatch(1));
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
    thread.awaitEnd();
  }
}
