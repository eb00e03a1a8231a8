package io.mlops4j.monitor.metrics;

import io.micrometer.observation.Observation;
import io.micrometer.observation.ObservationRegistry;
import io.mlops4j.inference.Model;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.IntSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Starts observations of calls, and keeps exceptions of handlers away from callers. Thread safe.
 */
final class CallObserver {
  private static final Logger LOG = LoggerFactory.getLogger(InferenceObservations.class);
  private static final PredictConvention CONVENTION = new PredictConvention();

  private final Model model;
  private final ObservationRegistry registry;
  private final AtomicLong failures = new AtomicLong();

  CallObserver(Model model, ObservationRegistry registry) {
    this.model = model;
    this.registry = registry;
  }

  /** Starts an observation; the call is not observed if there is no handler or the start fails. */
  ObservedCall begin(IntSupplier rows) {
    if (registry.isNoop()) {
      return new ObservedCall(this, Observation.NOOP, null);
    }
    try {
      InferenceContext context = new InferenceContext(model.servedBy(), rows.getAsInt());
      Observation observation =
          Observation.createNotStarted(null, CONVENTION, () -> context, registry);
      return new ObservedCall(this, observation.start(), context);
    } catch (Throwable e) { // nothing that a handler throws may affect the caller's result
      failed(e);
      return new ObservedCall(this, Observation.NOOP, null);
    }
  }

  /** Runs a step of an observation that may fail; false if it failed. */
  boolean succeeds(Runnable step) {
    try {
      step.run();
      return true;
    } catch (Throwable e) {
      failed(e);
      return false;
    }
  }

  Observation.@Nullable Scope currentScope() {
    return registry.getCurrentObservationScope();
  }

  void currentScope(Observation.@Nullable Scope scope) {
    registry.setCurrentObservationScope(scope);
  }

  /** Logs the first failure, and then each time their number has doubled. */
  private void failed(Throwable e) {
    long number = failures.incrementAndGet();
    if (Long.bitCount(number) == 1) {
      LOG.warn(
          "cannot observe a call of {} (failure {}); the call itself is not affected",
          model,
          number,
          e);
    }
  }
}
