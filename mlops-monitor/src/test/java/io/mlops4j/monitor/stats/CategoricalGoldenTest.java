package io.mlops4j.monitor.stats;

import static io.mlops4j.monitor.golden.GoldenFile.counts;
import static io.mlops4j.monitor.golden.GoldenFile.pValue;
import static io.mlops4j.monitor.golden.GoldenFile.statistic;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.mlops4j.monitor.golden.GoldenFile;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class CategoricalGoldenTest {

  static Stream<Arguments> cases() {
    return GoldenFile.elements(GoldenFile.read("categorical.json").get("cases"))
        .map(c -> Arguments.of(c.get("name").asText(), c));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("cases")
  void chiSquareAgreesWithSciPy(String name, JsonNode golden) {
    check(ChiSquare.withDefaults(), golden, "chi2_correction_true");
    check(ChiSquare.withDefaults().withYates(false), golden, "chi2_correction_false");
    check(
        ChiSquare.withDefaults()
            .withYates(false)
            .withLikelihoodRatio()
            .with(PValueMethod.ASYMPTOTIC),
        golden,
        "g_test");
  }

  private static void check(ChiSquare test, JsonNode golden, String key) {
    JsonNode expected = golden.get("expected").get(key);
    TestResult result = test.test(counts(golden.get("ref")), counts(golden.get("cur")));
    assertThat(result.statistic())
        .isCloseTo(expected.get("statistic").asDouble(), statistic(expected.get("statistic")));
    assertThat(result.pValue())
        .isCloseTo(expected.get("pvalue").asDouble(), pValue(expected.get("pvalue")));
    assertThat(result.degreesOfFreedom()).isEqualTo(expected.get("dof").asInt());
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("cases")
  void divergencesAgreeWithSciPy(String name, JsonNode golden) {
    HistogramExpectations.check(
        counts(golden.get("ref")), counts(golden.get("cur")), golden.get("expected").get("hist"));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("cases")
  void cramersVAgreesWithSciPyAndIsZeroForASingleCategory(String name, JsonNode golden) {
    JsonNode expected = golden.get("expected").get("cramers_v");
    double v =
        CountDistance.CRAMERS_V.between(counts(golden.get("ref")), counts(golden.get("cur")));
    assertThat(v).isCloseTo(expected.isNumber() ? expected.asDouble() : 0, statistic(expected));
  }
}
