package io.mlops4j.runtime.serving.threads;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import io.mlops4j.inference.Priority;
import java.time.Duration;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class RuntimeThreadsTest {
  @Test
  void keepsHouseUntilItIsClosed() throws InterruptedException {
    CountDownLatch twice = new CountDownLatch(2);
    try (RuntimeThreads threads = new RuntimeThreads(1)) {
      threads.keepHouse(twice::countDown, Duration.ofMillis(1));
      assertThat(twice.await(30, TimeUnit.SECONDS)).isTrue();
    }
  }

  @Test
  void tasksThatWaitForAWorkerRunByPriorityAndThenInTheirOrder() {
    CountDownLatch mayEnd = new CountDownLatch(1);
    Queue<String> ran = new ConcurrentLinkedQueue<>();
    try (RuntimeThreads threads = new RuntimeThreads(1)) {
      threads.workers().execute(() -> UninterruptibleWait.uninterruptibly(mayEnd));
      for (int i = 1; i <= 2; i++) {
        String number = " " + i;
        for (Priority priority : List.of(Priority.LOW, Priority.HIGH)) {
          threads
              .workers()
              .execute(RuntimeThreads.prioritized(priority, () -> ran.add(priority + number)));
        }
        threads.workers().execute(() -> ran.add("none" + number));
      }
      assertThat(threads.queued()).isEqualTo(6);
      mayEnd.countDown();
    } finally {
      mayEnd.countDown();
    }
    assertThat(ran).containsExactly("HIGH 1", "HIGH 2", "none 1", "none 2", "LOW 1", "LOW 2");
  }

  @Test
  void aTaskWaitsBehindNoneThatCameMuchLater() {
    CountDownLatch mayEnd = new CountDownLatch(1);
    AtomicLong now = new AtomicLong();
    Queue<String> ran = new ConcurrentLinkedQueue<>();
    try (RuntimeThreads threads = new RuntimeThreads(1, now::get)) {
      threads.workers().execute(() -> UninterruptibleWait.uninterruptibly(mayEnd));
      for (long seconds : new long[] {0, 9, 11}) {
        now.set(TimeUnit.SECONDS.toNanos(seconds));
        for (Priority priority : List.of(Priority.LOW, Priority.HIGH)) {
          threads
              .workers()
              .execute(
                  RuntimeThreads.prioritized(priority, () -> ran.add(priority + " " + seconds)));
        }
      }
      mayEnd.countDown();
    } finally {
      mayEnd.countDown();
    }
    assertThat(ran).containsExactly("HIGH 0", "HIGH 9", "LOW 0", "HIGH 11", "LOW 9", "LOW 11");
  }

  @Test
  void aModelThatIsLoadedWhileTheRuntimeClosesStartsNothing() {
    RuntimeThreads threads = new RuntimeThreads(1);
    threads.close();
    assertThatCode(() -> threads.keepHouse(() -> {}, Duration.ofMillis(1)))
        .doesNotThrowAnyException();
  }
}
