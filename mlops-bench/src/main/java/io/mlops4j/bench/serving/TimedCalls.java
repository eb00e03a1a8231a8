package io.mlops4j.bench.serving;

import java.io.Closeable;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;

/** Threads that take up calls at given times, whether or not the ones before were answered. */
final class TimedCalls implements Closeable {
  private static final long BEGIN = 10_000_000;

  private final Callers callers;
  private final List<Caller> each = new ArrayList<>();
  private final ExecutorService threads;

  TimedCalls(int threads, Callers callers) throws Exception {
    this.callers = callers;
    for (int i = 0; i < threads; i++) {
      each.add(callers.caller(i));
    }
    this.threads = Executors.newFixedThreadPool(threads);
  }

  /**
   * Makes a call at each time.
   *
   * @param meant nanoseconds from the beginning, in ascending order
   * @return the time from when each call was meant to begin to its answer, in nanoseconds
   */
  long[] ask(long[] meant) throws Exception {
    AtomicInteger next = new AtomicInteger();
    long[] took = new long[meant.length];
    long begin = System.nanoTime() + BEGIN;
    List<Future<Void>> loops = new ArrayList<>();
    for (Caller caller : each) {
      Callable<Void> loop =
          () -> {
            for (int i = next.getAndIncrement(); i < meant.length; i = next.getAndIncrement()) {
              await(begin + meant[i]);
              caller.call(i);
              took[i] = System.nanoTime() - begin - meant[i];
            }
            return null;
          };
      loops.add(threads.submit(loop));
    }
    for (Future<Void> loop : loops) {
      loop.get();
    }
    return took;
  }

  /** Waits until all work of the calls so far is done. */
  void settle() {
    callers.settle();
  }

  private static void await(long time) {
    for (long left = time - System.nanoTime(); left > 0; left = time - System.nanoTime()) {
      LockSupport.parkNanos(left);
    }
  }

  @Override
  public void close() throws IOException {
    threads.shutdownNow();
    callers.close();
  }
}
