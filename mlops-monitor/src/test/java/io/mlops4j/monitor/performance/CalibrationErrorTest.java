package io.mlops4j.monitor.performance;

import static io.mlops4j.monitor.golden.GoldenFile.doubles;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import io.mlops4j.monitor.golden.GoldenFile;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class CalibrationErrorTest {
  static Stream<JsonNode> golden() {
    return GoldenFile.elements(GoldenFile.read("classification.json").get("binary"));
  }

  @ParameterizedTest
  @MethodSource("golden")
  void equalWidthsAgree(JsonNode golden) {
    PerformanceCases.valueIs(
        BinaryPerformance.of(doubles(golden.get("y")), doubles(golden.get("p")))
            .calibrationError(CalibrationError.withDefaults().withEqualWidths()),
        golden.get("expected").get("ece10"));
  }

  static Stream<JsonNode> cases() {
    return GoldenFile.elements(PerformanceCases.CASES.get("ece"));
  }

  @ParameterizedTest
  @MethodSource("cases")
  void equalCountsAgreeAlsoWithTies(JsonNode golden) {
    PerformanceCases.agrees(
        BinaryPerformance.of(doubles(golden.get("y")), doubles(golden.get("p"))).calibrationError(),
        golden.get("expected"));
  }

  /** Mean .2 against 1/2, mean .7 against 1/2. */
  @Test
  void twoBinsByHand() {
    Metric error =
        CalibrationError.withDefaults()
            .withBins(2)
            .of(new double[] {0.1, 0.3, 0.6, 0.8}, new boolean[] {true, false, false, true});
    assertThat(error.orElse(9)).isCloseTo(0.25, within(1e-12));
  }

  @Test
  void whatIsNoProbabilityHasNoCalibration() {
    CalibrationError error = CalibrationError.withDefaults();
    assertThat(error.of(new double[0], new boolean[0])).isInstanceOf(Metric.Undefined.class);
    assertThat(error.of(new double[] {1.5}, new boolean[1])).isInstanceOf(Metric.Undefined.class);
    assertThat(error.of(new double[] {Double.NaN}, new boolean[1]))
        .isInstanceOf(Metric.Undefined.class);
    assertThatThrownBy(() -> error.of(new double[1], new boolean[2]))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> error.withBins(1)).isInstanceOf(IllegalArgumentException.class);
  }
}
