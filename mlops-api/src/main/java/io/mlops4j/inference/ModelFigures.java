package io.mlops4j.inference;

import java.time.Duration;
import java.util.Optional;

/** What an open model does, holds and has cost at a moment. Immutable. */
public interface ModelFigures {
  /**
   * Whose figures these are.
   *
   * @return the same instance for as long as the model is open
   */
  ServedBy servedBy();

  /**
   * How its calls come to it.
   *
   * @return primary for a model that was loaded without a deployment
   */
  InferenceEvent.Route route();

  /**
   * Calls that have begun and not ended.
   *
   * @return 0 or more, those that wait included
   */
  int running();

  /**
   * Rows of records and small batches that piled up ({@link MicroBatching}), from when they began
   * to wait for a processor until they are answered.
   *
   * @return 0 or more; their calls are among those that {@link #running run}
   */
  int waiting();

  /**
   * Calls that were refused before the model was asked: the queue was full, or the record waited
   * there for too long or past its deadline. Listeners hear of these as of calls that failed.
   *
   * @return how many since the model was loaded
   */
  long rejected();

  /**
   * Runs that go on although their call has ended ({@link LoadOptions.Builder#strictDeadlines()}).
   *
   * @return 0 or more
   */
  int abandonedRuns();

  /**
   * What the engine holds for this model, as well as the engine can tell: for ONNX Runtime the
   * bytes of the model, for TensorFlow also those of its last tensors. Buffers that an engine keeps
   * for itself are not in it.
   *
   * @return bytes; models that were loaded alike share them, and each tells the whole
   */
  long nativeBytes();

  /**
   * The processor time that calls took, from writing their inputs to reading their answers, in the
   * threads that made them and in those of the runtime. What threads of the engine's own added is
   * not in it: those of ONNX Runtime help with large operators when the runtime has more than one
   * thread, TensorFlow's nearly always. With one thread for a runtime, ONNX models are counted
   * whole.
   *
   * @return the time since the model was loaded; empty unless the runtime was told to measure it,
   *     and where Java cannot; calls from virtual threads count as nothing
   */
  Optional<Duration> cpuTime();
}
