package io.mlops4j.bench.serving;

import io.mlops4j.bench.ratios.Measured;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;

/** Threads that ask again as soon as they have their answer; the cost is the time of a call. */
final class ClosedLoop implements Measured {
  private static final long SAMPLE = TimeUnit.SECONDS.toNanos(1);

  private final Callers callers;
  private final List<Caller> each = new ArrayList<>();
  private final ExecutorService threads;
  private volatile float sink;

  ClosedLoop(int threads, Callers callers) throws Exception {
    this.callers = callers;
    for (int i = 0; i < threads; i++) {
      each.add(callers.caller(i));
    }
    this.threads = Executors.newFixedThreadPool(threads);
    measure(2 * SAMPLE);
  }

  @Override
  public double measure() throws Exception {
    return measure(SAMPLE);
  }

  private double measure(long nanos) throws Exception {
    CountDownLatch go = new CountDownLatch(1);
    List<Future<Integer>> counts = new ArrayList<>();
    for (Caller caller : each) {
      Callable<Integer> loop = () -> loop(caller, go, nanos);
      counts.add(threads.submit(loop));
    }
    long begin = System.nanoTime();
    go.countDown();
    long calls = 0;
    for (Future<Integer> count : counts) {
      calls += count.get();
    }
    return (System.nanoTime() - begin) / (double) calls;
  }

  private int loop(Caller caller, CountDownLatch go, long nanos) throws Exception {
    go.await();
    long end = System.nanoTime() + nanos;
    int calls = 0;
    float sum = 0;
    while (System.nanoTime() < end) {
      sum += caller.call(calls++);
    }
    sink = sum;
    return calls;
  }

  /** What was answered last, so that no work can be left out. */
  float sink() {
    return sink;
  }

  @Override
  public void close() throws IOException {
    threads.shutdownNow();
    callers.close();
  }
}
