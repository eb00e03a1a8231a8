package io.mlops4j.flink;

import io.mlops4j.registry.ModelRegistry;
import io.mlops4j.runtime.registry.RegistryAddress;
import java.time.Duration;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Reads a registry, which is opened again after a failure. */
final class AliasPoll implements AliasSource {
  private final RegistryAddress address;
  private final String ref;
  private final Duration every;
  private final ScheduledExecutorService thread =
      Executors.newSingleThreadScheduledExecutor(
          task -> {
            Thread thread = new Thread(task, "mlops4j-alias");
            thread.setDaemon(true);
            return thread;
          });
  private @Nullable ModelRegistry registry;

  AliasPoll(RegistryAddress address, String ref, Duration every) {
    this.address = address;
    this.ref = ref;
    this.every = every;
  }

  @Override
  public synchronized PinnedModel read() {
    ModelRegistry opened = registry;
    if (opened == null) {
      opened = address.open();
      registry = opened;
    }
    try {
      return PinnedModel.of(opened.resolve(ref));
    } catch (RuntimeException e) {
      closeRegistry();
      throw e;
    }
  }

  @Override
  @SuppressWarnings("FutureReturnValueIgnored") // look() throws nothing
  public void repeat(Runnable look) {
    thread.scheduleWithFixedDelay(look, 0, every.toNanos(), TimeUnit.NANOSECONDS);
  }

  @Override
  public void close() {
    thread.execute(this::closeRegistry); // behind a look that waits for the registry
    thread.shutdown();
  }

  private synchronized void closeRegistry() {
    if (registry != null) {
      registry.close();
      registry = null;
    }
  }
}
