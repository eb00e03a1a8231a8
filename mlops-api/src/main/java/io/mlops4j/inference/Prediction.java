package io.mlops4j.inference;

import io.mlops4j.feature.FeatureBatch;
import io.mlops4j.feature.FixedShapeTensorVector;
import org.apache.arrow.vector.FieldVector;

/**
 * A model's answer to a batch. The caller closes it. It stays valid after its batch is closed. For
 * one thread at a time.
 *
 * <p>{@link #floats}, {@link #doubles}, {@link #longs} and {@link #strings} return copies that
 * belong to the caller. {@link #vector}, {@link #tensor} and {@link #outputs} return views that are
 * valid until {@link #close}. An output of shape {@code [N]} or {@code [N, 1]} has one value for
 * each row. An output of shape {@code [N, k]} has {@code k} values, row-major. If the one row of a
 * batch was the whole of an input, see {@link Model#predict(FeatureBatch)}, every output as a whole
 * is the answer to that row.
 *
 * <p>An unknown output, or an output of another type, throws {@link IllegalArgumentException} with
 * the names or the type that exist. A use after close throws {@link IllegalStateException}.
 */
public interface Prediction extends AutoCloseable {
  /**
   * Returns the number of rows of the batch.
   *
   * @return 0 or more
   */
  int rows();

  /**
   * Returns which model answered. It may be called after close.
   *
   * @return the same instance until the next load or published swap
   */
  ServedBy servedBy();

  /**
   * Returns the id by which a row's label can be joined. It may be called after close.
   *
   * @param row from 0 to {@code rows() - 1}
   * @return the id
   * @throws IndexOutOfBoundsException if there is no such row
   */
  PredictionId id(int row);

  /**
   * Returns a copy of a float32 output.
   *
   * @param output the output's name
   * @return all its values, row-major
   */
  float[] floats(String output);

  /**
   * Copies a float32 output into the caller's array.
   *
   * @param output the output's name
   * @param into the array to write
   * @param offset the first index to write, from 0
   * @throws IndexOutOfBoundsException if the values do not fit
   */
  void floats(String output, float[] into, int offset);

  /**
   * Returns a copy of a floating-point output, widened exactly.
   *
   * @param output the output's name
   * @return all its values, row-major
   */
  double[] doubles(String output);

  /**
   * Returns a copy of an integer or boolean output, widened exactly. False is 0, true is 1.
   *
   * @param output the output's name
   * @return all its values, row-major
   */
  long[] longs(String output);

  /**
   * Returns a copy of a text output. Bytes that are not UTF-8, which TensorFlow's text may hold,
   * become U+FFFD. {@link #vector} and {@link #tensor} return the bytes unchanged.
   *
   * @param output the output's name
   * @return all its values, row-major
   */
  String[] strings(String output);

  /**
   * Returns the shape of an output, as the engine returned it.
   *
   * @param output the output's name; not that of a sequence or map
   * @return the dimensions, outermost first; empty for a scalar. A batch without rows also runs,
   *     except on a model with a sequence or map among its outputs: the tensors of that model then
   *     have 0 rows, and 1 for each dimension that it does not declare
   */
  long[] shape(String output);

  /**
   * Returns a view of a whole output, whatever its first dimension is.
   *
   * @param output the output's name; not that of a sequence or map
   * @return a vector with one row that holds the tensor, without a copy where the memory allows;
   *     valid until this prediction is closed
   */
  FixedShapeTensorVector tensor(String output);

  /**
   * Returns a view of an output as an Arrow vector, with one row for each row of the batch.
   *
   * <p>Sequences and maps are copied. A sequence with one map for each row, as ONNX's {@code
   * ZipMap} returns it, becomes a {@link org.apache.arrow.vector.complex.MapVector} with one row
   * for each row. Any other sequence becomes one row: a list of all its elements, which are maps or
   * tensors ({@link io.mlops4j.feature.VariableShapeTensorVector}).
   *
   * @param output the output's name
   * @return a vector, without a copy where the memory allows; valid until this prediction is closed
   * @throws IllegalArgumentException if a tensor does not have one row for each row of the batch,
   *     or the tensors of a sequence differ in rank
   */
  FieldVector vector(String output);

  /**
   * Returns a view of all outputs that have one row for each row of the batch. It may be the
   * features of the next model.
   *
   * @return a new batch for each call, valid until this prediction is closed; {@link
   *     FeatureBatch#retain} keeps it longer, and it may be closed earlier
   */
  FeatureBatch outputs();

  /** Returns the memory to the runtime. A second call does nothing. */
  @Override
  void close();
}
