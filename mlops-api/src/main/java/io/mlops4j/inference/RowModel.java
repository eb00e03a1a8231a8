package io.mlops4j.inference;

import java.util.List;
import java.util.concurrent.CompletableFuture;

/**
 * A model that is called with records. It is thread safe, needs no closing, and is valid while its
 * {@link Model} is open. After that, calls throw {@link IllegalStateException}.
 *
 * <p>Components match inputs and outputs by name. A character that Java does not allow in a name is
 * {@code _} in the component's name, and one more {@code _} may precede it: {@code input.1} is
 * {@code input_1}, and {@code 12} is {@code _12}. A primitive component is never null. A boxed
 * value, a text or an array may be null, and then the feature's null policy decides. A component of
 * the output record may be a {@link PredictionId} or a {@link ServedBy}.
 *
 * <p>A component is a {@code boolean}, {@code byte}, {@code short}, {@code int}, {@code long},
 * {@code float} or {@code double}, each also boxed, a {@link String} or, in the input record, an
 * enum, whose name is the text. If a row has several values, it is an array of primitives or of
 * {@code String}. A component is converted only if every value of its type, or of the output's
 * type, stays exact. In the input record, {@link io.mlops4j.model.Feature#narrowing} also allows a
 * checked conversion. If the model returns a map for each row, as ONNX's {@code ZipMap} does, the
 * component is a {@link java.util.Map} from {@code Long} or {@code String} to {@code Float}, {@code
 * Double}, {@code Long} or {@code String}.
 *
 * <p>Use a batch instead of records for outputs of float16, bfloat16 and uint64, for tensors of
 * which several sizes are open, and, without a checked conversion, for inputs of float16, bfloat16
 * and unsigned types.
 *
 * @param <I> the input record
 * @param <O> the output record
 */
public interface RowModel<I extends Record, O extends Record> {
  /**
   * Runs the model on one row.
   *
   * @param row the row
   * @return the answer
   * @throws io.mlops4j.error.ModelInputException if a value is not acceptable; the model did not
   *     run
   * @throws io.mlops4j.error.InferenceException if the model fails
   */
  O predict(I row);

  /**
   * Runs the model on one row, with options for this call.
   *
   * @param row the row
   * @param options options for this call
   * @return the answer
   * @throws io.mlops4j.error.DeadlineException if the call takes longer than its deadline
   */
  O predict(I row, CallOptions options);

  /**
   * Runs the model once on many rows.
   *
   * @param rows the rows; for an empty list, the model does not run
   * @return the answers in the order of the rows, unmodifiable
   */
  List<O> predict(List<I> rows);

  /**
   * Runs the model on one row on a thread of the runtime.
   *
   * @param row the row
   * @param options options for this call
   * @return the future answer; it fails with the exceptions of {@link #predict(Record,
   *     CallOptions)}
   */
  CompletableFuture<O> predictAsync(I row, CallOptions options);
}
