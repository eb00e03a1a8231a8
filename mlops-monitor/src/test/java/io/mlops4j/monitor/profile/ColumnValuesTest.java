package io.mlops4j.monitor.profile;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mlops4j.error.DataException;
import io.mlops4j.feature.FeatureBatch;
import io.mlops4j.monitor.stats.multivariate.DomainClassifier;
import io.mlops4j.monitor.stats.multivariate.MaximumMeanDiscrepancy;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.apache.arrow.vector.BigIntVector;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.Float4Vector;
import org.apache.arrow.vector.IntVector;
import org.apache.arrow.vector.UInt8Vector;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.complex.FixedSizeListVector;
import org.apache.arrow.vector.types.FloatingPointPrecision;
import org.apache.arrow.vector.types.pojo.ArrowType;
import org.apache.arrow.vector.types.pojo.FieldType;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ColumnValuesTest {
  private static final long SEED = 20061126;

  private final BufferAllocator allocator = new RootAllocator();

  @AfterEach
  void nothingIsLent() {
    allocator.close();
  }

  private static FeatureBatch batch(FieldVector... columns) {
    return FeatureBatch.owning(new VectorSchemaRoot(List.of(columns)));
  }

  private IntVector ints(String name, Integer... values) {
    IntVector column = new IntVector(name, allocator);
    for (int i = 0; i < values.length; i++) {
      if (values[i] == null) {
        column.setNull(i);
      } else {
        column.setSafe(i, values[i]);
      }
    }
    column.setValueCount(values.length);
    return column;
  }

  private FixedSizeListVector vectors(String name, float[]... vectors) {
    FixedSizeListVector column = FixedSizeListVector.empty(name, 2, allocator);
    column.addOrGetVector(
        FieldType.nullable(new ArrowType.FloatingPoint(FloatingPointPrecision.SINGLE)));
    Float4Vector components = (Float4Vector) column.getDataVector();
    column.allocateNew();
    for (int row = 0; row < vectors.length; row++) {
      if (vectors[row].length == 0) {
        column.setNull(row);
        continue;
      }
      column.setNotNull(row);
      for (int i = 0; i < 2; i++) {
        if (Float.isNaN(vectors[row][i])) {
          components.setNull(2 * row + i);
        } else {
          components.setSafe(2 * row + i, vectors[row][i]);
        }
      }
    }
    column.setValueCount(vectors.length);
    return column;
  }

  @Test
  void numbersOfSeveralBatchesKeepTheirPlaces() {
    UInt8Vector large = new UInt8Vector("x", allocator);
    large.setSafe(0, -1L);
    large.setValueCount(1);
    try (FeatureBatch first = batch(ints("x", 3, null, -7));
        FeatureBatch empty = batch(ints("x"));
        FeatureBatch unsigned = batch(large);
        FeatureBatch last = FeatureBatch.builder(allocator).floats("x", 0.1f, Float.NaN).build()) {
      assertThat(ColumnValues.numbers(List.of(first, empty, unsigned, last), "x"))
          .containsExactly(3, Double.NaN, -7, 0x1p64, 0.1f, Double.NaN);
    }
  }

  @Test
  void moreNumbersThanAreReadAtATime() {
    Integer[] values = new Integer[5000];
    double[] expected = new double[values.length];
    for (int i = 0; i < values.length; i++) {
      values[i] = i % 7 == 0 ? null : i;
      expected[i] = i % 7 == 0 ? Double.NaN : i;
    }
    try (FeatureBatch batch = batch(ints("x", values))) {
      assertThat(ColumnValues.numbers(List.of(batch), "x")).containsExactly(expected);
    }
  }

  @Test
  void textsAndBooleansAreCategories() {
    try (FeatureBatch batch =
        FeatureBatch.builder(allocator)
            .strings("s", "LAS", null, "")
            .booleans("b", true, false, true)
            .build()) {
      assertThat(ColumnValues.categories(List.of(batch, batch), "s"))
          .containsExactly("LAS", null, "", "LAS", null, "");
      assertThat(ColumnValues.categories(List.of(batch), "b"))
          .containsExactly("true", "false", "true");
    }
  }

  @Test
  void wholeNumbersOfAnyWidthAreCategories() {
    UInt8Vector large = new UInt8Vector("u", allocator);
    Columns.fill(large, -1L, null, 7L);
    BigIntVector keys = new BigIntVector("k", allocator);
    Columns.fill(keys, Long.MIN_VALUE, null, 1L << 53 | 1);
    try (FeatureBatch batch = batch(large, keys, ints("i", 3, null, -7))) {
      List<FeatureBatch> rows = List.of(batch);
      assertThat(ColumnValues.categories(rows, "u"))
          .containsExactly("18446744073709551615", null, "7");
      assertThat(ColumnValues.categories(rows, "k"))
          .containsExactly("-9223372036854775808", null, "9007199254740993");
      assertThat(ColumnValues.categories(rows, "i")).containsExactly("3", null, "-7");
    }
  }

  @Test
  void missingVectorsAndComponentsAreNaN() {
    float nan = Float.NaN;
    try (FeatureBatch batch =
        batch(vectors("v", new float[] {1, 2}, new float[0], new float[] {nan, 4}))) {
      assertThat(Arrays.deepToString(ColumnValues.vectors(List.of(batch), "v")))
          .isEqualTo("[[1.0, 2.0], [NaN, NaN], [NaN, 4.0]]");
    }
  }

  @Test
  void statisticsOfColumnsAreThoseOfTheirArrays() {
    SplittableRandom random = new SplittableRandom(SEED);
    float[][] before = new float[60][];
    float[][] after = new float[50][];
    for (int i = 0; i < before.length; i++) {
      before[i] = new float[] {random.nextInt(100), random.nextInt(100)};
    }
    for (int i = 0; i < after.length; i++) {
      after[i] = new float[] {random.nextInt(100), random.nextInt(150)};
    }
    MaximumMeanDiscrepancy mmd = MaximumMeanDiscrepancy.withDefaults();
    try (FeatureBatch reference = batch(vectors("v", before));
        FeatureBatch current = batch(vectors("v", after))) {
      assertThat(
              mmd.test(
                  ColumnValues.vectors(List.of(reference), "v"),
                  ColumnValues.vectors(List.of(current), "v")))
          .isEqualTo(mmd.test(before, after));
    }
  }

  @Test
  void tableTakesNumbersAndCategoriesByTheirTypes() {
    SplittableRandom random = new SplittableRandom(SEED);
    try (FeatureBatch reference = mixed(random, "a", "b");
        FeatureBatch current = mixed(random, "c", "d")) {
      DomainClassifier.Result apart =
          DomainClassifier.withDefaults()
              .test(
                  ColumnValues.table(List.of(reference), "x", "s"),
                  ColumnValues.table(List.of(current), "x", "s"));
      assertThat(apart.statistic()).as("texts tell the samples apart").isGreaterThan(0.9);
      assertThat(ColumnValues.table(List.of(reference, current), "s", "x").columns())
          .containsExactly("s", "x");
      assertThat(ColumnValues.table(List.of(reference, current), "x").rows()).isEqualTo(80);
    }
  }

  private FeatureBatch mixed(SplittableRandom random, String one, String other) {
    double[] numbers = random.doubles(40).toArray();
    String[] texts = new String[40];
    for (int i = 0; i < texts.length; i++) {
      texts[i] = i % 2 == 0 ? one : other;
    }
    return FeatureBatch.builder(allocator).doubles("x", numbers).strings("s", texts).build();
  }

  @Test
  void absentColumnsAndOtherTypesAreRefusedByName() {
    try (FeatureBatch batch =
            FeatureBatch.builder(allocator).strings("s", "a").doubles("x", 1).build();
        FeatureBatch other = FeatureBatch.builder(allocator).doubles("s", 2).build()) {
      List<FeatureBatch> rows = List.of(batch);
      assertThatThrownBy(() -> ColumnValues.numbers(rows, "y"))
          .isInstanceOf(DataException.class)
          .hasMessage("the batch lacks \"y\": found [s, x]");
      assertThatThrownBy(() -> ColumnValues.numbers(rows, "s"))
          .isInstanceOf(DataException.class)
          .hasMessage(
              "s: found type Utf8, expected numbers; read texts with ColumnValues.categories(...)");
      assertThatThrownBy(() -> ColumnValues.categories(rows, "x"))
          .isInstanceOf(DataException.class)
          .hasMessageContaining("expected texts or booleans");
      assertThatThrownBy(() -> ColumnValues.vectors(rows, "x"))
          .isInstanceOf(DataException.class)
          .hasMessageContaining("expected vectors of floats");
      assertThatThrownBy(() -> ColumnValues.table(List.of(batch, other), "s"))
          .isInstanceOf(DataException.class)
          .hasMessageContaining("numbers in one batch and texts in another");
      assertThatThrownBy(() -> ColumnValues.table(List.of(), "s"))
          .isInstanceOf(IllegalArgumentException.class);
    }
  }
}
