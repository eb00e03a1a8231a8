package io.mlops4j.monitor.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.mlops4j.feature.FeatureBatch;
import io.mlops4j.monitor.drift.ComparisonMethod;
import io.mlops4j.monitor.drift.DataSetDrift;
import io.mlops4j.monitor.drift.DriftPolicy;
import io.mlops4j.monitor.drift.DriftReport;
import io.mlops4j.monitor.drift.DriftVerdict;
import io.mlops4j.monitor.drift.EffectMeasure;
import io.mlops4j.monitor.drift.FeatureDrift;
import io.mlops4j.monitor.drift.FeaturePolicy;
import io.mlops4j.monitor.drift.Movement;
import io.mlops4j.monitor.drift.SignificanceTest;
import io.mlops4j.monitor.profile.Profile;
import java.util.List;
import java.util.stream.IntStream;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What is chosen for single features, and what is enough for a data set to drift. */
class DriftReportPolicyTest {
  private static final DriftPolicy POLICY = DriftPolicy.withDefaults();
  private static final FeaturePolicy FEATURE = FeaturePolicy.withDefaults();
  private static final int ROWS = 10_000;

  private final BufferAllocator allocator = new RootAllocator();

  @AfterEach
  void everythingIsGivenBack() {
    allocator.close();
  }

  /** Ten numbers, a thousand rows each; moved, half of the nines are zeros. */
  private static double[] numbers(boolean moved) {
    return IntStream.range(0, ROWS).mapToDouble(i -> moved && i % 20 == 9 ? 0 : i % 10).toArray();
  }

  private static String[] texts(boolean moved) {
    return IntStream.range(0, ROWS)
        .mapToObj(i -> moved && i % 20 == 9 ? "c0" : "c" + i % 10)
        .toArray(String[]::new);
  }

  private FeatureBatch rows(boolean moved) {
    return FeatureBatch.builder(allocator)
        .doubles("number", numbers(moved))
        .doubles("other", numbers(false))
        .strings("text", texts(moved))
        .build();
  }

  private DriftReport compare(DriftPolicy policy) {
    try (FeatureBatch before = rows(false);
        FeatureBatch after = rows(true)) {
      Profile reference = Profile.of(List.of(before));
      return DriftReport.compare(reference, reference.profile(List.of(after)), policy);
    }
  }

  @Test
  void aMeasureChosenForOneFeatureLeavesTheOthers() {
    FeaturePolicy stability = FEATURE.with(EffectMeasure.POPULATION_STABILITY).withBound(0.05);
    DriftReport report =
        compare(POLICY.withFeature("number", stability.with(SignificanceTest.CHI_SQUARE)));
    FeatureDrift number = report.feature("number");
    // (0.15 - 0.1) ln(1.5) + (0.05 - 0.1) ln(0.5)
    assertThat(number.verdict())
        .isInstanceOfSatisfying(
            DriftVerdict.Drifted.class,
            drifted -> {
              assertThat(drifted.measure()).isEqualTo("psi");
              assertThat(drifted.effect()).isCloseTo(0.0549306144334, within(1e-12));
              assertThat(drifted.bound()).isEqualTo(0.05);
            });
    assertThat(number.method())
        .isEqualTo(
            new ComparisonMethod(
                "psi", "chi-square", "measure and test chosen for this feature; bound set for it"));
    assertThat(number.evidence().get(0).text())
        .isEqualTo(
            "Stability index (PSI) 0.0549 over 10 bins of the reference; it matters from 0.05."
                + " Chi-square of homogeneity 267"); // SciPy: chi2_contingency
    // 1e-9 off
    assertThat(number.evidence()).extracting("name").containsExactly("psi", "chi-square");
    assertThat(report.feature("other").method())
        .isEqualTo(
            new ComparisonMethod(
                "wasserstein/sigma",
                "kolmogorov-smirnov",
                "numbers with more than 5 distinct values"));
    assertThat(report.feature("text").method())
        .hasToString("jensen-shannon distance with chi-square: categories");
  }

  @Test
  void aBoundAloneKeepsTheMeasureOfTheType() {
    assertThat(compare(POLICY).feature("number").drifted()).isTrue();
    DriftReport report = compare(POLICY.withFeature("number", FEATURE.withBound(2)));
    assertThat(report.feature("number").verdict())
        .isInstanceOfSatisfying(
            DriftVerdict.Stable.class,
            stable -> {
              assertThat(stable.measure()).isEqualTo("wasserstein/sigma");
              assertThat(stable.bound()).isEqualTo(2);
            });
    assertThat(report.feature("number").method().reason())
        .isEqualTo("numbers with more than 5 distinct values; bound set for it");
    assertThat(report.feature("text").drifted())
        .isEqualTo(compare(POLICY).feature("text").drifted());
  }

  @ParameterizedTest
  @EnumSource(EffectMeasure.class)
  void everyMeasureComparesNumbersAndSaysSo(EffectMeasure measure) {
    FeatureDrift feature =
        compare(POLICY.withFeature("number", FEATURE.with(measure))).feature("number");
    double expected =
        switch (measure) {
          case WASSERSTEIN -> 0.05 * 9 / Math.sqrt(8.25);
          case KOLMOGOROV_SMIRNOV, TOTAL_VARIATION -> 0.05;
          // SciPy: 0.05 * (norm.ppf(0.95) - norm.ppf(0.05))
          case NORMAL_SCORES -> 0.1644853627;
          case POPULATION_STABILITY -> 0.0549306144334;
          case HELLINGER -> 0.0825520123; // NumPy: sqrt(1 - sum(sqrt(p q)))
          // SciPy: sqrt(jensenshannon(p, q, base=2) ** 2 - 9 * (2 / 10000) / (8 ln 2))
          case JENSEN_SHANNON -> 0.0971307457;
        };
    assertThat(feature.evidence().get(0).name()).isEqualTo(measure.label());
    assertThat(feature.evidence().get(0).measured()).isCloseTo(expected, within(1e-6));
    assertThat(feature.evidence().get(0).bound()).isEqualTo(0.1);
    assertThat(feature.evidence().get(0).text()).contains("it matters from 0.1.");
    assertThat(feature.movements()).extracting(Movement::value).containsExactlyInAnyOrder("0", "9");
  }

  @ParameterizedTest
  @EnumSource(EffectMeasure.class)
  void categoriesTakeTheMeasuresThatNeedNoOrder(EffectMeasure measure) {
    DriftPolicy policy = POLICY.withFeature("text", FEATURE.with(measure));
    if (measure.needsNumbers()) {
      assertThatThrownBy(() -> compare(policy))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage(
              "policy: found %s for \"text\", which holds categories, expected a measure or test"
                  + " that needs no order",
              measure.label());
    } else {
      FeatureDrift feature = compare(policy).feature("text");
      assertThat(feature.evidence().get(0).name()).isEqualTo(measure.label());
      assertThat(feature.movements())
          .extracting(Movement::value)
          .containsExactlyInAnyOrder("c0", "c9");
    }
  }

  @Test
  void aTestThatNeedsAnOrderIsRefusedForCategories() {
    DriftPolicy policy =
        POLICY.withFeature("text", FEATURE.with(SignificanceTest.KOLMOGOROV_SMIRNOV));
    assertThatThrownBy(() -> compare(policy))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("found kolmogorov-smirnov for \"text\"");
  }

  @Test
  void aNameThatNoProfileHasIsASlip() {
    assertThatThrownBy(() -> compare(POLICY.withKeyFeatures("numbre")))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "policy: found feature \"numbre\", which no profile has, expected one of [number,"
                + " other, text]");
    assertThatThrownBy(() -> compare(POLICY.withFeature("texts", FEATURE)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("found feature \"texts\"");
  }

  @Test
  void oneKeyFeatureIsEnoughForTheDataSet() {
    DriftPolicy onlyNumber = POLICY.withFeature("text", FEATURE.withBound(0.9));
    assertThat(compare(onlyNumber).driftedFeatures())
        .extracting(FeatureDrift::name)
        .containsExactly("number");
    assertThat(compare(onlyNumber).dataSet()).isEqualTo(DataSetDrift.LIMITED); // one of three
    assertThat(compare(onlyNumber.withKeyFeatures("text")).dataSet())
        .isEqualTo(DataSetDrift.LIMITED);
    DriftReport report = compare(onlyNumber.withKeyFeatures("text", "number"));
    assertThat(report.dataSet()).isEqualTo(DataSetDrift.WIDESPREAD);
    assertThat(report.feature("number").key()).isTrue();
    assertThat(report.feature("other").key()).isFalse();
    assertThat(HtmlReport.of(report).toHtml())
        .contains("Drift is widespread because a key column drifted: number.");
    assertThat(compare(onlyNumber.withDataSetBound(0.33)).dataSet())
        .isEqualTo(DataSetDrift.WIDESPREAD);
    assertThat(HtmlReport.of(compare(onlyNumber.withDataSetBound(0.33))).toHtml())
        .contains("Drift is widespread because at least 33 % of the columns drifted.");
  }

  @Test
  void keyFeaturesThatCannotBeJudgedAreNamed() {
    DriftPolicy strict = POLICY.withKeyFeatures("number", "text").withMinimumRows(ROWS);
    assertThat(compare(strict).keysNotJudged()).isEmpty();
    DriftReport report = compare(strict.withMinimumRows(ROWS + 1));
    assertThat(report.keysNotJudged()).containsExactly("number", "text");
    assertThat(report.dataSet()).isEqualTo(DataSetDrift.NOT_JUDGED);
    assertThat(HtmlReport.of(report).toHtml())
        .contains("Key columns without a verdict: number, text.");
    assertThat(report.feature("number").method().effect()).isEqualTo("wasserstein/sigma");
  }
}
