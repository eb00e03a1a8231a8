package io.mlops4j.inference;

import java.util.List;
import java.util.concurrent.CompletableFuture;

/**
 * A model asked with records. Plain values: nothing to close, thread safe, valid while the model
 * that it came from is open; afterwards calls throw {@link IllegalStateException}.
 *
 * <p>Components meet inputs and outputs by name. Where a name holds what Java does not take, that
 * is {@code _} in the component's name, and one {@code _} more may stand in front: {@code input.1}
 * is {@code input_1}, {@code 12} is {@code _12}. A primitive component is never null; a boxed one,
 * a text or an array may be, and then the feature's null policy decides. A component of the output
 * record may be a {@link PredictionId} or a {@link ServedBy}.
 *
 * <p>A component is a {@code boolean}, {@code byte}, {@code short}, {@code int}, {@code long},
 * {@code float}, {@code double}, each also boxed, a {@link String} or, in the input record, an
 * enum, whose name is the text; or an array of primitives or of {@code String} where a row has
 * several values. It is converted only where each value of its type, or of the output's, stays
 * exact, or, in the input record, where {@link io.mlops4j.model.Feature#narrowing} allows a checked
 * conversion. Where the model returns a map for each row, as ONNX's {@code ZipMap} does, it is a
 * {@link java.util.Map} from {@code Long} or {@code String} to {@code Float}, {@code Double},
 * {@code Long} or {@code String}. Without such a permission, inputs of float16, bfloat16 and
 * unsigned types, and always outputs of float16, bfloat16 and uint64, and tensors of which several
 * sizes are open take a batch in place of records.
 *
 * @param <I> the input record
 * @param <O> the output record
 */
public interface RowModel<I extends Record, O extends Record> {
  /**
   * Asks with one row.
   *
   * @param row the row
   * @return the answer
   * @throws io.mlops4j.error.ModelInputException if a value is not acceptable
   * @throws io.mlops4j.error.InferenceException if the model fails
   */
  O predict(I row);

  /**
   * Asks with one row.
   *
   * @param row the row
   * @param options for this call
   * @return the answer
   * @throws io.mlops4j.error.DeadlineException if it takes too long
   */
  O predict(I row, CallOptions options);

  /**
   * Asks with many rows in one call.
   *
   * @param rows the rows; an empty list returns an empty one without asking
   * @return the answers in the same order, unmodifiable
   */
  List<O> predict(List<I> rows);

  /**
   * Asks with one row in a thread of the runtime.
   *
   * @param row the row
   * @param options for this call
   * @return the answer to come; what {@link #predict(Record, CallOptions)} would throw, it
   *     completes with
   */
  CompletableFuture<O> predictAsync(I row, CallOptions options);
}
