package io.mlops4j.monitor.performance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

class GroupFiguresTest {
  private static final String[] CARRIERS = {"WN", "AA", "AA", "WN", "AA", "AA", null};
  private static final double[] LABELS = {1, 1, 1, 0, 0, 1, 0};
  private static final double[] SCORES = {0.9, 0.8, 0.7, 0.1, 0.6, 0.2, 0.4};

  private static GroupFigures recall() {
    return GroupFigures.of(
        CARRIERS,
        rows -> BinaryPerformance.of(rows.of(LABELS), rows.of(SCORES)).confusion(0.5).recall());
  }

  /** By hand: AA finds 2 of 3 events, WN 1 of 1. */
  @Test
  void eachGroupHasItsFigureItsErrorAndItsRows() {
    assertThat(recall().groups().keySet()).containsExactly("AA", "WN", "null");
    Metric.Value ofAa = (Metric.Value) recall().groups().get("AA");
    assertThat(ofAa.value()).isCloseTo(2 / 3.0, within(1e-12));
    assertThat(ofAa.standardError()).isCloseTo(Math.sqrt(2 / 27.0), within(1e-12));
    assertThat(recall().groups().get("WN")).isEqualTo(new Metric.Value(1, 0));
    assertThat(recall().groups().get("null")).isEqualTo(new Metric.Undefined("no row is positive"));
    assertThat(recall().rows("AA")).isEqualTo(4);
    assertThat(recall().rows("null")).isOne();
  }

  @Test
  void differencesHaveTheErrorsOfBothGroups() {
    Metric.Value difference = (Metric.Value) recall().difference("AA", "WN");
    assertThat(difference.value()).isCloseTo(-1 / 3.0, within(1e-12));
    assertThat(difference.standardError()).isCloseTo(Math.sqrt(2 / 27.0), within(1e-12));
    assertThat(recall().difference("AA", "null"))
        .isEqualTo(new Metric.Undefined("null: no row is positive"));
    assertThat(recall().difference("null", "AA"))
        .isEqualTo(new Metric.Undefined("null: no row is positive"));
    assertThat(recall().difference("AA", "AA").orElse(9)).isZero();
  }

  @Test
  void estimatesAndSeveralClassesHaveGroupsToo() {
    PerformanceEstimator cbpe = PerformanceEstimator.binary().add(LABELS, SCORES).build();
    GroupFigures expected =
        GroupFigures.of(
            CARRIERS,
            rows -> {
              PerformanceEstimator.Window window = cbpe.window();
              window.add(rows.of(SCORES));
              return window.estimate().figure("accuracy");
            });
    assertThat(expected.groups()).hasSize(3);
    int[] classes = {0, 1, 1, 0, 1, 1, 0};
    double[][] probabilities = new double[7][];
    for (int row = 0; row < 7; row++) {
      probabilities[row] = new double[] {1.0 - classes[row], classes[row]};
    }
    assertThat(
            GroupFigures.of(
                    CARRIERS,
                    rows ->
                        MultiClassPerformance.of(2, rows.of(classes), rows.of(probabilities))
                            .topKAccuracy(1))
                .groups()
                .values())
        .containsOnly(new Metric.Value(1, 0));
  }

  @Test
  void noRowsAreNoGroupsAndUnknownOnesAreNamed() {
    GroupFigures none = GroupFigures.of(new String[0], rows -> new Metric.Value(1, 0));
    assertThat(none.groups()).isEmpty();
    assertThatThrownBy(() -> recall().rows("UA"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("no row is of group UA: the groups are [AA, WN, null]");
    assertThatThrownBy(() -> recall().difference("AA", "UA"))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(
            () ->
                GroupFigures.of(
                    CARRIERS,
                    rows -> {
                      rows.of(new double[3]);
                      return new Metric.Value(1, 0);
                    }))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("3 values, 7 names of groups");
  }
}
