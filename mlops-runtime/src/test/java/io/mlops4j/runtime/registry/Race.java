package io.mlops4j.runtime.registry;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/** Threads that do the same at once. */
final class Race {
  private Race() {}

  interface Job<T> {
    T run(int thread) throws Exception;
  }

  /** Returns what each thread returned, in their order. */
  static <T> List<T> run(int count, Job<T> job) throws Exception {
    ExecutorService threads = Executors.newFixedThreadPool(count);
    CyclicBarrier together = new CyclicBarrier(count);
    try {
      List<Callable<T>> calls = new ArrayList<>();
      for (int i = 0; i < count; i++) {
        int thread = i;
        calls.add(
            () -> {
              together.await();
              return job.run(thread);
            });
      }
      List<T> results = new ArrayList<>();
      for (Future<T> future : threads.invokeAll(calls)) {
        results.add(future.get());
      }
      return results;
    } finally {
      threads.shutdownNow();
    }
  }
}
