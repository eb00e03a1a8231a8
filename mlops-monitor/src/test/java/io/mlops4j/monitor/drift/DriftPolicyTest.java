package io.mlops4j.monitor.drift;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.mlops4j.feature.FeatureBatch;
import io.mlops4j.monitor.drift.Comparison.Measured;
import io.mlops4j.monitor.drift.Comparison.TooFewRows;
import io.mlops4j.monitor.profile.Profile;
import io.mlops4j.monitor.stats.KolmogorovSmirnov;
import java.util.List;
import java.util.stream.IntStream;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.junit.jupiter.api.Test;

class DriftPolicyTest {
  private final DriftPolicy policy = DriftPolicy.withDefaults();

  @Test
  void anEffectNearItsBoundIsToldApartFromIt() {
    assertThat(new DriftVerdict.Drifted("wasserstein/sigma", 0.10003, 0.1, 1e-9))
        .hasToString("drifted: wasserstein/sigma 0.10003, bound 0.1, p < 0.001");
  }

  @Test
  void aClearShiftDriftsAndAnEqualColumnDoesNot() {
    long[] reference = {200, 200, 200, 200, 200, 0};
    long[] shifted = {0, 200, 200, 200, 200, 200};
    double[] positions = {0, 1, 2, 3, 4, 5};
    double deviation = Math.sqrt(2);
    List<Judgement> judgements =
        new DriftJudge(policy)
            .judgeMeasured(
                List.of(
                    (Measured)
                        new ColumnMeasurer(policy)
                            .numeric(reference, shifted, positions, deviation),
                    (Measured)
                        new ColumnMeasurer(policy)
                            .numeric(reference, reference, positions, deviation)));
    assertThat(judgements).extracting(Judgement::drifted).containsExactly(true, false);
    assertThat(judgements.get(1).adjustedPValue()).isOne();
  }

  @Test
  void aTinyEffectIsNoDriftHoweverManyRowsProveIt() {
    long[] reference = {500_000, 500_000};
    long[] current = {495_000, 505_000};
    Measured shares = (Measured) new ColumnMeasurer(policy).twoValues(reference, current);
    assertThat(shares.pValue()).isLessThan(1e-9);
    assertThat(new DriftJudge(policy).judgeMeasured(List.of(shares)).get(0).drifted()).isFalse();
  }

  @Test
  void aLargeEffectThatChanceExplainsIsNoDrift() {
    Measured category =
        (Measured)
            new ColumnMeasurer(policy).category(new long[] {20, 20, 20}, new long[] {24, 14, 22});
    assertThat(category.size()).isGreaterThan(0.05);
    DriftPolicy strict = policy.withCategoryBound(0.05);
    Measured again =
        (Measured)
            new ColumnMeasurer(strict).category(new long[] {20, 20, 20}, new long[] {24, 14, 22});
    assertThat(again.matters()).isTrue();
    assertThat(new DriftJudge(strict).judgeMeasured(List.of(again)).get(0).drifted()).isFalse();
  }

  @Test
  void moreFeaturesMakeTheTestStricter() {
    Measured weak = new Measured("effect", 1, 0.1, "test", 0, 0.04);
    Measured none = new Measured("effect", 0, 0.1, "test", 0, 1);
    assertThat(new DriftJudge(policy).judgeMeasured(List.of(weak)).get(0).drifted()).isTrue();
    assertThat(new DriftJudge(policy).judgeMeasured(List.of(weak, none)).get(0).drifted())
        .isFalse();
    assertThat(new DriftJudge(policy).judgeMeasured(List.of(weak, none)).get(0).adjustedPValue())
        .isCloseTo(0.08, within(1e-15));
    assertThat(
            new DriftJudge(policy.withFalseDiscoveryRate(0.1))
                .judgeMeasured(List.of(weak, none))
                .get(0)
                .drifted())
        .isTrue();
    assertThat(new DriftJudge(policy).judgeMeasured(List.of())).isEmpty();
  }

  @Test
  void aShareThatFallsCountsLikeOneThatRises() {
    Measured fallen =
        (Measured)
            new ColumnMeasurer(policy).twoValues(new long[] {500, 500}, new long[] {800, 200});
    assertThat(fallen.size()).isCloseTo(-0.3, within(1e-12));
    assertThat(new DriftJudge(policy).judgeMeasured(List.of(fallen)).get(0).drifted()).isTrue();
  }

  @Test
  void tooFewRowsIsAResultOfItsOwn() {
    assertThat(
            new ColumnMeasurer(policy)
                .numeric(new long[] {50, 50}, new long[] {49, 0}, new double[] {0, 1}, 1))
        .isEqualTo(new TooFewRows(100, 49, 50));
    assertThat(new ColumnMeasurer(policy).category(new long[] {5}, new long[] {700}))
        .isEqualTo(new TooFewRows(5, 700, 50));
    assertThat(new ColumnMeasurer(policy).twoValues(new long[2], new long[2]))
        .isEqualTo(new TooFewRows(0, 0, 50));
    assertThat(
            new ColumnMeasurer(policy.withMinimumRows(5))
                .category(new long[] {5}, new long[] {700}))
        .isInstanceOf(Measured.class);
  }

  @Test
  void binnedNumericIsExactWhenEachBinHoldsOneValue() {
    double[] reference = IntStream.range(0, 100).mapToDouble(i -> i % 2).toArray();
    double[] current = IntStream.range(0, 100).mapToDouble(i -> i % 4 == 0 ? 1 : 0).toArray();
    double raw = KolmogorovSmirnov.withDefaults().test(reference, current).pValue();
    Measured binned =
        (Measured)
            new ColumnMeasurer(policy)
                .numeric(new long[] {50, 50}, new long[] {75, 25}, new double[] {0, 1}, 0.5);
    assertThat(binned.size()).isCloseTo(0.5, within(1e-12));
    assertThat(binned.pValue()).isCloseTo(raw, within(1e-12));
  }

  @Test
  void nonsenseBoundsAreRefused() {
    assertThatThrownBy(() -> policy.withNumericBound(0))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> policy.withCategoryBound(Double.NaN))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> policy.withShareBound(-1))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> policy.withFalseDiscoveryRate(1))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> policy.withMinimumRows(0))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> policy.withDataSetBound(0))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> policy.withDataSetBound(1.01))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> FeaturePolicy.withDefaults().withBound(0))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> FeaturePolicy.withDefaults().withBoundFactor(0))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void aFactorMultipliesEveryBoundOfAFeatureAndNoEffect() {
    long[] reference = {200, 200, 200, 200, 200, 0};
    long[] current = {100, 200, 200, 200, 200, 100};
    double[] positions = {0, 1, 2, 3, 4, 5};
    ColumnMeasurer plain = new ColumnMeasurer(policy);
    ColumnMeasurer wider = plain.times(4);
    Measured before = (Measured) plain.numeric(reference, current, positions, Math.sqrt(2));
    Measured after = (Measured) wider.numeric(reference, current, positions, Math.sqrt(2));
    assertThat(before.size()).isCloseTo(0.5 / Math.sqrt(2), within(1e-12)); // a tenth moved by 5
    assertThat(before.matters()).isTrue();
    assertThat(after.bound()).isEqualTo(0.4);
    assertThat(after.size()).isEqualTo(before.size());
    assertThat(after.matters()).isFalse();
    Measured shares =
        (Measured) wider.twoValues(new long[] {500, 500}, new long[] {400, 600}); // the full bound
    assertThat(shares.bound()).isEqualTo(0.4);
    assertThat(FeaturePolicy.withDefaults().withBoundFactor(2))
        .hasToString("effect by type, bound of the measure, test by type, bounds times 2");
  }

  @Test
  void aFactorAppliesToABoundOfTheFeatureToo() {
    try (BufferAllocator allocator = new RootAllocator();
        FeatureBatch batch = FeatureBatch.builder(allocator).doubles("x", numbers(0)).build();
        FeatureBatch later = FeatureBatch.builder(allocator).doubles("x", numbers(30)).build()) {
      Profile reference = Profile.of(List.of(batch));
      FeaturePolicy own = FeaturePolicy.withDefaults().withBound(0.2).withBoundFactor(3);
      FeatureDrift drift =
          DriftReport.compare(
                  reference, reference.profile(List.of(later)), policy.withFeature("x", own))
              .feature("x");
      assertThat(((DriftVerdict.Judged) drift.verdict()).bound()).isCloseTo(0.6, within(1e-12));
    }
  }

  private static double[] numbers(double from) {
    return IntStream.range(0, 200).mapToDouble(i -> from + i).toArray();
  }

  @Test
  void whatIsSetForOneFeatureOutlivesLaterChanges() {
    FeaturePolicy own = FeaturePolicy.withDefaults().with(EffectMeasure.HELLINGER).withBound(0.3);
    DriftPolicy changed =
        policy
            .withFeature("a", own)
            .withKeyFeatures("b")
            .withDataSetBound(0.2)
            .withNumericBound(0.5)
            .withCategoryBound(0.5)
            .withShareBound(0.5)
            .withFalseDiscoveryRate(0.01)
            .withMinimumRows(7);
    assertThat(changed.feature("a")).isSameAs(own);
    assertThat(changed.feature("z").effect()).isEmpty();
    assertThat(changed.keyFeatures()).containsExactly("b");
    assertThat(changed.dataSetBound()).isEqualTo(0.2);
    assertThat(changed.namedFeatures()).containsExactly("a", "b");
    assertThat(policy.namedFeatures()).isEmpty();
    assertThat(own).hasToString("effect hellinger distance, bound 0.3, test by type");
  }
}
