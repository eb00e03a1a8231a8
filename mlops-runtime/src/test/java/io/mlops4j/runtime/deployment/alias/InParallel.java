package io.mlops4j.runtime.deployment.alias;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/** Begins work in several threads at the same moment. */
final class InParallel {
  private InParallel() {}

  /** What one thread does. */
  interface Work<T> extends Callable<T> {}

  /** For whoever must not throw. */
  static void await(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      throw new IllegalStateException("the test was ended", e);
    }
  }

  /** The results in order; the first failure is thrown. */
  @SafeVarargs
  static <T> List<T> call(Work<T>... works) throws Exception {
    CyclicBarrier start = new CyclicBarrier(works.length);
    ExecutorService threads = Executors.newFixedThreadPool(works.length);
    try {
      List<Future<T>> futures = new ArrayList<>();
      for (Work<T> work : works) {
        futures.add(
            threads.submit(
                () -> {
                  start.await();
                  return work.call();
                }));
      }
      List<T> results = new ArrayList<>();
      for (Future<T> future : futures) {
        results.add(future.get());
      }
      return results;
    } finally {
      threads.shutdownNow();
    }
  }
}
