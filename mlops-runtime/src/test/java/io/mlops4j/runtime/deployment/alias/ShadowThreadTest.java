package io.mlops4j.runtime.deployment.alias;

import static org.assertj.core.api.Assertions.assertThat;

import io.mlops4j.fixture.Waits;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ShadowThreadTest {
  private final AtomicInteger pieces = new AtomicInteger();
  private final AtomicInteger done = new AtomicInteger();
  private final CountDownLatch ended = new CountDownLatch(1);
  private final ShadowThread thread =
      new ShadowThread(
          "shadow-test",
          new ShadowThread.Work() {
            @Override
            public boolean next() {
              if (pieces.getAndUpdate(count -> Math.max(0, count - 1)) == 0) {
                return false;
              }
              done.incrementAndGet();
              return true;
            }

            @Override
            public boolean isEmpty() {
              return pieces.get() == 0;
            }

            @Override
            public boolean isUrgent() {
              return pieces.get() >= 32;
            }

            @Override
            public void end() {
              ended.countDown();
            }
          });

  @AfterEach
  void stop() {
    thread.stop();
    thread.join();
  }

  private void awaitDone(int count) {
    Waits.until(count + " pieces are done", () -> done.get() >= count);
  }

  private static Thread found() {
    return Thread.getAllStackTraces().keySet().stream()
        .filter(one -> one.getName().equals("shadow-test"))
        .findFirst()
        .orElseThrow();
  }

  @Test
  void workIsDoneWithoutAWakeWhileTheThreadLooks() {
    pieces.set(3);
    thread.start();
    awaitDone(3);
    pieces.incrementAndGet();
    awaitDone(4);
  }

  @Test
  void aSleepingThreadIsWoken() {
    thread.start();
    Thread sleeping = found();
    for (int i = 1; i <= 3; i++) {
      Waits.until(sleeping, Thread.State.WAITING);
      pieces.incrementAndGet();
      thread.wake();
      awaitDone(i);
    }
  }

  @Test
  void noPieceIsForgottenHoweverTheyCome() {
    thread.start();
    for (int i = 1; i <= 2_000; i++) {
      pieces.incrementAndGet();
      thread.wake();
      if (i % 100 == 0) {
        awaitDone(i);
      }
    }
    awaitDone(2_000);
  }

  @Test
  void stoppingEndsASleepingThread() throws Exception {
    thread.start();
    thread.stop();
    thread.join();
    ended.await();
    pieces.incrementAndGet();
    thread.wake();
    assertThat(done).hasValue(0);
  }
}
