package io.mlops4j.inference;

import java.util.List;

/**
 * What a runtime does and holds at a moment. Immutable. Calls go on while figures are taken, so
 * that one may be a little older than another; taking them delays no call.
 */
public interface RuntimeFigures {
  /**
   * The models that are open.
   *
   * @return an unmodifiable list in no order, one for each load or published swap
   */
  List<ModelFigures> models();

  /**
   * Calls of all models, with records or small batches, that wait for a processor ({@link
   * MicroBatching}).
   *
   * @return 0 or more
   */
  int waiting();

  /**
   * Tasks that wait for a thread of the runtime: asynchronous calls, pieces of large batches.
   *
   * @return 0 or more
   */
  int queued();

  /**
   * Calls that were refused before a model was asked: those that {@link ModelFigures#rejected}
   * counts, also of models that are closed now, and those to models that were closed already.
   *
   * @return how many since the runtime was opened
   */
  long rejected();

  /**
   * Memory outside the heap for inputs and answers, in buffers of the runtime.
   *
   * @return bytes allocated now
   */
  long hostBytes();

  /**
   * Arrow memory from the runtime's allocator: batches that were read or built, views of answers.
   *
   * @return bytes allocated now
   */
  long arrowBytes();

  /**
   * What engines hold for models, as well as they can tell: those that are open, each once however
   * often it was loaded, and idle ones.
   *
   * @return bytes
   */
  long modelBytes();

  /**
   * Models that stay loaded though nobody uses them.
   *
   * @return 0 or more
   */
  int idleModels();

  /**
   * Loads that were given up at their deadline and still go on in the engine.
   *
   * @return 0 or more
   */
  int abandonedLoads();

  /**
   * Runs that go on although their call has ended ({@link LoadOptions.Builder#strictDeadlines()}),
   * including runs of models that are closed now.
   *
   * @return 0 or more
   */
  int abandonedRuns();
}
