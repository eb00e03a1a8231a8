package io.mlops4j.inference;

import io.mlops4j.feature.FeatureBatch;
import org.apache.arrow.vector.FieldVector;

/**
 * A model's answer to a batch, to be closed by the caller. It does not need its batch any more.
 *
 * <p>{@link #floats}, {@link #doubles}, {@link #longs} and {@link #strings} return copies that are
 * the caller's. {@link #vector} and {@link #outputs} are views that end with {@link #close}. An
 * output of shape {@code [N]} or {@code [N, 1]} has one value a row; one of shape {@code [N, k]}
 * has {@code k}, row-major. An unknown output throws {@link IllegalArgumentException} with the
 * names that there are, one of another type likewise; a use after close throws {@link
 * IllegalStateException}. One thread at a time.
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
   * A copy of a text output.
   *
   * @param output its name
   * @return all its values, row-major
   */
  String[] strings(String output);

  /**
   * A view of an output as an Arrow vector with a row for each row of the batch.
   *
   * @param output its name
   * @return a vector without copy where the memory allows; it ends with this prediction
   */
  FieldVector vector(String output);

  /**
   * A view of all outputs, which may be the next model's features.
   *
   * @return a batch that ends with this prediction; {@link FeatureBatch#retain} keeps it
   */
  FeatureBatch outputs();

  /** Gives the memory back; a second call does nothing. */
  @Override
  void close();
}
