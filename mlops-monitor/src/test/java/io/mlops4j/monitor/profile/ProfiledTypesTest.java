package io.mlops4j.monitor.profile;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mlops4j.error.DataException;
import io.mlops4j.feature.FeatureBatch;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.apache.arrow.vector.Decimal256Vector;
import org.apache.arrow.vector.DurationVector;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.Float8Vector;
import org.apache.arrow.vector.TimeMicroVector;
import org.apache.arrow.vector.TimeMilliVector;
import org.apache.arrow.vector.TimeNanoVector;
import org.apache.arrow.vector.TimeSecVector;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.ViewVarCharVector;
import org.apache.arrow.vector.complex.FixedSizeListVector;
import org.apache.arrow.vector.types.FloatingPointPrecision;
import org.apache.arrow.vector.types.TimeUnit;
import org.apache.arrow.vector.types.pojo.ArrowType;
import org.apache.arrow.vector.types.pojo.Field;
import org.apache.arrow.vector.types.pojo.FieldType;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Columns of types that are rarer than floats and texts. */
class ProfiledTypesTest {
  private static final String LONG = "a text of more than twelve bytes";

  private final BufferAllocator allocator = new RootAllocator();

  @AfterEach
  void nothingIsLent() {
    allocator.close();
  }

  /** The columns stay the caller's. */
  private static FeatureBatch batch(FieldVector... columns) {
    List.of(columns).forEach(column -> column.setValueCount(3));
    VectorSchemaRoot root = new VectorSchemaRoot(List.of(columns));
    root.setRowCount(3);
    return FeatureBatch.of(root);
  }

  private static NumberProfile numbers(Profile profile, String name) {
    return (NumberProfile) profile.column(name);
  }

  @Test
  void timesOfDayAndDurationsAreNumbersInTheirUnits() {
    try (TimeSecVector seconds = new TimeSecVector("s", allocator);
        TimeMilliVector millis = new TimeMilliVector("ms", allocator);
        TimeMicroVector micros = new TimeMicroVector("us", allocator);
        TimeNanoVector nanos = new TimeNanoVector("ns", allocator);
        DurationVector delay =
            new DurationVector(
                Field.nullable("delay", new ArrowType.Duration(TimeUnit.MILLISECOND)), allocator)) {
      for (int row = 0; row < 2; row++) { // the third is missing
        seconds.setSafe(row, 3600 + row);
        millis.setSafe(row, 3_600_000 + row);
        micros.setSafe(row, 3_600_000_000L + row);
        nanos.setSafe(row, 3_600_000_000_000L + row);
        delay.setSafe(row, -5L - row);
      }
      Profile profile = Profile.of(List.of(batch(seconds, millis, micros, nanos, delay)));
      assertThat(numbers(profile, "s").mean()).isEqualTo(3600.5);
      assertThat(numbers(profile, "ms").mean()).isEqualTo(3_600_000.5);
      assertThat(numbers(profile, "us").mean()).isEqualTo(3_600_000_000.5);
      assertThat(numbers(profile, "ns").mean()).isEqualTo(3_600_000_000_000.5);
      assertThat(numbers(profile, "delay").min()).isEqualTo(-6);
      assertThat(profile.columns())
          .allSatisfy(name -> assertThat(numbers(profile, name).missing()).isEqualTo(1));
      assertThat(ColumnValues.numbers(List.of(batch(delay)), "delay"))
          .containsExactly(-5, -6, Double.NaN);
    }
  }

  @Test
  void decimalsOf256BitsAreTheNearestDoubles() {
    String large = "-1234567890123456789012345678901234567890123456789012345678.901234567";
    try (Decimal256Vector x = new Decimal256Vector("x", allocator, 76, 9)) {
      x.setSafe(0, new BigDecimal(large));
      x.setSafe(1, new BigDecimal("0.100000000"));
      FeatureBatch batch = batch(x);
      assertThat(ColumnValues.numbers(List.of(batch), "x"))
          .containsExactly(Double.parseDouble(large), 0.1, Double.NaN);
      assertThat(numbers(Profile.of(List.of(batch)), "x").max()).isEqualTo(0.1);
    }
  }

  @Test
  void viewedTextsAreTextsOfAnyLength() {
    try (ViewVarCharVector s = new ViewVarCharVector("s", allocator)) {
      s.allocateNew();
      s.setSafe(0, "JFK".getBytes(StandardCharsets.UTF_8));
      s.setSafe(1, LONG.getBytes(StandardCharsets.UTF_8));
      CategoryProfile categories = (CategoryProfile) Profile.of(List.of(batch(s))).column("s");
      assertThat(categories.names()).containsExactlyInAnyOrder("JFK", LONG);
      assertThat(categories.missing()).isEqualTo(1);

      s.getDataBuffer().setInt(16, 1 << 20); // a length that the buffers do not have
      assertThatThrownBy(() -> Profile.of(List.of(batch(s))))
          .isInstanceOf(DataException.class)
          .hasMessage(
              "s: the column is damaged: found a text outside of its buffers for its 3 cells");
    }
  }

  @Test
  void vectorsOfDoublesAreVectorsOfTheNearestFloats() {
    try (FixedSizeListVector v = FixedSizeListVector.empty("v", 2, allocator)) {
      v.addOrGetVector(
          FieldType.nullable(new ArrowType.FloatingPoint(FloatingPointPrecision.DOUBLE)));
      Float8Vector components = (Float8Vector) v.getDataVector();
      v.allocateNew();
      double[] values = {3, 4, 0.1, 1e300}; // the last is no float
      for (int i = 0; i < values.length; i++) {
        v.setNotNull(i / 2);
        components.setSafe(i, values[i]);
      }
      FeatureBatch batch = batch(v);
      VectorProfile vectors = (VectorProfile) Profile.of(List.of(batch)).column("v");
      assertThat(vectors.norms().mean()).isEqualTo(5);
      assertThat(vectors.mean()).containsExactly(3, 4);
      assertThat(vectors.unusable()).isEqualTo(1);
      assertThat(vectors.missing()).isEqualTo(1);
      assertThat(ColumnValues.vectors(List.of(batch), "v")[1])
          .containsExactly(0.1f, Float.POSITIVE_INFINITY);
    }
  }
}
