package io.mlops4j.bench.soak.deployment;

import io.mlops4j.bench.soak.part.Child;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;

/**
 * Calls that come when they come, whether or not the ones before were answered: Poisson arrivals at
 * a fixed rate, from a number of threads. The time of a call begins when it was meant to.
 */
final class OpenCalls implements AutoCloseable {
  private static final int TOLD = 10;

  /** Counts the times of the calls of a span. */
  static final class Times {
    private static final int MOST = 1 << 21;

    private final int[] micros = new int[MOST];
    private final int[] running = new int[MOST];
    private final AtomicInteger next = new AtomicInteger();

    private void add(long nanos, long runningNanos) {
      int at = next.getAndIncrement() & (MOST - 1);
      micros[at] = (int) (nanos / 1000);
      running[at] = (int) (runningNanos / 1000);
    }

    /** In microseconds; zero without a call. */
    int quantile(double share) {
      return quantile(micros, share);
    }

    /** The same from when the caller's thread ran, without its wait for a processor before. */
    int runningQuantile(double share) {
      return quantile(running, share);
    }

    private int quantile(int[] times, double share) {
      int count = Math.min(next.get(), MOST);
      int[] sorted = Arrays.copyOf(times, count);
      Arrays.sort(sorted);
      return count == 0 ? 0 : sorted[(int) (share * (count - 1))];
    }

    int calls() {
      return next.get();
    }
  }

  /** One call; throws if it failed or was answered wrongly. */
  interface Call {
    void call(int thread, Random random) throws Exception;
  }

  private final List<Thread> threads = new ArrayList<>();
  private final AtomicLong failed = new AtomicLong();
  private final AtomicLong answered = new AtomicLong();
  private volatile Times times = new Times();
  private volatile boolean ends;

  OpenCalls(int threads, double perSecond, long seed, Call call) {
    double nanosBetween = 1e9 * threads / perSecond;
    for (int i = 0; i < threads; i++) {
      int number = i;
      Thread thread =
          new Thread(
              () -> loop(number, new Random(seed + number), nanosBetween, call), "caller-" + i);
      this.threads.add(thread);
      thread.start();
    }
  }

  private void loop(int number, Random random, double nanosBetween, Call call) {
    double meant = System.nanoTime();
    while (!ends) {
      meant -= Math.log(1 - random.nextDouble()) * nanosBetween;
      for (long left = (long) meant - System.nanoTime();
          left > 0 && !ends;
          left = (long) meant - System.nanoTime()) {
        LockSupport.parkNanos(left);
      }
      Times span = times;
      long began = System.nanoTime();
      try {
        call.call(number, random);
        answered.incrementAndGet();
      } catch (Throwable e) {
        if (failed.incrementAndGet() <= TOLD) {
          Child.tell("a call ended with " + e);
        }
      }
      long ended = System.nanoTime();
      span.add(ended - (long) meant, ended - began);
    }
  }

  /** From now on, times are counted here. */
  void count(Times into) {
    times = into;
  }

  long failed() {
    return failed.get();
  }

  long answered() {
    return answered.get();
  }

  /** Waits for the running calls. */
  @Override
  public void close() {
    ends = true;
    for (Thread thread : threads) {
      LockSupport.unpark(thread);
      try {
        thread.join();
      } catch (InterruptedException e) {
        throw new IllegalStateException(e);
      }
    }
  }
}
