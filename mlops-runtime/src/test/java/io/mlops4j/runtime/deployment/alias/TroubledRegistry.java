package io.mlops4j.runtime.deployment.alias;

import io.mlops4j.registry.ModelRegistry;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;

/** A real registry some of whose methods fail or hang. */
final class TroubledRegistry {
  private final Map<String, Throwable> failing = new ConcurrentHashMap<>();
  private final Map<String, CountDownLatch> hanging = new ConcurrentHashMap<>();
  private final Map<String, CountDownLatch> holding = new ConcurrentHashMap<>();
  private final Map<String, AtomicInteger> calls = new ConcurrentHashMap<>();
  private final ModelRegistry view;
  private final AtomicInteger hung = new AtomicInteger();
  private volatile boolean deaf;
  private volatile boolean answered;

  TroubledRegistry(ModelRegistry real) {
    view =
        (ModelRegistry)
            Proxy.newProxyInstance(
                TroubledRegistry.class.getClassLoader(),
                new Class<?>[] {ModelRegistry.class},
                (proxy, method, arguments) -> {
                  calls
                      .computeIfAbsent(method.getName(), name -> new AtomicInteger())
                      .incrementAndGet();
                  CountDownLatch hang = hanging.get(method.getName());
                  if (hang != null) {
                    hung.incrementAndGet();
                    try {
                      await(hang);
                    } finally {
                      hung.decrementAndGet();
                    }
                  }
                  Throwable failure = failing.get(method.getName());
                  if (failure != null) {
                    throw failure;
                  }
                  try {
                    Object answer = method.invoke(real, arguments);
                    CountDownLatch held = holding.get(method.getName());
                    if (held != null) {
                      answered = true;
                      held.await();
                    }
                    return answer;
                  } catch (InvocationTargetException e) {
                    throw e.getCause();
                  }
                });
  }

  ModelRegistry view() {
    return view;
  }

  void fail(String method, Throwable failure) {
    failing.put(method, failure);
  }

  /** Until the latch is down. */
  void hang(String method, CountDownLatch until) {
    hanging.put(method, until);
  }

  private void await(CountDownLatch hang) throws InterruptedException {
    while (true) {
      try {
        hang.await();
        return;
      } catch (InterruptedException e) {
        if (!deaf) {
          throw e;
        }
      }
    }
  }

  /** Interrupts end no call that hangs. */
  void ignoreInterrupts() {
    deaf = true;
  }

  /** The calls that hang now. */
  int hung() {
    return hung.get();
  }

  /** Its answer is known, but arrives only when the latch is down. */
  void hangWithAnswer(String method, CountDownLatch until) {
    holding.put(method, until);
  }

  /** Whether such an answer is known. */
  boolean hasAnswer() {
    return answered;
  }

  void recover() {
    holding.clear();
    failing.clear();
    hanging.clear();
  }

  int calls(String method) {
    AtomicInteger count = calls.get(method);
    return count == null ? 0 : count.get();
  }
}
