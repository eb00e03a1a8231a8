package io.mlops4j.spi;

/**
 * Everything that one call needs, allocated in advance and reused: inputs in the engine's host
 * memory, outputs pinned where possible, and options.
 *
 * <p>A slot serves one call at a time, in this order: {@link #shape}, then {@link #address}, {@link
 * #borrow}, {@link #strings} or {@link #value} for each input, {@link #run}, {@link #output},
 * {@link #recycle}. Inputs and outputs are numbered from 0 in the order of the model's signature. A
 * slot is not thread safe; only {@link #cancel} may be called from another thread.
 */
public interface EngineSlot extends AutoCloseable {
  /**
   * Sets the shape of an input for the next run. The call costs nothing if the shape is that of the
   * last run.
   *
   * @param input the number of the input
   * @param dims the dimensions, outermost first; read, not stored
   */
  void shape(int input, long[] dims);

  /**
   * Returns the address to which the runtime writes an input's elements, row-major. It is valid
   * until the next {@link #shape}.
   *
   * @param input the number of the input
   * @return the address
   */
  long address(int input);

  /**
   * Offers memory that the engine may read in place until {@link #run} returns.
   *
   * @param input the number of the input
   * @param address the address of the elements, row-major
   * @param bytes the number of bytes
   * @return false if the engine cannot read there; the caller then copies the elements to {@link
   *     #address}
   */
  boolean borrow(int input, long address, long bytes);

  /**
   * Sets an input of text.
   *
   * @param input the number of the input
   * @param values the values, read until {@link #run} returns
   */
  void strings(int input, StringColumn values);

  /**
   * Sets an input that is a sequence, a map or an absent optional value. This path is slow.
   *
   * @param input the number of the input
   * @param nested the value, read until {@link #run} returns
   */
  void value(int input, EngineValue nested);

  /**
   * Offers memory for an output.
   *
   * @param output the number of the output
   * @param address the address to which the engine may write
   * @param bytes the number of bytes
   * @return false if the engine cannot write there; the output is then read from its {@link
   *     #output} view
   */
  boolean into(int output, long address, long bytes);

  /**
   * Sets whether an output is wanted. All outputs are wanted unless set.
   *
   * @param output the number of the output
   * @param wanted whether the engine must compute the output
   */
  void want(int output, boolean wanted);

  /**
   * Runs the model in the calling thread.
   *
   * @throws io.mlops4j.error.InferenceException if the run fails or was cancelled; the slot is
   *     usable again after {@link #recycle}
   */
  void run();

  /**
   * Returns an output of the last run.
   *
   * @param output the number of the output
   * @return a view that the slot reuses; it is valid until {@link #recycle}
   */
  EngineValue output(int output);

  /** Ends the current run. Any thread may call it, but not after {@link #recycle} began. */
  void cancel();

  /** Prepares the slot for the next call: drops borrowed addresses, results and the cancel flag. */
  void recycle();

  /**
   * Frees the slot. The caller makes sure that no run is in progress. A second call does nothing.
   */
  @Override
  void close();
}
