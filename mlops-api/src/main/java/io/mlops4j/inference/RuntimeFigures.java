package io.mlops4j.inference;

import java.util.List;

/**
 * Figures of a runtime at one moment: its models, its calls and its memory. Immutable and thread
 * safe. Calls continue while the figures are collected, so one figure may be slightly older than
 * another. Collecting them delays no call.
 */
public interface RuntimeFigures {
  /**
   * Returns the figures of the open models.
   *
   * @return an unmodifiable list in no order, one for each load or published swap
   */
  List<ModelFigures> models();

  /**
   * Returns the number of calls of all models, with records or small batches, that wait for a
   * processor ({@link MicroBatching}).
   *
   * @return 0 or more
   */
  int waiting();

  /**
   * Returns the number of tasks that wait for a thread of the runtime: asynchronous calls and
   * pieces of large batches.
   *
   * @return 0 or more
   */
  int queued();

  /**
   * Returns the number of calls that were rejected before a model ran. It includes those of {@link
   * ModelFigures#rejected}, also of models that are closed now, and calls of closed models.
   *
   * @return the number since the runtime was opened
   */
  long rejected();

  /**
   * Returns how much memory outside the heap the runtime's buffers for inputs and answers use.
   *
   * @return bytes allocated now
   */
  long hostBytes();

  /**
   * Returns how much Arrow memory the runtime's allocator holds: batches that were read or built,
   * and views of answers.
   *
   * @return bytes allocated now
   */
  long arrowBytes();

  /**
   * Returns how much memory engines hold for models, as well as they can tell. It includes open
   * models, each once however often it was loaded, and idle models.
   *
   * @return bytes
   */
  long modelBytes();

  /**
   * Returns the number of models that stay loaded although they are not used.
   *
   * @return 0 or more
   */
  int idleModels();

  /**
   * Returns the number of loads that were abandoned at their deadline and still continue in the
   * engine.
   *
   * @return 0 or more
   */
  int abandonedLoads();

  /**
   * Returns the number of runs that continue although their call has ended ({@link
   * LoadOptions.Builder#strictDeadlines()}), including runs of models that are closed now.
   *
   * @return 0 or more
   */
  int abandonedRuns();
}
