package io.mlops4j.monitor.report.service;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.mlops4j.feature.FeatureBatch;
import io.mlops4j.monitor.profile.Profile;
import io.mlops4j.spi.DataProfiler;
import io.mlops4j.spi.DriftReporter;
import java.util.List;
import java.util.ServiceLoader;
import java.util.Set;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.apache.arrow.vector.IntVector;
import org.apache.arrow.vector.VarBinaryVector;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.complex.StructVector;
import org.apache.arrow.vector.types.Types.MinorType;
import org.apache.arrow.vector.types.pojo.ArrowType;
import org.apache.arrow.vector.types.pojo.FieldType;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Drift as the command line asks for it, by a service. */
class ProfileDriftReporterTest {
  private final BufferAllocator allocator = new RootAllocator();
  private final DriftReporter reporter =
      ServiceLoader.load(DriftReporter.class).findFirst().orElseThrow();

  @AfterEach
  void closeAllocator() {
    allocator.close();
  }

  /** Numbers from an offset on, and a label of their own each. */
  private FeatureBatch rows(int rows, float from) {
    float[] values = new float[rows];
    String[] ids = new String[rows];
    for (int i = 0; i < rows; i++) {
      values[i] = from + i % 100;
      ids[i] = "id-" + i;
    }
    return FeatureBatch.builder(allocator).floats("x", values).strings("id", ids).build();
  }

  private DriftReporter.Report report(
      FeatureBatch reference, FeatureBatch current, String... except) {
    try (reference;
        current) {
      return reporter.report(List.of(reference), List.of(current), Set.of(except));
    }
  }

  @Test
  void aShiftedColumnHasDrifted() {
    DriftReporter.Report report = report(rows(1000, 0), rows(1000, 50), "id");

    assertThat(report.drifted()).isTrue();
    assertThat(report.judged()).isEqualTo(1);
    assertThat(report.text()).contains("1000 reference rows", "\n  x  drifted: ").endsWith("\n");
    assertThat(report.json()).contains("mlops4j-drift-report");
    assertThat(report.html("May against January"))
        .contains("<html", "<title>May against January</title>");
  }

  @Test
  void summarisesColumns() {
    DataProfiler profiler = ServiceLoader.load(DataProfiler.class).findFirst().orElseThrow();
    try (FeatureBatch batch = rows(1000, 0)) {
      DataProfiler.Summary summary = profiler.profile(List.of(batch), Set.of(), Set.of("id"));

      assertThat(summary.rows()).isEqualTo(1000);
      assertThat(summary.text())
          .startsWith(
              "1000 rows\n  x: 1000 numbers, 0 missing, 0 to 99, mean 49.5, deviation 28.87,")
          .endsWith("\n")
          .doesNotContain("id");
      assertThat(summary.json()).contains("\"rows\" : 1000");
      assertThat(Profile.fromBytes(summary.bytes()).rows()).isEqualTo(1000);
      assertThatIllegalArgumentException()
          .isThrownBy(() -> profiler.profile(List.of(batch), Set.of(), Set.of("idd")))
          .withMessageContaining("idd");
    }
  }

  /** A struct of a number from an offset on and of bytes; the columns stay the caller's. */
  private StructVector trips(int rows, int from) {
    StructVector trip = StructVector.empty("trip", allocator);
    IntVector hour =
        trip.addOrGet("hour", FieldType.nullable(MinorType.INT.getType()), IntVector.class);
    trip.addOrGet("raw", FieldType.nullable(ArrowType.Binary.INSTANCE), VarBinaryVector.class);
    for (int row = 0; row < rows; row++) {
      hour.setSafe(row, from + row % 24);
      trip.setIndexDefined(row);
    }
    trip.setValueCount(rows);
    return trip;
  }

  @Test
  void fieldsOfStructsAndWhatIsNotComparedAreNamed() {
    DataProfiler profiler = ServiceLoader.load(DataProfiler.class).findFirst().orElseThrow();
    try (StructVector before = trips(1000, 0);
        StructVector after = trips(1000, 12);
        IntVector fresh = new IntVector("fresh", allocator)) {
      fresh.setValueCount(1000);
      FeatureBatch reference = FeatureBatch.of(VectorSchemaRoot.of(before));
      FeatureBatch current = FeatureBatch.of(VectorSchemaRoot.of(after, fresh));

      DriftReporter.Report report = reporter.report(List.of(reference), List.of(current), Set.of());
      assertThat(report.text())
          .contains("\n  trip.hour  drifted: ")
          .contains("\n  trip.raw  type Binary, not profiled")
          .contains("\n  fresh  only in the current rows\n");
      assertThat(report.json()).contains("\"onlyInCurrent\" : [ \"fresh\" ]");
      assertThat(report.html("title"))
          .containsPattern("fresh(<[^>]*>|\\s)*only in the current rows");
      assertThat(reporter.report(List.of(reference), List.of(current), Set.of("trip.raw")).text())
          .doesNotContain("raw");
      assertThat(profiler.profile(List.of(reference), Set.of(), Set.of()).text())
          .contains("  trip.hour: 1000 numbers", "  trip.raw: type Binary, not profiled: ");
      assertThat(profiler.profile(List.of(reference), Set.of(), Set.of("trip")).text())
          .isEqualTo("1000 rows\n");
      assertThat(profiler.profile(List.of(reference), Set.of("trip.hour"), Set.of()).text())
          .startsWith("1000 rows\n  trip.hour: 1000 numbers")
          .hasLineCount(2);
      assertThat(profiler.profile(List.of(current), Set.of("trip"), Set.of("trip.raw")).text())
          .contains("trip.hour")
          .hasLineCount(2);
      assertThatIllegalArgumentException()
          .isThrownBy(() -> profiler.profile(List.of(reference), Set.of(), Set.of("trip.hours")))
          .withMessageContaining("trip.hour");
      assertThatIllegalArgumentException()
          .isThrownBy(() -> profiler.profile(List.of(reference), Set.of("trip.hours"), Set.of()))
          .withMessageContaining("trip.hour");
    }
  }

  @Test
  void equalRowsHaveNot() {
    DriftReporter.Report report = report(rows(1000, 0), rows(1000, 0), "id");

    assertThat(report.drifted()).isFalse();
    assertThat(report.judged()).isEqualTo(1);
  }

  @Test
  void ofTooFewRowsNothingIsKnown() {
    DriftReporter.Report report = report(rows(10, 0), rows(10, 50), "id");

    assertThat(report.drifted()).isFalse();
    assertThat(report.judged()).isZero();
  }

  @Test
  void aMisspeltColumnAndAnEmptySideAreRefused() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> report(rows(100, 0), rows(100, 0), "idd"))
        .withMessageContaining("idd");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> report(rows(0, 0), rows(100, 0)))
        .withMessageContaining("reference");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> report(rows(100, 0), rows(0, 0)))
        .withMessageContaining("current");
  }
}
