package io.mlops4j.monitor.profile;

import io.mlops4j.error.DataException;
import io.mlops4j.feature.FeatureBatch;
import io.mlops4j.monitor.profile.internal.BufferCheck;
import io.mlops4j.monitor.profile.internal.ColumnKind;
import io.mlops4j.monitor.profile.internal.NumberCells;
import io.mlops4j.monitor.profile.internal.VectorCells;
import io.mlops4j.monitor.stats.multivariate.Table;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.function.IntFunction;
import org.apache.arrow.vector.BaseIntVector;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.Float4Vector;
import org.apache.arrow.vector.Float8Vector;
import org.jspecify.annotations.Nullable;

/**
 * Reads Arrow columns as arrays for statistics of raw values, such as {@link
 * io.mlops4j.monitor.stats.KolmogorovSmirnov} or {@link
 * io.mlops4j.monitor.stats.multivariate.MaximumMeanDiscrepancy}. All values of a column are held in
 * memory at once. For more rows, compare {@link Profile}s, which hold no rows.
 *
 * <p>Every method reads the batches to their end; they stay the caller's. A batch without the
 * column, with another type, or with damaged memory is rejected with a {@link DataException} that
 * names the column.
 */
public final class ColumnValues {
  private ColumnValues() {}

  /**
   * Reads a column of integers, floats or decimals.
   *
   * @param rows batches that have the column
   * @param column its name
   * @return the nearest double of each value, NaN if it is missing, in the order of the rows
   */
  public static double[] numbers(Iterable<FeatureBatch> rows, String column) {
    List<double[]> parts = new ArrayList<>();
    for (FeatureBatch batch : rows) {
      parts.add(numbers(batch, column(batch, column, ColumnKind.NUMBERS)));
    }
    double[] all =
        new double[parts.stream().mapToInt(part -> part.length).reduce(0, Math::addExact)];
    int copied = 0;
    for (double[] part : parts) {
      System.arraycopy(part, 0, all, copied, part.length);
      copied += part.length;
    }
    return all;
  }

  private static double[] numbers(FeatureBatch batch, FieldVector column) {
    double[] values = new double[batch.rows()];
    NumberCells.copy(column, values);
    return values;
  }

  /**
   * Reads a column of texts, plain or dictionary-encoded, of booleans, or of whole numbers of any
   * width, which may be keys.
   *
   * @param rows batches that have the column
   * @param column its name
   * @return each value, null if it is missing, in the order of the rows; whole numbers as decimal
   *     text
   */
  public static @Nullable String[] categories(Iterable<FeatureBatch> rows, String column) {
    List<@Nullable String> all = new ArrayList<>();
    for (FeatureBatch batch : rows) {
      ColumnKind kind =
          isWhole(batch.root().getVector(column)) ? ColumnKind.NUMBERS : ColumnKind.TEXTS;
      addCategories(batch, column(batch, column, kind), all);
    }
    return all.toArray(new String[0]);
  }

  private static boolean isWhole(@Nullable FieldVector column) {
    return column instanceof BaseIntVector
        && column.getField().getDictionary() == null
        && !ColumnKind.isBFloat16(column);
  }

  private static void addCategories(
      FeatureBatch batch, FieldVector column, List<@Nullable String> to) {
    IntFunction<String> texts = RowValues.texts(batch, column);
    for (int row = 0; row < batch.rows(); row++) {
      to.add(column.isNull(row) ? null : texts.apply(row));
    }
  }

  /**
   * Reads a column of vectors: lists or tensors of floats or doubles, all of one length.
   *
   * @param rows batches that have the column
   * @param column its name
   * @return each vector in the order of the rows, doubles as the nearest floats; a missing
   *     component is NaN, and so are all components of a missing vector
   */
  public static float[][] vectors(Iterable<FeatureBatch> rows, String column) {
    List<float @Nullable []> all = new ArrayList<>();
    int dimension = 0;
    for (FeatureBatch batch : rows) {
      FieldVector found = column(batch, column, ColumnKind.VECTORS);
      VectorCells cells = Objects.requireNonNull(VectorCells.of(found));
      dimension = Math.max(dimension, cells.size());
      for (int row = 0; row < cells.rows(); row++) {
        float[] vector = cells.isNull(row) ? null : vector(cells, row);
        dimension = vector == null || dimension > 0 ? dimension : vector.length;
        if (vector != null && vector.length != dimension) {
          throw new DataException(
              "%s: found a vector of %d floats in row %d of a batch, expected %d as in the others"
                  .formatted(column, vector.length, row, dimension),
              null);
        }
        all.add(vector);
      }
    }
    float[] missing = new float[dimension];
    Arrays.fill(missing, Float.NaN);
    return all.stream().map(v -> v == null ? missing.clone() : v).toArray(float[][]::new);
  }

  private static float[] vector(VectorCells cells, int row) {
    FieldVector components = cells.components();
    float[] vector = new float[cells.length(row)];
    for (int i = 0; i < vector.length; i++) {
      int place = cells.start(row) + i;
      vector[i] =
          components.isNull(place)
              ? Float.NaN
              : components instanceof Float8Vector wide
                  ? (float) wide.get(place)
                  : ((Float4Vector) components).get(place);
    }
    return vector;
  }

  /**
   * Reads several columns: numbers as numbers, texts and booleans as categories.
   *
   * @param rows batches that have the columns, at least one row in all
   * @param column the name of the first column
   * @param more the names of further columns
   * @return a table of these columns, in this order
   * @throws IllegalArgumentException if there is no row, or if a name is given twice
   */
  public static Table table(Iterable<FeatureBatch> rows, String column, String... more) {
    List<String> names = RowValues.names(column, more);
    List<List<double[]>> numbers = new ArrayList<>();
    List<List<@Nullable String>> categories = new ArrayList<>();
    names.forEach(
        name -> {
          numbers.add(new ArrayList<>());
          categories.add(new ArrayList<>());
        });
    for (FeatureBatch batch : rows) {
      for (int i = 0; i < names.size(); i++) {
        FieldVector values = column(batch, names.get(i), ColumnKind.NUMBERS, ColumnKind.TEXTS);
        if (ColumnKind.of(values, batch.dictionaries()) == ColumnKind.NUMBERS) {
          numbers.get(i).add(numbers(batch, values));
        } else {
          addCategories(batch, values, categories.get(i));
        }
      }
    }
    Table.Builder table = Table.builder();
    for (int i = 0; i < names.size(); i++) {
      if (!numbers.get(i).isEmpty() && !categories.get(i).isEmpty()) {
        throw new DataException(
            names.get(i) + ": found numbers in one batch and texts in another, expected one kind",
            null);
      }
      if (categories.get(i).isEmpty()) {
        table.numbers(
            names.get(i), numbers.get(i).stream().flatMapToDouble(Arrays::stream).toArray());
      } else {
        table.categories(names.get(i), categories.get(i).toArray(new String[0]));
      }
    }
    return table.build();
  }

  /** Names the method that reads such a column. */
  private static String instead(ColumnKind kind) {
    return switch (kind) {
      case NUMBERS -> "; read numbers with ColumnValues.numbers(...)";
      case TEXTS -> "; read texts with ColumnValues.categories(...)";
      case VECTORS -> "; read vectors with ColumnValues.vectors(...)";
      case TIMES, OTHER -> "";
    };
  }

  private static FieldVector column(FeatureBatch batch, String name, ColumnKind... expected) {
    FieldVector column = batch.root().getVector(name);
    if (column == null) {
      throw new DataException(
          "the batch lacks \"%s\": found %s".formatted(name, ColumnCounters.names(batch)), null);
    }
    ColumnKind kind = ColumnKind.of(column, batch.dictionaries());
    if (!List.of(expected).contains(kind)) {
      throw new DataException(
          "%s: found type %s, expected %s%s"
              .formatted(
                  name,
                  column.getField().getType(),
                  String.join(" or ", Arrays.stream(expected).map(ColumnKind::toString).toList()),
                  instead(kind)),
          null);
    }
    BufferCheck.check(column, batch.rows(), batch.dictionaries());
    return column;
  }
}
