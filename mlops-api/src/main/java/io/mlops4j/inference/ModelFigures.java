package io.mlops4j.inference;

import io.mlops4j.model.Placement;
import java.time.Duration;
import java.util.Optional;

/**
 * Figures of an open model at one moment: its calls, its memory and its processor time. Immutable
 * and thread safe.
 */
public interface ModelFigures {
  /**
   * Returns which model the figures are about.
   *
   * @return the same instance while the model is open
   */
  ServedBy servedBy();

  /**
   * Returns the role in which the model is called.
   *
   * @return {@link InferenceEvent.Route#PRIMARY} for a model that was loaded without a deployment
   */
  InferenceEvent.Route route();

  /**
   * Returns whether the model is only kept loaded, such as the previous version of a deployment
   * that a rollback would call again.
   *
   * @return true if no caller reaches it in its {@link #route}
   */
  default boolean isStandby() {
    return false;
  }

  /**
   * Returns where the model runs, and how calls reach the engine.
   *
   * @return as {@link Model#placement}; empty if the source of the figures does not say
   */
  default Optional<Placement> placement() {
    return Optional.empty();
  }

  /**
   * Returns the figures of the circuit breaker and the fallbacks of a version in a deployment.
   *
   * @return empty if the deployment has neither, or without a deployment
   */
  default Optional<ProtectionFigures> protection() {
    return Optional.empty();
  }

  /**
   * Returns the number of calls that have begun and not ended.
   *
   * @return 0 or more, with waiting calls
   */
  int running();

  /**
   * Returns the number of rows of records and small batches that wait for a processor, or for the
   * run that they joined ({@link MicroBatching}).
   *
   * @return 0 or more; {@link #running} counts their calls, too
   */
  int waiting();

  /**
   * Returns the number of calls that were rejected before the model ran: the queue was full, or the
   * call waited there too long or past its deadline. Listeners see these as failed calls.
   *
   * @return the number since the model was loaded
   */
  long rejected();

  /**
   * Returns the number of runs that continue although their call has ended ({@link
   * LoadOptions.Builder#strictDeadlines()}).
   *
   * @return 0 or more
   */
  int abandonedRuns();

  /**
   * Returns how much memory the engine holds for this model, as well as the engine can tell. ONNX
   * Runtime reports the bytes of the model, and TensorFlow also those of its last tensors. Buffers
   * that an engine keeps for itself are not included.
   *
   * @return bytes; models with the same bytes and options share this memory, and each reports the
   *     total
   */
  long nativeBytes();

  /**
   * Returns the processor time of calls, from writing their inputs to reading their answers, on the
   * threads that made them and on those of the runtime. Threads of the engine are not included:
   * threads of ONNX Runtime help with large operators if the runtime has more than one thread, and
   * TensorFlow nearly always uses its own. In a runtime with one thread, the time of ONNX models is
   * complete.
   *
   * @return the time since the model was loaded; empty unless the runtime was set to measure it, or
   *     if Java cannot. Calls on virtual threads are not counted
   */
  Optional<Duration> cpuTime();
}
