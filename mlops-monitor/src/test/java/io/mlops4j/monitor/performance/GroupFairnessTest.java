package io.mlops4j.monitor.performance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

class GroupFairnessTest {
  // TN, FP, FN, TP; of 100 and 200 rows
  private final GroupFairness fairness =
      new GroupFairness(new ConfusionMatrix(40, 10, 20, 30), new ConfusionMatrix(70, 30, 20, 80));

  /** By hand: predicted 40/100 and 110/200, recall 30/50 and 80/100, false alarms 10/50, 30/100. */
  @Test
  void valuesAndErrorsFollowFromTheCounts() {
    double spd = Math.sqrt(0.4 * 0.6 / 100 + 0.55 * 0.45 / 200);
    double eod = Math.sqrt(0.6 * 0.4 / 50 + 0.8 * 0.2 / 100);
    double fpr = Math.sqrt(0.2 * 0.8 / 50 + 0.3 * 0.7 / 100);
    check(fairness.statisticalParityDifference(), -0.15, spd);
    check(fairness.equalOpportunityDifference(), -0.2, eod);
    check(fairness.averageOddsDifference(), -0.15, Math.hypot(eod, fpr) / 2);
    double ratio = 0.4 / 0.55;
    check(
        fairness.disparateImpactRatio(),
        ratio,
        ratio * Math.sqrt(0.6 / (0.4 * 100) + 0.45 / (0.55 * 200)));
  }

  private static void check(Metric metric, double value, double error) {
    assertThat(metric).isInstanceOf(Metric.Value.class);
    assertThat(((Metric.Value) metric).value()).isCloseTo(value, within(1e-12));
    assertThat(((Metric.Value) metric).standardError()).isCloseTo(error, within(1e-12));
  }

  @Test
  void equalGroupsAreAtParity() {
    GroupFairness equal = new GroupFairness(fairness.privileged(), fairness.privileged());
    assertThat(equal.statisticalParityDifference().orElse(9)).isZero();
    assertThat(equal.averageOddsDifference().orElse(9)).isZero();
    assertThat(equal.disparateImpactRatio().orElse(9)).isOne();
  }

  @Test
  void bothDenominatorsAreGuardedAndTheGroupIsNamed() {
    ConfusionMatrix some = fairness.privileged();
    ConfusionMatrix nobody = new ConfusionMatrix(0, 0, 0, 0);
    GroupFairness noUnprivileged = new GroupFairness(nobody, some);
    GroupFairness noPrivileged = new GroupFairness(some, nobody);
    assertThat(noUnprivileged.statisticalParityDifference())
        .isEqualTo(new Metric.Undefined("unprivileged: no labelled row"));
    assertThat(noPrivileged.disparateImpactRatio())
        .isEqualTo(new Metric.Undefined("privileged: no labelled row"));
    assertThat(noPrivileged.equalOpportunityDifference())
        .isEqualTo(new Metric.Undefined("privileged: no row is positive"));
    GroupFairness onlyEvents = new GroupFairness(new ConfusionMatrix(0, 0, 1, 1), some);
    assertThat(onlyEvents.averageOddsDifference())
        .isEqualTo(new Metric.Undefined("unprivileged: no row is negative"));
  }

  @Test
  void nothingPredictedForTheComparedGroupHasNoRatio() {
    ConfusionMatrix silent = new ConfusionMatrix(5, 0, 5, 0);
    assertThat(new GroupFairness(fairness.privileged(), silent).disparateImpactRatio())
        .isEqualTo(new Metric.Undefined("privileged: no row was predicted positive"));
    assertThat(new GroupFairness(silent, fairness.privileged()).disparateImpactRatio())
        .isEqualTo(new Metric.Value(0, 0));
  }
}
