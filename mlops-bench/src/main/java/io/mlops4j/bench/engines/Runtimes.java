package io.mlops4j.bench.engines;

import io.mlops4j.bench.ratios.NativeCalls;
import io.mlops4j.runtime.ModelRuntime;

/** Runtimes that call ONNX Runtime as {@code ratios --calls} says. */
public final class Runtimes {
  private Runtimes() {}

  /** With all processors. */
  public static ModelRuntime.Builder builder() {
    ModelRuntime.Builder builder = ModelRuntime.builder();
    NativeCalls.chosen().ifPresent(calls -> builder.foreignCalls(calls == NativeCalls.FOREIGN));
    return builder;
  }

  /** With one thread. */
  public static ModelRuntime.Builder oneThread() {
    return builder().threads(1);
  }
}
