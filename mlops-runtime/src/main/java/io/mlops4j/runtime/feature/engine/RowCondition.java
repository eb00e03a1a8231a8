package io.mlops4j.runtime.feature.engine;

import java.util.List;
import org.apache.arrow.vector.FieldVector;

/** A condition in SQL over the columns of Arrow rows. For one thread at a time. */
public interface RowCondition extends AutoCloseable {
  /**
   * Returns the columns that the condition may use.
   *
   * @return their names, in the order of the schema
   */
  List<String> columns();

  /**
   * Returns the rows for which the condition is true, in their order.
   *
   * @param vectors the vector of each of {@link #columns}
   * @param rows the number of rows
   * @return the indices of rows
   * @throws io.mlops4j.error.DataException if it fails for a row
   */
  int[] rows(List<FieldVector> vectors, int rows);

  @Override
  void close();
}
