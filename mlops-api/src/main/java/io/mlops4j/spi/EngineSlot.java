package io.mlops4j.spi;

/**
 * Everything one call needs, built ahead and used again: inputs in the engine's host memory,
 * outputs pinned where they can be, options.
 *
 * <p>One call at a time: {@link #shape}, then {@link #address} or {@link #borrow} or {@link
 * #strings} for each input, {@link #run}, {@link #output}, {@link #recycle}. Inputs and outputs are
 * numbered in the order of the model's signature. Only {@link #cancel} may come from another
 * thread.
 */
public interface EngineSlot extends AutoCloseable {
  /**
   * States an input's shape for the next run. Costs nothing when it is the shape of the last run.
   *
   * @param input the input's number
   * @param dims its dimensions, outermost first; read, not kept
   */
  void shape(int input, long[] dims);

  /**
   * Where the runtime writes an input's elements, row-major; valid until the next {@link #shape}.
   *
   * @param input the input's number
   * @return the address
   */
  long address(int input);

  /**
   * Offers memory to be read in place until {@link #run} returns.
   *
   * @param input the input's number
   * @param address where the elements lie, row-major
   * @param bytes how many bytes
   * @return false if the engine cannot; the elements are then to be copied to {@link #address}
   */
  boolean borrow(int input, long address, long bytes);

  /**
   * Gives an input of text.
   *
   * @param input the input's number
   * @param values the values, read until {@link #run} returns
   */
  void strings(int input, StringColumn values);

  /**
   * Gives a sequence, a map or an absent optional; the slow path.
   *
   * @param input the input's number
   * @param nested the value, read until {@link #run} returns
   */
  void value(int input, EngineValue nested);

  /**
   * Offers memory for an output.
   *
   * @param output the output's number
   * @param address where the engine may write
   * @param bytes how many bytes
   * @return false if the engine cannot; the output is then read at its {@link #output} view
   */
  boolean into(int output, long address, long bytes);

  /**
   * States whether an output is wanted; all are unless said otherwise.
   *
   * @param output the output's number
   * @param wanted whether to compute it
   */
  void want(int output, boolean wanted);

  /**
   * Runs the model in the caller's thread.
   *
   * @throws io.mlops4j.error.InferenceException if it fails or was cancelled; the slot stays usable
   *     after {@link #recycle}
   */
  void run();

  /**
   * An output of the last run.
   *
   * @param output the output's number
   * @return one reused view, valid until {@link #recycle}
   */
  EngineValue output(int output);

  /** Ends a run from any thread; never called once {@link #recycle} began. */
  void cancel();

  /**
   * Makes the slot ready for the next call: drops borrowed addresses, results and the cancel flag.
   */
  void recycle();

  /** Frees everything; never while a run is on its way. A second call does nothing. */
  @Override
  void close();
}
