package io.mlops4j.monitor.stats;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import io.mlops4j.monitor.golden.GoldenFile;
import org.junit.jupiter.api.Test;

class PValueCombinationTest {
  private final PValueCombination combination = PValueCombination.withDefaults();

  @Test
  void agreesWithSciPy() {
    JsonNode golden = GoldenFile.read("multiple_testing.json");
    JsonNode expected = golden.get("fisher_combined");
    PValueCombination.Result result = combination.test(GoldenFile.doubles(golden.get("p")));
    assertThat(result.statistic())
        .isCloseTo(expected.get(0).asDouble(), GoldenFile.statistic(expected.get(0)));
    assertThat(result.pValue())
        .isCloseTo(expected.get(1).asDouble(), GoldenFile.pValue(expected.get(1)));
  }

  @Test
  void theEndsOfTheRange() {
    assertThat(combination.test(1, 1)).isEqualTo(new PValueCombination.Result(0, 1));
    assertThat(combination.test(0, 1))
        .isEqualTo(new PValueCombination.Result(Double.POSITIVE_INFINITY, 0));
  }

  @Test
  void noneAndWrongOnesAreRefused() {
    assertThatThrownBy(combination::test).isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> combination.test(0.5, Double.NaN))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("2 values, of which 1 are out of range");
  }
}
