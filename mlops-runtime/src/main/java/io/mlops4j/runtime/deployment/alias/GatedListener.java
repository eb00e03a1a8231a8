package io.mlops4j.runtime.deployment.alias;

import io.mlops4j.inference.InferenceEvent;
import io.mlops4j.inference.InferenceListener;
import io.mlops4j.inference.LoadOptions;

/** Keeps the rows of warm-up and self-test from a user's listener. */
final class GatedListener implements InferenceListener {
  private final InferenceListener listener;
  private final Gate gate;

  private GatedListener(InferenceListener listener, Gate gate) {
    this.listener = listener;
    this.gate = gate;
  }

  /** Opened once, when a version begins to serve. */
  static final class Gate {
    private volatile boolean open;

    void open() {
      open = true;
    }
  }

  /** The same options with every listener behind a gate. */
  static LoadOptions gate(LoadOptions options, Gate gate) {
    return options.toBuilder()
        .listeners(
            options.listeners().stream()
                .map(listener -> new GatedListener(listener, gate))
                .toList())
        .build();
  }

  @Override
  public boolean needsRows() {
    return listener.needsRows();
  }

  @Override
  public void onInference(InferenceEvent event) {
    if (gate.open) {
      listener.onInference(event);
    }
  }
}
