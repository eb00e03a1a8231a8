package io.mlops4j.monitor.live.alarm;

import static org.assertj.core.api.Assertions.assertThat;

import io.mlops4j.fixture.Waits;
import io.mlops4j.monitor.internal.Failures;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ActionsTest {
  private static final Duration LONG = Duration.ofMinutes(5);

  /** An action that only adds a name ends before, also on a busy machine. */
  private static final Duration SHORT = Duration.ofSeconds(1);

  private final Failures failures = new Failures();
  private final ConcurrentLinkedQueue<String> ran = new ConcurrentLinkedQueue<>();
  private final AtomicBoolean end = new AtomicBoolean();
  private final AtomicInteger blocking = new AtomicInteger();

  @AfterEach
  void stuckThreadsEnd() {
    end.set(true);
    Waits.until("no action blocks", () -> blocking.get() == 0); // another test counts them
  }

  private Actions actions(Duration limit) {
    Actions actions = new Actions(limit, failures);
    actions.start();
    return actions;
  }

  /** Ignores interrupts. */
  private void block() {
    blocking.incrementAndGet();
    while (!end.get()) {
      LockSupport.parkNanos(1_000_000);
      Thread.interrupted();
    }
    blocking.decrementAndGet();
  }

  private static void waitFor(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      throw new IllegalStateException("interrupted", e);
    }
  }

  @Test
  void actionsRunInTheirOrder() throws Exception {
    Actions actions = actions(LONG);
    for (int i = 0; i < 100; i++) {
      String name = "a" + i;
      actions.run(() -> ran.add(name));
    }
    actions.flush();
    assertThat(ran).hasSize(100).startsWith("a0", "a1", "a2").endsWith("a98", "a99");
    actions.close();
    assertThat(failures.count()).isZero();
  }

  @Test
  void anActionThatTakesTooLongIsInterruptedAndTheNextRuns() throws Exception {
    Actions actions = actions(SHORT);
    CountDownLatch never = new CountDownLatch(1);
    actions.run(() -> waitFor(never));
    actions.run(() -> ran.add("next"));
    actions.flush();
    assertThat(ran).containsExactly("next");
    assertThat(failures.count()).isEqualTo(1);
    actions.close();
  }

  @Test
  void anActionThatIgnoresItsInterruptDoesNotHoldUpTheNext() throws Exception {
    Actions actions = actions(SHORT);
    actions.run(this::block);
    actions.run(() -> ran.add("next"));
    actions.flush();
    assertThat(ran).containsExactly("next");
    actions.close();
  }

  @Test
  void threadsThatIgnoreTheirInterruptAreBounded() throws Exception {
    Actions actions = actions(Duration.ofMillis(5));
    for (int i = 0; i < 20; i++) {
      actions.run(this::block);
    }
    actions.flush();
    assertThat(failures.count()).isEqualTo(20);
    assertThat(
            Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.getName().equals("mlops4j-monitor-action")))
        .hasSizeLessThanOrEqualTo(8);
    actions.close();
  }

  @Test
  void actionsBeyondTheBoundAreDroppedAndCounted() throws Exception {
    Actions actions = actions(LONG);
    CountDownLatch running = new CountDownLatch(1);
    CountDownLatch mayEnd = new CountDownLatch(1);
    actions.run(
        () -> {
          running.countDown();
          waitFor(mayEnd);
        });
    running.await();
    for (int i = 0; i < 1_500; i++) {
      actions.run(() -> ran.add("waited"));
    }
    assertThat(failures.count()).isEqualTo(500);
    mayEnd.countDown();
    actions.flush();
    assertThat(ran).hasSize(1_000);
    actions.close();
  }

  @Test
  void closeGivesABlockedActionItsTimeAndNoMore() {
    Actions actions = actions(Duration.ofMillis(50));
    actions.run(this::block);
    for (int i = 0; i < 100; i++) {
      actions.run(this::block);
    }
    actions.close();
    assertThat(failures.count()).isEqualTo(101);
  }

  @Test
  void closeRunsWhatIsQueued() {
    Actions actions = actions(LONG);
    for (String name : List.of("a", "b", "c")) {
      actions.run(() -> ran.add(name));
    }
    actions.close();
    assertThat(ran).containsExactly("a", "b", "c");
    assertThat(failures.count()).isZero();
  }

  @Test
  void anActionMayFlushAndClose() {
    Actions actions = actions(LONG);
    CountDownLatch done = new CountDownLatch(1);
    actions.run(
        () -> {
          try {
            actions.flush();
          } catch (InterruptedException e) {
            throw new IllegalStateException(e);
          }
          actions.close();
          done.countDown();
        });
    waitFor(done);
    actions.close();
    assertThat(failures.count()).isZero();
  }

  @Test
  void closeEndsAFlushThatWaits() throws Exception {
    Actions actions = actions(Duration.ofMillis(200));
    for (int i = 0; i < 100; i++) {
      actions.run(() -> LockSupport.parkNanos(100_000_000));
    }
    Thread flushing = flushing(actions);
    Waits.until(flushing, Thread.State.TIMED_WAITING);
    actions.close();
    flushing.join();
    assertThat(ran).containsExactly("flushed");
  }

  private Thread flushing(Actions actions) {
    Thread flushing =
        new Thread(
            () -> {
              try {
                actions.flush();
                ran.add("flushed");
              } catch (InterruptedException e) {
                throw new IllegalStateException(e);
              }
            });
    flushing.setDaemon(true);
    flushing.start();
    return flushing;
  }

  @Test
  void aFlushDoesNotWaitBehindAnActionThatBlocks() throws Exception {
    Actions actions = new Actions(LONG, SHORT, failures);
    actions.start();
    actions.run(this::block);
    for (int i = 0; i < 2_000; i++) { // more than may wait, so a flush finds no room either
      actions.run(() -> ran.add("waited"));
    }
    Thread flushing = flushing(actions);
    Waits.until("the flush has ended", () -> !flushing.isAlive());
    assertThat(ran).containsExactly("flushed");
    end.set(true);
    actions.flush();
    actions.close();
    assertThat(ran).contains("waited");
  }

  private static Set<Thread> dispatchers() {
    return Thread.getAllStackTraces().keySet().stream()
        .filter(thread -> thread.getName().equals("mlops4j-monitor-actions"))
        .collect(Collectors.toCollection(HashSet::new));
  }

  @Test
  void anActionThatOutlivedItsTimeMayClose() throws Exception {
    for (int i = 0; i < 50; i++) {
      Set<Thread> before = dispatchers();
      Actions actions = actions(Duration.ofMillis(1));
      Set<Thread> own = dispatchers();
      own.removeAll(before);
      CountDownLatch began = new CountDownLatch(1);
      CountDownLatch next = new CountDownLatch(1);
      CountDownLatch closed = new CountDownLatch(1);
      actions.run(
          () -> {
            began.countDown();
            while (next.getCount() > 0) {
              Thread.onSpinWait();
            }
            actions.close();
            closed.countDown();
          });
      actions.flush();
      next.countDown();
      if (began.getCount() == 0) { // else its time was over before it began
        closed.await();
      } else {
        actions.close();
      }
      for (Thread dispatcher : own) {
        dispatcher.join();
      }
    }
  }

  @Test
  void aLimitMayBeLongerThanAnyTime() {
    Actions actions = actions(Duration.ofSeconds(Long.MAX_VALUE));
    actions.run(() -> ran.add("a"));
    actions.close();
    assertThat(ran).containsExactly("a");
    assertThat(failures.count()).isZero();
  }
}
