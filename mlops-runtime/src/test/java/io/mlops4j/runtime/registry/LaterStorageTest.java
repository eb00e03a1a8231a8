package io.mlops4j.runtime.registry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mlops4j.runtime.registry.store.Storage;
import java.lang.reflect.Proxy;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class LaterStorageTest {
  private final AtomicInteger opened = new AtomicInteger();
  private final AtomicInteger closed = new AtomicInteger();
  private final Queue<CountDownLatch> attempts = new ConcurrentLinkedQueue<>();

  private final Storage later =
      LaterStorage.of(
          () -> {
            CountDownLatch attempt = attempts.poll();
            opened.incrementAndGet();
            if (attempt != null) {
              awaitUninterruptibly(attempt);
            }
            return counted();
          });

  private static void awaitUninterruptibly(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  private Storage counted() {
    return (Storage)
        Proxy.newProxyInstance(
            getClass().getClassLoader(),
            new Class<?>[] {Storage.class},
            (proxy, method, arguments) -> {
              if (method.getName().equals("close")) {
                closed.incrementAndGet();
              }
              return method.getName().equals("models") ? List.of("plus") : null;
            });
  }

  /** Begins a call whose attempt to open hangs until the latch is down. */
  private CompletableFuture<List<String>> call(CountDownLatch until) {
    int before = opened.get();
    attempts.add(until);
    CompletableFuture<List<String>> call = CompletableFuture.supplyAsync(later::models);
    while (opened.get() == before) {
      Thread.onSpinWait();
    }
    return call;
  }

  @Test
  void whatOpensAfterTheEndIsClosed() throws Exception {
    CountDownLatch hangs = new CountDownLatch(1);
    CompletableFuture<List<String>> call = call(hangs);
    later.close();
    hangs.countDown();
    assertThatThrownBy(call::get).hasMessageContaining("the registry is closed");
    assertThat(closed).hasValue(1);
  }

  @Test
  void oneOfThoseThatOpenSideBySideIsKept() throws Exception {
    CountDownLatch hangs = new CountDownLatch(1);
    CompletableFuture<List<String>> call = call(hangs);
    assertThat(later.models()).isEqualTo(List.of("plus"));
    hangs.countDown();
    assertThat(call.get()).isEqualTo(List.of("plus"));
    assertThat(opened).hasValue(2);
    assertThat(closed).hasValue(1);
    later.close();
    assertThat(closed).hasValue(2);
  }
}
