package io.mlops4j.runtime.registry.jdbc;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class AbortedByInterruptTest {
  private final AtomicInteger aborts = new AtomicInteger();
  private final AtomicInteger late = new AtomicInteger();

  @AfterEach
  void noInterruptIsLeft() {
    assertThat(Thread.interrupted()).isFalse();
  }

  /** Counts how often it is aborted, and how often after it was given to somebody else. */
  private Connection connection(AtomicBoolean given) {
    return (Connection)
        Proxy.newProxyInstance(
            Connection.class.getClassLoader(),
            new Class<?>[] {Connection.class},
            (proxy, method, arguments) -> {
              assertThat(method.getName()).isEqualTo("abort");
              aborts.incrementAndGet();
              if (given.get()) {
                late.incrementAndGet();
              }
              return null;
            });
  }

  /** By another thread: a thread that interrupts itself is in no wait. */
  private static void interrupt() {
    new Thread(Thread.currentThread()::interrupt).start();
    while (!Thread.currentThread().isInterrupted()) {
      Thread.onSpinWait();
    }
  }

  /** The interrupt comes at the last moment, so that the abort begins about when the wait ends. */
  @Test
  void aConnectionThatWasGivenBackIsNotAborted() throws InterruptedException {
    int notAlone = 0;
    for (int i = 0; i < 300; i++) {
      AtomicBoolean given = new AtomicBoolean();
      AbortedByInterrupt waiting = new AbortedByInterrupt(connection(given));
      interrupt();
      notAlone += waiting.end() ? 0 : 1;
      given.set(true);
      assertThat(Thread.interrupted()).as("the caller is told").isTrue();
    }
    for (Thread thread : Thread.getAllStackTraces().keySet()) {
      if (thread.getName().equals("mlops4j-abort")) {
        thread.join();
      }
    }
    assertThat(late).hasValue(0);
    assertThat(aborts).hasValue(notAlone);
  }

  @Test
  void aConnectionIsAbortedWhileItsThreadWaits() {
    AbortedByInterrupt waiting = new AbortedByInterrupt(connection(new AtomicBoolean()));
    interrupt();
    while (aborts.get() == 0) {
      Thread.onSpinWait();
    }
    assertThat(waiting.end()).isFalse();
    assertThat(Thread.interrupted()).isTrue();
  }

  @Test
  void anInterruptFromBeforeIsKeptAndAbortsNothing() {
    Thread.currentThread().interrupt();
    AbortedByInterrupt waiting = new AbortedByInterrupt(connection(new AtomicBoolean()));
    assertThat(waiting.end()).isTrue();
    assertThat(Thread.interrupted()).isTrue();
    assertThat(aborts).hasValue(0);
  }
}
