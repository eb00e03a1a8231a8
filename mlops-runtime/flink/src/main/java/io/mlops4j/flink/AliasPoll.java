package io.mlops4j.flink;

import io.mlops4j.registry.ModelRegistry;
import org.jspecify.annotations.Nullable;

/** Reads which version a reference points to. The registry is opened again after a failure. */
final class AliasPoll implements AutoCloseable {
  private final FlinkRegistry address;
  private final String ref;
  private @Nullable ModelRegistry registry;

  AliasPoll(FlinkRegistry address, String ref) {
    this.address = address;
    this.ref = ref;
  }

  /**
   * @throws io.mlops4j.error.RegistryException if the registry is away, or has no such version
   */
  synchronized PinnedModel read() {
    ModelRegistry opened = registry;
    if (opened == null) {
      opened = address.open();
      registry = opened;
    }
    try {
      return PinnedModel.of(opened.resolve(ref));
    } catch (RuntimeException e) {
      close();
      throw e;
    }
  }

  String ref() {
    return ref;
  }

  @Override
  public synchronized void close() {
    if (registry != null) {
      registry.close();
      registry = null;
    }
  }
}
