package io.mlops4j.bench.live;

import io.mlops4j.bench.live.Layout.CategoryColumn;
import io.mlops4j.bench.live.Layout.NumberColumn;
import io.mlops4j.feature.FeatureBatch;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.vector.BigIntVector;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.Float4Vector;
import org.apache.arrow.vector.Float8Vector;
import org.apache.arrow.vector.SmallIntVector;
import org.apache.arrow.vector.TimeStampSecVector;
import org.apache.arrow.vector.VarCharVector;
import org.apache.arrow.vector.VectorSchemaRoot;

/** Rows as Arrow columns. Thread safe. */
final class Batches {
  static final String KEY = "flight_id";
  static final String TIME = "departure";

  private final BufferAllocator memory;
  private final Layout layout;
  private final List<byte[][]> texts = new ArrayList<>();

  Batches(BufferAllocator memory, Layout layout) {
    this.memory = memory;
    this.layout = layout;
    for (CategoryColumn column : layout.categories()) {
      texts.add(
          column.values().stream()
              .map(text -> text.getBytes(StandardCharsets.UTF_8))
              .toArray(byte[][]::new));
    }
  }

  /** The features with key and time; the caller closes them. */
  FeatureBatch features(Rows rows) {
    List<FieldVector> columns = columns(rows);
    columns.add(keys(rows.keys));
    return batch(columns, rows.size());
  }

  /** The features with the time and no key; the caller closes them. */
  FeatureBatch withoutKeys(Rows rows) {
    return batch(columns(rows), rows.size());
  }

  private List<FieldVector> columns(Rows rows) {
    List<FieldVector> columns = new ArrayList<>();
    for (int i = 0; i < rows.numbers.length; i++) {
      columns.add(number(layout.numbers().get(i), rows.numbers[i]));
    }
    for (int i = 0; i < rows.codes.length; i++) {
      columns.add(text(layout.categories().get(i).name(), texts.get(i), rows.codes[i]));
    }
    columns.add(times(rows.seconds));
    return columns;
  }

  /** The answers; the caller closes them. */
  FeatureBatch answers(Rows rows) {
    Float4Vector scores = new Float4Vector(Layout.SCORE, memory);
    scores.allocateNew(rows.size());
    for (int row = 0; row < rows.size(); row++) {
      scores.set(row, rows.scores[row]);
    }
    scores.setValueCount(rows.size());
    return batch(List.of(scores), rows.size());
  }

  /** Keys and labels; the caller closes them. */
  FeatureBatch labels(long[] keys, int[] labels) {
    return FeatureBatch.builder(memory).longs(KEY, keys).ints("late", labels).build();
  }

  private static FeatureBatch batch(List<FieldVector> columns, int rows) {
    try (VectorSchemaRoot root = new VectorSchemaRoot(columns)) {
      root.setRowCount(rows);
      return FeatureBatch.owning(root); // leaves empty columns behind
    }
  }

  private FieldVector number(NumberColumn column, double[] values) {
    return switch (column.width()) {
      case FLOAT -> floats(new Float4Vector(column.name(), memory), values);
      case DOUBLE -> doubles(new Float8Vector(column.name(), memory), values);
      case SHORT -> shorts(new SmallIntVector(column.name(), memory), values);
    };
  }

  private static FieldVector floats(Float4Vector vector, double[] values) {
    vector.allocateNew(values.length);
    for (int row = 0; row < values.length; row++) {
      if (Double.isNaN(values[row])) {
        vector.setNull(row);
      } else {
        vector.set(row, (float) values[row]);
      }
    }
    vector.setValueCount(values.length);
    return vector;
  }

  private static FieldVector doubles(Float8Vector vector, double[] values) {
    vector.allocateNew(values.length);
    for (int row = 0; row < values.length; row++) {
      if (Double.isNaN(values[row])) {
        vector.setNull(row);
      } else {
        vector.set(row, values[row]);
      }
    }
    vector.setValueCount(values.length);
    return vector;
  }

  private static FieldVector shorts(SmallIntVector vector, double[] values) {
    vector.allocateNew(values.length);
    for (int row = 0; row < values.length; row++) {
      if (Double.isNaN(values[row])) {
        vector.setNull(row);
      } else {
        vector.set(row, (short) values[row]);
      }
    }
    vector.setValueCount(values.length);
    return vector;
  }

  private FieldVector text(String name, byte[][] texts, int[] codes) {
    VarCharVector vector = new VarCharVector(name, memory);
    vector.allocateNew(codes.length * 4L, codes.length);
    for (int row = 0; row < codes.length; row++) {
      if (codes[row] >= 0) {
        vector.setSafe(row, texts[codes[row]]);
      } else {
        vector.setNull(row);
      }
    }
    vector.setValueCount(codes.length);
    return vector;
  }

  private FieldVector keys(long[] keys) {
    BigIntVector vector = new BigIntVector(KEY, memory);
    vector.allocateNew(keys.length);
    for (int row = 0; row < keys.length; row++) {
      vector.set(row, keys[row]);
    }
    vector.setValueCount(keys.length);
    return vector;
  }

  private FieldVector times(long[] seconds) {
    TimeStampSecVector vector = new TimeStampSecVector(TIME, memory);
    vector.allocateNew(seconds.length);
    for (int row = 0; row < seconds.length; row++) {
      vector.set(row, seconds[row]);
    }
    vector.setValueCount(seconds.length);
    return vector;
  }
}
