package io.mlops4j.runtime.feature.reading;

import io.mlops4j.error.DataException;
import io.mlops4j.error.ModelInputException;
import io.mlops4j.feature.ReadOptions;
import io.mlops4j.internal.Suggestions;
import io.mlops4j.runtime.binding.FeatureCheck;
import java.util.Collections;
import java.util.List;
import org.apache.arrow.vector.types.pojo.Schema;

/** Checks of columns before the first row is read. */
public final class ColumnChecks {
  private ColumnChecks() {}

  /**
   * Checks that columns exist, and once.
   *
   * @param found the columns that there are
   * @param needed the columns to read
   * @throws DataException if one does not; the message suggests another
   */
  public static void checkNames(List<String> found, List<String> needed) {
    for (String column : needed) {
      if (Collections.frequency(found, column) > 1) {
        throw new DataException(
            "found two columns " + column + " among " + found + ", expected different names", null);
      }
      if (!found.contains(column)) {
        throw new DataException(
            "found no column " + column + " among " + found + Suggestions.hint(column, found),
            null);
      }
    }
  }

  /**
   * Checks columns against the features of the options.
   *
   * @param columns the columns that are read
   * @param options the features, if there are some
   * @throws DataException if a column has a type that its feature does not take
   */
  public static void checkFeatures(Schema columns, ReadOptions options) {
    if (options.features().isPresent()) {
      try {
        FeatureCheck.of(options.features().get(), options.signature()).check(columns);
      } catch (ModelInputException e) {
        throw new DataException(String.valueOf(e.getMessage()), e);
      }
    }
  }
}
