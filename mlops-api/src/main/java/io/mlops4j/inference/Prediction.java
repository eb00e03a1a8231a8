package io.mlops4j.inference;

import io.mlops4j.feature.FeatureBatch;
import io.mlops4j.feature.FixedShapeTensorVector;
import org.apache.arrow.vector.FieldVector;

/**
 * A model's answer to a batch, to be closed by the caller. It does not need its batch any more.
 *
 * <p>{@link #floats}, {@link #doubles}, {@link #longs} and {@link #strings} return copies that are
 * the caller's. {@link #vector}, {@link #tensor} and {@link #outputs} are views that end with
 * {@link #close}. An output of shape {@code [N]} or {@code [N, 1]} has one value a row; one of
 * shape {@code [N, k]} has {@code k}, row-major. Where the one row of a batch was the whole of an
 * input, see {@link Model#predict(FeatureBatch)}, every output is whole the answer to that row. An
 * unknown output throws {@link IllegalArgumentException} with the names that there are, one of
 * another type likewise; a use after close throws {@link IllegalStateException}. One thread at a
 * time.
 */
public interface Prediction extends AutoCloseable {
  /**
   * How many rows were asked.
   *
   * @return 0 or more
   */
  int rows();

  /**
   * Who answered; also after close.
   *
   * @return one instance for each published swap
   */
  ServedBy servedBy();

  /**
   * The id by which a row's label can be joined; also after close.
   *
   * @param row from 0 to {@code rows() - 1}
   * @return the id
   * @throws IndexOutOfBoundsException if there is no such row
   */
  PredictionId id(int row);

  /**
   * A copy of a float32 output.
   *
   * @param output its name
   * @return all its values, row-major
   */
  float[] floats(String output);

  /**
   * Copies a float32 output into an array of the caller's.
   *
   * @param output its name
   * @param into where to write
   * @param offset the first index to write
   * @throws IndexOutOfBoundsException if the values do not fit
   */
  void floats(String output, float[] into, int offset);

  /**
   * A copy of a floating-point output, widened exactly.
   *
   * @param output its name
   * @return all its values, row-major
   */
  double[] doubles(String output);

  /**
   * A copy of an integer or boolean output, widened exactly (false is 0, true is 1).
   *
   * @param output its name
   * @return all its values, row-major
   */
  long[] longs(String output);

  /**
   * A copy of a text output. Bytes that are no UTF-8, which TensorFlow's text may hold, become
   * U+FFFD; {@link #vector} and {@link #tensor} have them as they are.
   *
   * @param output its name
   * @return all its values, row-major
   */
  String[] strings(String output);

  /**
   * The shape of an output, as the engine gave it.
   *
   * @param output its name, not of a sequence or map
   * @return its dimensions, outermost first; empty for a scalar. A batch without rows runs, too; a
   *     model with a sequence or map among its outputs does not, and its tensors then have 0 rows
   *     and a 1 for what the model leaves open
   */
  long[] shape(String output);

  /**
   * A view of a whole output, whatever its first dimension is.
   *
   * @param output its name, not of a sequence or map
   * @return one row that holds the tensor, without copy where the memory allows; it ends with this
   *     prediction
   */
  FixedShapeTensorVector tensor(String output);

  /**
   * A view of an output as an Arrow vector with a row for each row of the batch.
   *
   * <p>Sequences and maps are copied: a sequence of one map for each row, as ONNX's {@code ZipMap}
   * makes it, is a {@link org.apache.arrow.vector.complex.MapVector} with a row for each row; any
   * other sequence is one row, a list of all its elements, which are maps or tensors ({@link
   * io.mlops4j.feature.VariableShapeTensorVector}).
   *
   * @param output its name
   * @return a vector without copy where the memory allows; it ends with this prediction
   * @throws IllegalArgumentException if a tensor has no row for each row, or the tensors of a
   *     sequence differ in rank
   */
  FieldVector vector(String output);

  /**
   * A view of all outputs that have a row for each row of the batch, which may be the next model's
   * features.
   *
   * @return a new batch for each call. It ends with this prediction; {@link FeatureBatch#retain}
   *     keeps it, and closing it earlier does no harm
   */
  FeatureBatch outputs();

  /** Gives the memory back; a second call does nothing. */
  @Override
  void close();
}
