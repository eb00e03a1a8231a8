package io.mlops4j.rollout.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import io.mlops4j.rollout.OutputDifference;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Expected figures are those of SciPy; see src/test/python/output_comparison.py. */
class OutputComparisonTest {
  private final OutputComparison y = new OutputComparison("y", 0.01);

  private boolean add(@Nullable Object baseline, @Nullable Object candidate) {
    return y.add(AnswerCell.of(baseline), AnswerCell.of(candidate));
  }

  private static void isThatOfSciPy(OutputDifference found) {
    assertThat(found.rows()).isEqualTo(1000);
    assertThat(found.different()).isEqualTo(828);
    assertThat(found.meanDifference()).isCloseTo(0.03076171875, within(1e-9));
    assertThat(found.largestDifference()).isEqualTo(0.0615234375);
    assertThat(found.correlation()).isCloseTo(0.9980543936914295, within(1e-9));
    assertThat(found.distance()).isCloseTo(0.035, within(1e-12));
  }

  @Test
  void numbersAgreeWithSciPy() {
    for (int i = 0; i < 1000; i++) {
      add(i * 7919L % 1024 / 1024.0, (i * 7919L % 1024 + i * 104729L % 64) / 1024.0);
    }
    isThatOfSciPy(y.result());
  }

  @Test
  void numbersWithoutCellsAgreeWithSciPy() {
    double[] baseline = new double[1];
    double[] candidate = new double[1];
    for (int i = 0; i < 1000; i++) {
      baseline[0] = i * 7919L % 1024 / 1024.0;
      candidate[0] = (i * 7919L % 1024 + i * 104729L % 64) / 1024.0;
      y.add(baseline, candidate);
    }
    isThatOfSciPy(y.result());
  }

  @Test
  void nanWithoutCellsIsAMissingAnswer() {
    assertThat(y.add(new double[] {1, Double.NaN}, new double[] {1, 2})).isTrue();
    assertThat(y.add(new double[] {Double.NaN}, new double[] {Double.NaN})).isFalse();
    assertThat(y.add(new double[] {1, 2}, new double[] {1, 2.5})).isTrue();
    assertThat(y.result().rows()).isEqualTo(3);
    assertThat(y.result().missing()).isEqualTo(1);
    assertThat(y.result().different()).isEqualTo(2);
    assertThat(y.result().largestDifference()).isEqualTo(0.5);
  }

  @Test
  void aLargeOffsetCostsNoDigits() {
    OutputComparison far = new OutputComparison("far", 0.01);
    double offset = 1L << 30;
    for (int i = 0; i < 1000; i++) {
      far.add(
          AnswerCell.of(offset + i * 7919L % 1024 / 1024.0),
          AnswerCell.of(offset + (i * 7919L % 1024 + i * 104729L % 64) / 1024.0));
    }
    assertThat(far.result().correlation()).isCloseTo(0.9980543936914295, within(1e-8));
  }

  @Test
  void labelsAreComparedByEqualityAndTotalVariation() {
    String baseline = "aaabbbbbcc";
    String candidate = "aaaaabbccc";
    for (int i = 0; i < 10; i++) {
      add(baseline.substring(i, i + 1), candidate.substring(i, i + 1));
    }
    assertThat(y.result().different()).isEqualTo(3);
    assertThat(y.result().distance()).isCloseTo(0.3, within(1e-12));
    assertThat(y.result().correlation()).isNaN();
    assertThat(y.result().largestDifference()).isNaN();
  }

  @Test
  void missingAnswersOfBothAgree() {
    assertThat(add(null, Double.NaN)).isFalse();
    assertThat(add(1.0, null)).isTrue();
    assertThat(add(Float.NaN, 1.0f)).isTrue();
    assertThat(add(List.of(0.5, Double.NaN), List.of(0.5, 0.5))).isTrue();
    assertThat(y.result().missing()).isEqualTo(3);
    assertThat(y.result().different()).isEqualTo(3);
    assertThat(y.result().meanDifference()).isNaN();
  }

  @Test
  void infinityDiffersFromNumbersAndLeavesTheMeansAlone() {
    double infinite = Double.POSITIVE_INFINITY;
    assertThat(add(infinite, infinite)).isFalse();
    assertThat(add(infinite, 1)).isTrue();
    assertThat(add(infinite, -infinite)).isTrue();
    add(1, 2);
    add(2, 4);
    assertThat(y.result().meanDifference()).isEqualTo(1.5);
    assertThat(y.result().correlation()).isCloseTo(1, within(1e-12));
    assertThat(y.result().largestDifference()).isInfinite();
  }

  @Test
  void vectorsAreComparedByTheirComponents() {
    assertThat(add(new float[] {0.25f, 0.75f}, List.of(0.25, 0.7501))).isFalse();
    assertThat(add(new double[] {0.25, 0.75}, new float[] {0.5f, 0.5f})).isTrue();
    assertThat(add(List.of(1, 2), List.of(1, 2, 3))).isTrue();
    assertThat(add(List.of(List.of(1, 2), List.of(3)), new int[] {1, 2, 3})).isFalse();
    assertThat(add(Map.of("late", 0.2, "early", 0.8), Map.of("early", 0.8, "late", 0.2))).isFalse();
    assertThat(add(Map.of("late", 0.2, "early", 0.8), Map.of("early", 0.7, "late", 0.3))).isTrue();
    assertThat(y.result().missing()).isZero();
  }

  @Test
  void otherValuesAreComparedByTheirText() {
    assertThat(add(true, false)).isTrue();
    assertThat(add(true, true)).isFalse();
    assertThat(add(new String[] {"a", "b"}, List.of("a", "b"))).isFalse();
    assertThat(add(new String[] {"a", "b"}, List.of("b", "a"))).isTrue();
    assertThat(add("1", 1)).isTrue();
  }

  @Test
  void longTextsTakeLittleMemoryAndStayApart() {
    String longText = "x".repeat(100_000);
    for (int i = 0; i < 2000; i++) {
      add(longText + i, longText + i);
    }
    assertThat(y.result().different()).isZero();
    assertThat(y.result().distance()).isZero();
  }

  @Test
  void constantSidesHaveNoCorrelation() {
    add(1, 1);
    add(1, 2);
    assertThat(y.result().correlation()).isNaN();
    assertThat(y.result().distance()).isEqualTo(0.5);
  }

  @Test
  void aToleranceIsFiniteAndNotNegative() {
    for (double wrong : new double[] {-1, Double.NaN, Double.POSITIVE_INFINITY}) {
      assertThatIllegalArgumentException()
          .isThrownBy(() -> new OutputComparison("y", wrong))
          .withMessageContaining("expected 0 or more and finite");
    }
  }
}
