package io.mlops4j.bench.soak.engine;

import io.mlops4j.bench.soak.part.Child;
import io.mlops4j.runtime.ModelRuntime;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLong;

/** Does the calls of {@link Mixed}, and tells how many ended otherwise than they should. */
final class MixedMain {
  private static final int TOLD = 10;

  private final AtomicLong otherwise = new AtomicLong();

  private MixedMain() {}

  /** The number of threads, of calls of each, and the seed. */
  public static void main(String[] args) throws Exception {
    MixedMain mixed = new MixedMain();
    mixed.run(Integer.parseInt(args[0]), Integer.parseInt(args[1]), Long.parseLong(args[2]));
    Child.tell("otherwise " + mixed.otherwise);
  }

  private void run(int threads, int calls, long seed) throws Exception {
    Path folder = Files.createTempDirectory("mixed");
    ModelRuntime runtime = ModelRuntime.builder().strict().open();
    try (MixedCalls all = new MixedCalls(runtime, folder)) {
      ExecutorService pool = Executors.newFixedThreadPool(threads);
      List<Callable<Void>> loops = new ArrayList<>();
      for (int thread = 0; thread < threads; thread++) {
        int number = thread;
        loops.add(
            () -> {
              loop(all, new Random(seed + number), calls, number == 0);
              return null;
            });
      }
      for (Future<Void> loop : pool.invokeAll(loops)) {
        loop.get();
      }
      pool.shutdown();
      Child.tell("calls by how they ended: " + all.endings());
    }
    count("bytes outside the heap", runtime.hostBytes());
    count("bytes of columns", runtime.allocator().getAllocatedMemory());
    try {
      runtime.close();
    } catch (RuntimeException e) {
      note("at the end: " + e);
    }
  }

  private void loop(MixedCalls all, Random random, int calls, boolean tells) {
    for (int call = 0; call < calls; call++) {
      try {
        all.call(random);
      } catch (Throwable e) {
        note("call " + call + ": " + e + " at " + e.getStackTrace()[0]);
      }
      if (tells && call % 10_000 == 9_999) {
        Child.tell((call + 1) + " of " + calls + " calls of each thread");
      }
    }
  }

  private void count(String what, long lent) {
    if (lent != 0) {
      note(lent + " " + what + " are lent at the end");
    }
  }

  private void note(String what) {
    if (otherwise.incrementAndGet() <= TOLD) {
      Child.tell(what);
    }
  }
}
