package io.mlops4j.monitor.explain;

import io.mlops4j.error.DataException;
import io.mlops4j.feature.FeatureBatch;
import io.mlops4j.internal.ValueCopies;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.Function;
import org.apache.arrow.vector.BaseIntVector;
import org.apache.arrow.vector.ExtensionTypeVector;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.NullVector;
import org.apache.arrow.vector.ValueVector;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.dictionary.DictionaryProvider;
import org.apache.arrow.vector.types.pojo.Field;
import org.apache.arrow.vector.types.pojo.FieldType;

/** Draws rows, and columns of rows, from batches. Dictionary-encoded columns become plain ones. */
final class RowSampler {
  private RowSampler() {}

  /** Shuffles all rows and returns the first ones. */
  static int[] shuffled(int rows, int most, SplittableRandom random) {
    int[] order = new int[rows];
    Arrays.setAll(order, i -> i);
    int length = Math.min(rows, most);
    for (int i = 0; i < length; i++) {
      int other = i + random.nextInt(rows - i);
      int row = order[other];
      order[other] = order[i];
      order[i] = row;
    }
    return Arrays.copyOf(order, length);
  }

  static void checkTypes(String column, FeatureBatch reference, FeatureBatch current) {
    Field before = values(reference, reference.column(column)).getField();
    Field after = values(current, current.column(column)).getField();
    if (!before.getType().equals(after.getType())) {
      throw new DataException(
          "%s: found type %s in the current rows, expected %s as in the reference"
              .formatted(column, after.getType(), before.getType()),
          null);
    }
  }

  /** The vector that holds the values of a column: the column itself, or its dictionary. */
  private static FieldVector values(FeatureBatch batch, FieldVector column) {
    DictionaryProvider dictionaries = batch.dictionaries();
    return column.getField().getDictionary() == null
        ? column
        : dictionaries.lookup(column.getField().getDictionary().getId()).getVector();
  }

  /** Copies rows. */
  static FeatureBatch rows(FeatureBatch from, int[] rows) {
    List<FieldVector> columns = new ArrayList<>();
    try {
      from.root().getFieldVectors().forEach(column -> columns.add(column(from, column, rows)));
    } catch (RuntimeException e) {
      columns.forEach(ValueVector::close);
      throw e;
    }
    List<Field> fields = columns.stream().map(FieldVector::getField).toList();
    try (VectorSchemaRoot root = new VectorSchemaRoot(fields, columns, rows.length)) {
      return FeatureBatch.owning(root);
    }
  }

  /** Calls the function with the rows and one column drawn from other rows, then frees the copy. */
  static <T> T withColumn(
      FeatureBatch rows,
      FeatureBatch from,
      String column,
      int[] drawn,
      Function<FeatureBatch, T> use) {
    try (FieldVector drawnColumn = column(from, from.column(column), drawn)) {
      List<FieldVector> columns =
          rows.root().getFieldVectors().stream()
              .map(one -> one.getName().equals(column) ? drawnColumn : one)
              .toList();
      List<Field> fields = columns.stream().map(FieldVector::getField).toList();
      try (FeatureBatch batch =
          FeatureBatch.of(
              new VectorSchemaRoot(fields, columns, rows.rows()), rows.dictionaries())) {
        return use.apply(batch);
      }
    }
  }

  private static FieldVector column(FeatureBatch batch, FieldVector column, int[] rows) {
    FieldVector values = values(batch, column);
    FieldVector copy =
        plain(column.getName(), values.getField()).createVector(column.getAllocator());
    try {
      if (!(copy instanceof NullVector)) {
        copy.setInitialCapacity(rows.length);
        copy.allocateNew();
        fill(storage(copy), column, storage(values), rows);
      }
      copy.setValueCount(rows.length);
      return copy;
    } catch (RuntimeException e) {
      copy.close();
      throw e;
    }
  }

  private static void fill(FieldVector copy, FieldVector column, FieldVector values, int[] rows) {
    boolean encoded = column.getField().getDictionary() != null;
    for (int i = 0; i < rows.length; i++) {
      if (!encoded) {
        ValueCopies.copy(values, rows[i], copy, i);
      } else if (column.isNull(rows[i])) {
        copy.setNull(i);
      } else {
        int code = Math.toIntExact(((BaseIntVector) column).getValueAsLong(rows[i]));
        ValueCopies.copy(values, code, copy, i);
      }
    }
  }

  private static Field plain(String name, Field field) {
    FieldType type = new FieldType(true, field.getType(), null, field.getMetadata());
    return new Field(name, type, field.getChildren());
  }

  /** Extension types are copied as their storage type. */
  private static FieldVector storage(FieldVector vector) {
    FieldVector storage = vector;
    while (storage instanceof ExtensionTypeVector<?> extension) {
      storage = (FieldVector) extension.getUnderlyingVector();
    }
    return storage;
  }
}
