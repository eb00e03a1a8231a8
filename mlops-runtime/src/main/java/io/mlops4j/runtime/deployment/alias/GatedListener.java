package io.mlops4j.runtime.deployment.alias;

import io.mlops4j.inference.InferenceEvent;
import io.mlops4j.inference.InferenceListener;
import io.mlops4j.inference.LoadOptions;
import io.mlops4j.runtime.serving.listening.CallMeter;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;

/** A user's listener, which is not notified of calls of the self-test. */
record GatedListener(InferenceListener listener, AtomicBoolean open) implements InferenceListener {
  /** The same options with every listener behind a gate, which opens when the version serves. */
  static LoadOptions gate(LoadOptions options, AtomicBoolean open) {
    return options.toBuilder()
        .listeners(options.listeners().stream().map(listener -> gate(listener, open)).toList())
        .build();
  }

  /** Meters of a deployment ignore versions that do not serve. */
  private static InferenceListener gate(InferenceListener listener, AtomicBoolean open) {
    return listener instanceof CallMeter ? listener : new GatedListener(listener, open);
  }

  @Override
  public boolean needsRows() {
    return listener.needsRows();
  }

  @Override
  public boolean takesRows(InferenceEvent.Route route, long call, int rows) {
    return open.get() && listener.takesRows(route, call, rows);
  }

  @Override
  public Optional<InferenceListener> also() {
    return listener.also().map(also -> new GatedListener(also, open));
  }

  @Override
  public void onInference(InferenceEvent event) {
    if (open.get()) {
      listener.onInference(event);
    }
  }
}
