package io.mlops4j.monitor.report.service;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.mlops4j.feature.FeatureBatch;
import io.mlops4j.spi.DataChecker;
import java.util.List;
import java.util.ServiceLoader;
import java.util.Set;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Data quality as the command line asks for it, by a service. */
class ReferenceDataCheckerTest {
  private final BufferAllocator allocator = new RootAllocator();
  private final DataChecker checker =
      ServiceLoader.load(DataChecker.class).findFirst().orElseThrow();

  @AfterEach
  void closeAllocator() {
    allocator.close();
  }

  /** Numbers from 0 to 99 in turn, the first of each ten NaN if asked for, and an identity. */
  private FeatureBatch rows(int rows, String column, boolean broken) {
    double[] values = new double[rows];
    String[] ids = new String[rows];
    for (int i = 0; i < rows; i++) {
      values[i] = broken && i % 10 == 0 ? Double.NaN : i % 100;
      ids[i] = "id-" + i;
    }
    return FeatureBatch.builder(allocator).doubles(column, values).strings("id", ids).build();
  }

  private DataChecker.Report check(FeatureBatch reference, FeatureBatch current, String... except) {
    try (reference;
        current) {
      return checker.check(List.of(reference), List.of(current), Set.of(except));
    }
  }

  private static JsonNode result(DataChecker.Report report, String column, String check)
      throws Exception {
    for (JsonNode one : new ObjectMapper().readTree(report.json()).get("results")) {
      if (one.get("column").asText().equals(column) && one.get("check").asText().equals(check)) {
        return one;
      }
    }
    throw new AssertionError("no " + check + " of " + column + " in " + report.json());
  }

  @Test
  void goodRowsPass() {
    DataChecker.Report report = check(rows(1000, "x", false), rows(2000, "x", false), "id");

    assertThat(report.text()).startsWith("2000 rows, ").contains(" 0 failed").endsWith("\n");
    assertThat(report.passed()).isTrue();
    assertThat(report.checks()).isPositive();
    assertThat(report.html("May against January"))
        .contains(
            "<html",
            "<title>May against January</title>",
            "Sound: all " + report.checks() + " checks passed");
  }

  @Test
  void aTenthOfNanFails() throws Exception {
    DataChecker.Report report = check(rows(1000, "x", false), rows(2000, "x", true), "id");

    assertThat(report.passed()).isFalse();
    JsonNode nan = result(report, "x", "nan");
    assertThat(nan.get("result").asText()).isEqualTo("failed");
    assertThat(nan.get("measured").asDouble()).isEqualTo(0.1);
    assertThat(nan.get("bound").asDouble()).as("a reference without NaN").isEqualTo(0.01);
    assertThat(report.text()).contains("\nx: ").doesNotContain("id-");
    assertThat(report.html("title")).contains("Broken: ");
  }

  @Test
  void aMissingColumnFails() throws Exception {
    DataChecker.Report report = check(rows(1000, "x", false), rows(1000, "y", false), "id");

    JsonNode type = result(report, "x", "type");
    assertThat(type.get("result").asText()).isEqualTo("failed");
    assertThat(type.get("measured").asDouble()).as("in all rows").isEqualTo(1);
    assertThat(type.get("bound").asDouble()).isZero();
  }

  @Test
  void columnsLeftOutAreNotChecked() {
    DataChecker.Report report = check(rows(1000, "x", false), rows(1000, "y", false), "x", "id");

    assertThat(report.passed()).isTrue();
    assertThat(report.json()).doesNotContain("\"x\"", "\"id\"");
  }

  @Test
  void aMisspeltColumnAndAnEmptySideAreRefused() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> check(rows(100, "x", false), rows(100, "x", false), "idd"))
        .withMessageContaining("idd");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> check(rows(0, "x", false), rows(100, "x", false)))
        .withMessageContaining("reference: found no rows");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> check(rows(100, "x", false), rows(0, "x", false)))
        .withMessageContaining("current: found no rows");
  }
}
