package io.mlops4j.monitor.performance;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** ErrorEstimatorTest compares with scikit-learn. */
class ErrorTreeTest {

  /** After the split of the middle, 100 and 110 are further apart than 0 and 1. */
  @Test
  void theLastLeafGoesToTheSplitThatGainsMost() {
    double[] levels = {0, 1, 100, 110};
    double[][] rows = new double[40][];
    double[] target = new double[40];
    for (int row = 0; row < rows.length; row++) {
      rows[row] = new double[] {row % 4};
      target[row] = levels[row % 4];
    }
    ErrorTree tree = new ErrorTree(rows, target, 3, 5);
    assertThat(tree.leaves()).isEqualTo(3);
    assertThat(tree.leaf(rows[0])).isEqualTo(tree.leaf(rows[1]));
    assertThat(tree.leaf(rows[2])).isNotEqualTo(tree.leaf(rows[3]));
    assertThat(new ErrorTree(rows, target, 32, 5).leaves()).isEqualTo(4);
    assertThat(new ErrorTree(rows, target, 32, 21).leaves()).isOne();
  }
}
