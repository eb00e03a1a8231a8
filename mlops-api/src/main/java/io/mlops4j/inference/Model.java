package io.mlops4j.inference;

import io.mlops4j.feature.FeatureBatch;
import io.mlops4j.model.FeatureSchema;
import io.mlops4j.model.ModelSignature;
import io.mlops4j.model.Placement;
import java.lang.invoke.MethodHandles;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;

/**
 * A loaded model. Thread safe. Whoever loaded it closes it.
 *
 * <p>Closing stops new calls, which throw {@link IllegalStateException}, waits for running ones
 * unless {@link LoadOptions#closing} chose otherwise, and then frees the model; predictions that
 * are still open stay readable.
 */
public interface Model extends AutoCloseable {
  /**
   * What the model's bytes declare.
   *
   * @return the signature
   */
  ModelSignature signature();

  /**
   * How columns meet the model's inputs.
   *
   * @return the schema of the load options, of the card, or made from the signature
   */
  FeatureSchema features();

  /**
   * Who answers a call that is made now.
   *
   * @return one instance for each published swap
   */
  ServedBy servedBy();

  /**
   * Where the model runs.
   *
   * @return its devices
   */
  Placement placement();

  /**
   * Asks with a batch, whose columns meet the inputs by name. The batch must not be written until
   * the call has ended; it may be closed at any time, but borrowed rows must not be freed before.
   *
   * <p>A row holds a value (no dimensions), a list (one) or a tensor ({@link
   * io.mlops4j.feature.FixedShapeTensorType}, {@link io.mlops4j.feature.VariableShapeTensorType}).
   * An input with one dimension more than that is filled row by row: its first dimension is the
   * rows, and lists or tensors must be of one shape in all of them. An input with as many
   * dimensions as a row's value is <em>whole</em> that value, and the batch must have one row.
   * Lists stand for any shape of which at most one dimension after the first is open. An input of
   * any rank takes values and lists row by row, and a tensor whole when there is one row, row by
   * row otherwise. A model without inputs takes one row.
   *
   * <p>With {@link LoadOptions#microBatching} small batches that pile up are answered in one run;
   * each caller gets a prediction of its own all the same.
   *
   * @param batch the rows; further columns are ignored by the model and reach listeners
   * @return the answer, to be closed by the caller
   * @throws io.mlops4j.error.ModelInputException if a column is missing, of a wrong type or holds a
   *     null that the policy refuses; nothing was run
   * @throws io.mlops4j.error.InferenceException if the model fails
   * @throws IllegalStateException if the model or the batch is closed
   */
  Prediction predict(FeatureBatch batch);

  /**
   * Asks with a batch.
   *
   * @param batch the rows
   * @param options for this call
   * @return the answer, to be closed by the caller
   * @throws io.mlops4j.error.DeadlineException if it takes too long
   * @throws io.mlops4j.error.OverloadedException if too many wait, or it waited too long, with
   *     {@link LoadOptions#microBatching}
   */
  Prediction predict(FeatureBatch batch, CallOptions options);

  /**
   * Asks with a batch in a thread of the runtime. The call holds the batch until it has ended, and
   * the memory of a borrowed one, which may be freed but not written until then; a cancelled future
   * is done before its call has ended. The prediction is closed when {@code read} returns, so
   * {@code read} copies out what is needed.
   *
   * @param batch the rows
   * @param options for this call
   * @param read turns the prediction into the result
   * @param <R> the result
   * @return the result to come; what {@link #predict(FeatureBatch, CallOptions)} or {@code read}
   *     would throw, it completes with
   */
  <R> CompletableFuture<R> predictAsync(
      FeatureBatch batch, CallOptions options, Function<? super Prediction, ? extends R> read);

  /**
   * Binds records of the class path, or of a package that is open to this library. Every component
   * is checked here, once.
   *
   * @param in the input record; components meet features and keys by name
   * @param out the output record; components meet outputs by name
   * @param <I> the input record
   * @param <O> the output record
   * @return the bound model
   * @throws io.mlops4j.error.ModelInputException if a component is unknown, missing or of a type
   *     that does not fit
   */
  <I extends Record, O extends Record> RowModel<I, O> rows(Class<I> in, Class<O> out);

  /**
   * Binds records that only the caller may access, as those of a named module.
   *
   * @param lookup the caller's, with access to both records
   * @param in the input record
   * @param out the output record
   * @param <I> the input record
   * @param <O> the output record
   * @return the bound model
   * @throws io.mlops4j.error.ModelInputException if a component does not fit
   */
  <I extends Record, O extends Record> RowModel<I, O> rows(
      MethodHandles.Lookup lookup, Class<I> in, Class<O> out);

  /**
   * Closes the model, after the calls that run, or as {@link LoadOptions#closing} chose; a second
   * call waits for the first, and does nothing after it. Within a call of the model itself, by a
   * listener or while an asynchronous answer is read, it is refused, for it would wait for itself;
   * so it is in a thread that answers asynchronous calls, as what depends on their futures may be
   * run in, while other calls run.
   *
   * @throws IllegalStateException if it was asked from within a call of this model, or in a thread
   *     of its runtime while calls run, or calls run and the choice was to refuse then; the model
   *     stays open
   */
  @Override
  void close();
}
