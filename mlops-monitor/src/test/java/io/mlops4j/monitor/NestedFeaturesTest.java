package io.mlops4j.monitor;

import static org.assertj.core.api.Assertions.assertThat;

import io.mlops4j.feature.FeatureBatch;
import io.mlops4j.monitor.alarm.NotWatched;
import io.mlops4j.monitor.drift.WindowReport;
import io.mlops4j.monitor.profile.Profile;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.apache.arrow.vector.Decimal256Vector;
import org.apache.arrow.vector.DurationVector;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.Float8Vector;
import org.apache.arrow.vector.IntVector;
import org.apache.arrow.vector.TimeMilliVector;
import org.apache.arrow.vector.VarCharVector;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.ViewVarCharVector;
import org.apache.arrow.vector.complex.ListVector;
import org.apache.arrow.vector.complex.StructVector;
import org.apache.arrow.vector.types.TimeUnit;
import org.apache.arrow.vector.types.Types.MinorType;
import org.apache.arrow.vector.types.pojo.ArrowType;
import org.apache.arrow.vector.types.pojo.FieldType;
import org.apache.arrow.vector.util.Text;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A monitor of columns of rarer types: each is watched, or named as not watched. */
class NestedFeaturesTest {
  private static final int ROWS = 2_000;

  private final BufferAllocator allocator = new RootAllocator();

  @AfterEach
  void nothingIsLent() {
    allocator.close();
  }

  /** Rows of decimals, durations, times, views, lists and structs; the caller closes the root. */
  private VectorSchemaRoot rows(int shift) {
    Decimal256Vector price = new Decimal256Vector("price", allocator, 40, 2);
    DurationVector delay =
        (DurationVector)
            FieldType.nullable(new ArrowType.Duration(TimeUnit.SECOND))
                .createNewSingleVector("delay", allocator, null);
    TimeMilliVector time = new TimeMilliVector("time", allocator);
    ViewVarCharVector carrier = new ViewVarCharVector("carrier", allocator);
    carrier.allocateNew();
    ListVector taste = ListVector.empty("taste", allocator);
    taste.addOrGetVector(FieldType.nullable(MinorType.FLOAT8.getType()));
    Float8Vector elements = (Float8Vector) taste.getDataVector();
    StructVector address = StructVector.empty("address", allocator);
    VarCharVector city =
        address.addOrGet(
            "city", FieldType.nullable(MinorType.VARCHAR.getType()), VarCharVector.class);
    IntVector house =
        address.addOrGet("house", FieldType.nullable(MinorType.INT.getType()), IntVector.class);
    for (int row = 0; row < ROWS; row++) {
      int value = shift + row % 100;
      price.setSafe(row, new BigDecimal(value + ".25"));
      delay.setSafe(row, value);
      time.setSafe(row, 1000 * value);
      carrier.setSafe(row, ("carrier " + value / 50).getBytes(StandardCharsets.UTF_8));
      int at = taste.startNewValue(row);
      elements.setSafe(at, value);
      elements.setSafe(at + 1, 1);
      taste.endValue(row, 2);
      address.setIndexDefined(row);
      city.setSafe(row, new Text("city " + value / 50));
      house.setSafe(row, value);
    }
    List<FieldVector> columns = List.of(price, delay, time, carrier, taste, address);
    columns.forEach(column -> column.setValueCount(ROWS));
    return new VectorSchemaRoot(
        columns.stream().map(FieldVector::getField).toList(), columns, ROWS);
  }

  @Test
  void aShiftOfEachColumnIsFound() {
    Profile reference;
    try (VectorSchemaRoot january = rows(0)) {
      reference = Profile.of(List.of(FeatureBatch.of(january)));
    }
    assertThat(reference.columns())
        .containsExactly(
            "address.city", "address.house", "carrier", "delay", "price", "taste", "time");
    try (ModelMonitor monitor =
            ModelMonitor.builder(reference).everyRow().window(Window.ofRows(ROWS)).start();
        VectorSchemaRoot may = rows(60);
        FeatureBatch scores =
            FeatureBatch.builder(allocator).floats("score", new float[ROWS]).build()) {
      List<WindowReport> windows = new ArrayList<>();
      monitor.onWindow(windows::add);
      monitor.onInference(Events.answered(Events.version(1), FeatureBatch.of(may), scores));
      monitor.flush();
      assertThat(windows).hasSize(1);
      assertThat(windows.get(0).drift().driftedFeatures())
          .extracting(feature -> feature.name())
          .contains("address.city", "address.house", "carrier", "delay", "price", "time")
          .anyMatch(name -> name.startsWith("taste"));
      assertThat(monitor.notWatched()).isEmpty();
    }
  }

  @Test
  void aFieldThatIsMissingIsNamed() {
    Profile reference;
    try (VectorSchemaRoot january = rows(0)) {
      reference = Profile.of(List.of(FeatureBatch.of(january)));
    }
    try (ModelMonitor monitor =
            ModelMonitor.builder(reference).everyRow().window(Window.ofRows(ROWS)).start();
        VectorSchemaRoot may = rows(0);
        VectorSchemaRoot less = may.removeVector(5);
        FeatureBatch scores =
            FeatureBatch.builder(allocator).floats("score", new float[ROWS]).build()) {
      monitor.onInference(Events.answered(Events.version(1), FeatureBatch.of(less), scores));
      monitor.flush();
      assertThat(monitor.notWatched())
          .extracting(NotWatched::name)
          .contains("address.city", "address.house");
    }
  }
}
