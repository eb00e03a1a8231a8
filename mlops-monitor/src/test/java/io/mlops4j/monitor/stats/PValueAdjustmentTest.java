package io.mlops4j.monitor.stats;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import io.mlops4j.monitor.golden.GoldenFile;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class PValueAdjustmentTest {

  @ParameterizedTest
  @CsvSource({
    "BENJAMINI_HOCHBERG,bh",
    "BENJAMINI_YEKUTIELI,by",
    "HOLM,holm",
    "BONFERRONI,bonferroni"
  })
  void agreesWithSciPy(PValueAdjustment adjustment, String key) {
    JsonNode golden = GoldenFile.read("multiple_testing.json");
    assertThat(adjustment.adjust(GoldenFile.doubles(golden.get("p"))))
        .containsExactly(GoldenFile.doubles(golden.get(key)), within(1e-12));
  }

  @ParameterizedTest
  @EnumSource
  void oneTestIsLeftAloneAndNoneIsAllowed(PValueAdjustment adjustment) {
    assertThat(adjustment.adjust(0.03)).containsExactly(0.03);
    assertThat(adjustment.adjust()).isEmpty();
  }

  @Test
  void theOrderOfTheInputIsKept() {
    // by hand: ranks of 0.01, 0.02, 0.5 times 3/1, 3/2, 3/3
    assertThat(PValueAdjustment.BENJAMINI_HOCHBERG.adjust(0.5, 0.01, 0.02))
        .containsExactly(new double[] {0.5, 0.03, 0.03}, within(1e-15));
  }

  @ParameterizedTest
  @ValueSource(doubles = {Double.NaN, -0.1, 1.1})
  void whatIsNoPValueIsRefused(double p) {
    assertThatThrownBy(() -> PValueAdjustment.HOLM.adjust(0.5, p))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("pValues[1] = " + p);
  }

  @Test
  void combinationAgreesWithSciPy() {
    JsonNode golden = GoldenFile.read("multiple_testing.json");
    JsonNode expected = golden.get("fisher_combined");
    TestResult result = PValueAdjustment.combine(GoldenFile.doubles(golden.get("p")));
    assertThat(result.statistic())
        .isCloseTo(expected.get(0).asDouble(), GoldenFile.statistic(expected.get(0)));
    assertThat(result.pValue())
        .isCloseTo(expected.get(1).asDouble(), GoldenFile.pValue(expected.get(1)));
  }

  @Test
  void combinationAtTheEndsOfTheRange() {
    assertThat(PValueAdjustment.combine(1, 1)).isEqualTo(TestResult.of(0, 1));
    assertThat(PValueAdjustment.combine(0, 1))
        .isEqualTo(TestResult.of(Double.POSITIVE_INFINITY, 0));
  }

  @Test
  void combinationOfNoneOrWrongOnesIsRefused() {
    assertThatThrownBy(PValueAdjustment::combine).isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> PValueAdjustment.combine(0.5, Double.NaN))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("2 values, of which 1 are out of range");
  }
}
