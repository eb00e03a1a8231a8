package io.mlops4j.inference;

import io.mlops4j.feature.FeatureBatch;
import io.mlops4j.model.FeatureSchema;
import io.mlops4j.model.ModelSignature;
import io.mlops4j.model.Placement;
import java.lang.invoke.MethodHandles;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;

/**
 * A loaded model. Thread safe. The code that loaded it closes it.
 *
 * <p>Closing rejects new calls with {@link IllegalStateException}, waits for running calls unless
 * {@link LoadOptions#closing} says otherwise, and then frees the model. Open predictions stay
 * readable.
 */
public interface Model extends AutoCloseable {
  /**
   * Returns the inputs and outputs that the model's bytes declare.
   *
   * @return the signature
   */
  ModelSignature signature();

  /**
   * Returns how columns match the model's inputs.
   *
   * @return the schema of the load options or of the card; otherwise one that is made from the
   *     signature
   */
  FeatureSchema features();

  /**
   * Returns which model answers a call that starts now.
   *
   * @return the same instance until the next load or published swap
   */
  ServedBy servedBy();

  /**
   * Returns the devices on which the model runs.
   *
   * @return the placement
   */
  Placement placement();

  /**
   * Runs the model on a batch whose columns match the inputs by name. Do not write to the batch
   * until the call has ended. The batch may be closed at any time, but borrowed rows must not be
   * freed before the call has ended.
   *
   * <p>A row holds a value (no dimensions), a list (one dimension) or a tensor ({@link
   * io.mlops4j.feature.FixedShapeTensorType}, {@link io.mlops4j.feature.VariableShapeTensorType}).
   * An input with one more dimension is filled row by row: its first dimension is the rows, and
   * lists or tensors must have the same shape in all rows. An input with as many dimensions as the
   * row's value is the <em>whole</em> value, and the batch must have one row. A list fits any shape
   * of which at most one dimension after the first is open. If the model does not declare the
   * number of dimensions of an input, values and lists fill it row by row. A tensor fills it as a
   * whole if there is one row, otherwise row by row. A model without inputs takes one row.
   *
   * <p>With {@link LoadOptions#microBatching}, small batches that wait may share one run. Each
   * caller still gets its own prediction.
   *
   * @param batch the rows, 0 or more; columns that the model does not read only reach listeners
   * @return the answer; the caller closes it
   * @throws io.mlops4j.error.ModelInputException if a column is missing, has a wrong type or holds
   *     a null that the policy rejects; the model did not run
   * @throws io.mlops4j.error.InferenceException if the model fails
   * @throws IllegalStateException if the model or the batch is closed
   */
  Prediction predict(FeatureBatch batch);

  /**
   * Runs the model on a batch, with options for this call; see {@link #predict(FeatureBatch)}.
   *
   * @param batch the rows
   * @param options options for this call
   * @return the answer; the caller closes it
   * @throws io.mlops4j.error.DeadlineException if the call takes longer than its deadline
   * @throws io.mlops4j.error.OverloadedException if the queue of {@link LoadOptions#microBatching}
   *     is full, the call waited there for too long, or a deployment sheds load
   */
  Prediction predict(FeatureBatch batch, CallOptions options);

  /**
   * Runs the model on a batch on a thread of the runtime. The call keeps the rows until it has
   * ended, even if the batch is closed or a borrowed batch is freed; do not write to them. If the
   * future is cancelled, it is done at once, while its call may still run. The prediction is closed
   * when {@code read} returns, so {@code read} must copy what it needs.
   *
   * @param batch the rows
   * @param options options for this call
   * @param read converts the prediction to the result
   * @param <R> the result
   * @return the future result; it fails with the exceptions of {@link #predict(FeatureBatch,
   *     CallOptions)} and of {@code read}
   */
  <R> CompletableFuture<R> predictAsync(
      FeatureBatch batch, CallOptions options, Function<? super Prediction, ? extends R> read);

  /**
   * Binds the model to records of the class path, or of a package that is open to this library.
   * Every component is checked here, once.
   *
   * @param in the input record; its components match features and keys by name
   * @param out the output record; its components match outputs by name
   * @param <I> the input record
   * @param <O> the output record
   * @return the bound model
   * @throws io.mlops4j.error.ModelInputException if a component is unknown, missing or has a type
   *     that does not fit
   */
  <I extends Record, O extends Record> RowModel<I, O> rows(Class<I> in, Class<O> out);

  /**
   * Binds the model to records that only the caller may access, such as records of a named module.
   *
   * @param lookup {@code MethodHandles.lookup()} of a class with access to both records
   * @param in the input record; its components match features and keys by name
   * @param out the output record; its components match outputs by name
   * @param <I> the input record
   * @param <O> the output record
   * @return the bound model
   * @throws io.mlops4j.error.ModelInputException if a component is unknown, missing or has a type
   *     that does not fit
   */
  <I extends Record, O extends Record> RowModel<I, O> rows(
      MethodHandles.Lookup lookup, Class<I> in, Class<O> out);

  /**
   * Closes the model as {@link LoadOptions#closing} says; the default waits for running calls. A
   * second call waits for the first, and does nothing after it.
   *
   * <p>Throws {@link IllegalStateException} when called during a call of this model, such as from a
   * listener or while an asynchronous answer is read, because the call would wait for itself. It
   * also throws on a thread of the runtime that runs asynchronous calls while other calls run,
   * because those calls may need that thread.
   *
   * @throws IllegalStateException if it is called during a call of this model, or on a thread of
   *     its runtime while calls run, or if calls run and {@link Closing#refuses()} was chosen; the
   *     model stays open
   */
  @Override
  void close();
}
