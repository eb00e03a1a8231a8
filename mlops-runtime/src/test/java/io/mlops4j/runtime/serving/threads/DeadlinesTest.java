package io.mlops4j.runtime.serving.threads;

import static org.assertj.core.api.Assertions.assertThat;

import io.mlops4j.fixture.Waits;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class DeadlinesTest {
  private static final Duration LONG = Duration.ofDays(1);

  private final List<Thread> threads = new ArrayList<>();
  private final Deadlines deadlines =
      new Deadlines(
          task -> {
            Thread thread = new Thread(task);
            threads.add(thread);
            return thread;
          });

  @AfterEach
  void threadEnds() throws InterruptedException {
    deadlines.close();
    for (Thread thread : threads) {
      thread.join();
    }
    assertThat(threads).as("one thread at the most").hasSizeLessThan(2);
  }

  @Test
  void whatIsDueIsDoneThoughLaterOnesCameBefore() throws InterruptedException {
    CountDownLatch done = new CountDownLatch(3);
    AtomicInteger never = new AtomicInteger();
    Deadlines.Task late = deadlines.after(LONG, never::incrementAndGet);
    for (int i = 3; i > 0; i--) {
      Deadlines.Task unused = deadlines.after(Duration.ofMillis(i), done::countDown);
    }
    done.await();
    assertThat(never).hasValue(0);
    assertThat(deadlines.waiting()).isOne();
    late.cancel();
    late.cancel();
    assertThat(deadlines.waiting()).isZero();
  }

  @Test
  void timeWithoutEndIsWaitedFor() {
    Deadlines.Task never = deadlines.after(Duration.ofSeconds(Long.MAX_VALUE), () -> {});
    assertThat(deadlines.waiting()).isOne();
    never.cancel();
    assertThat(deadlines.waiting()).isZero();
  }

  @Test
  void nothingIsDoneAfterClose() throws InterruptedException {
    AtomicInteger done = new AtomicInteger();
    Deadlines.Task unused = deadlines.after(LONG, done::incrementAndGet);
    deadlines.close();
    for (Thread thread : threads) {
      thread.join();
    }
    Deadlines.Task after = deadlines.after(Duration.ofNanos(1), done::incrementAndGet);
    after.cancel();
    assertThat(done).hasValue(0);
  }

  @Test
  void threadStartsWhenItIsNeeded() {
    assertThat(threads).isEmpty();
    deadlines.after(LONG, () -> {}).cancel();
    assertThat(threads).hasSize(1);
  }

  @Test
  void eachOfManyIsDoneOnceOrCancelled() throws Exception {
    AtomicInteger done = new AtomicInteger();
    ExecutorService callers = Executors.newFixedThreadPool(4);
    try {
      List<Future<Integer>> kept = new ArrayList<>();
      for (int caller = 0; caller < 4; caller++) {
        int seed = caller;
        kept.add(callers.submit(() -> mixed(seed, done)));
      }
      int expected = 0;
      for (Future<Integer> each : kept) {
        expected += each.get();
      }
      Waits.until("no deadline waits", () -> deadlines.waiting() == 0);
      deadlines.close();
      threads.get(0).join();
      assertThat(done.get()).isEqualTo(expected);
    } finally {
      callers.shutdownNow();
    }
  }

  /** How many must be done: those with a long time are cancelled, the others left alone. */
  private int mixed(int seed, AtomicInteger done) {
    Random random = new Random(seed);
    int kept = 0;
    for (int i = 0; i < 20_000; i++) {
      if (random.nextBoolean()) {
        deadlines.after(LONG, done::incrementAndGet).cancel();
      } else {
        Duration soon = Duration.ofNanos(random.nextInt(2_000_000));
        Deadlines.Task unused = deadlines.after(soon, done::incrementAndGet);
        kept++;
      }
    }
    return kept;
  }
}
