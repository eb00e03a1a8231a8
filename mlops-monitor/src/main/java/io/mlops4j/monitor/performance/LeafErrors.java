package io.mlops4j.monitor.performance;

import java.util.Arrays;
import java.util.stream.IntStream;

/** For each leaf of a tree the mean of a row's error, its variance, and the rows that say so. */
final class LeafErrors {
  private static final int FEWEST = 10;

  private final double[] means;
  private final double[] variances;
  private final double[] rows;

  private LeafErrors(double[] means, double[] variances, double[] rows) {
    this.means = means;
    this.variances = variances;
    this.rows = rows;
  }

  /** Takes the leaf and the error of each row; leaves with few rows get those of an ancestor. */
  static LeafErrors of(ErrorTree tree, int[] leaves, double[] errors) {
    double[][] ofLeaves = new double[tree.leaves()][];
    for (int leaf = 0; leaf < ofLeaves.length; leaf++) {
      int wanted = leaf;
      ofLeaves[leaf] =
          IntStream.range(0, leaves.length)
              .filter(row -> leaves[row] == wanted)
              .mapToDouble(row -> errors[row])
              .toArray();
    }
    long[] counts = Arrays.stream(ofLeaves).mapToLong(all -> all.length).toArray();
    double[][] enough =
        Arrays.stream(tree.withEnough(counts, FEWEST))
            .map(
                together ->
                    Arrays.stream(together)
                        .mapToObj(leaf -> ofLeaves[leaf])
                        .flatMapToDouble(Arrays::stream)
                        .toArray())
            .toArray(double[][]::new);
    return new LeafErrors(
        Arrays.stream(enough).mapToDouble(Averages::mean).toArray(),
        Arrays.stream(enough).mapToDouble(Averages::variance).toArray(),
        Arrays.stream(enough).mapToDouble(all -> all.length).toArray());
  }

  /** A number that differs between the leaves of other rows, almost always. */
  int identity() {
    return 31 * Arrays.hashCode(means) + Arrays.hashCode(rows);
  }

  /** The mean to expect of rows with these numbers in each leaf. */
  Metric expected(long[] counts) {
    double all = Arrays.stream(counts).sum();
    if (all == 0) {
      return new Metric.Undefined("no row has a prediction");
    }
    double mean = 0;
    double variance = 0;
    for (int leaf = 0; leaf < counts.length; leaf++) {
      if (counts[leaf] > 0) {
        double share = counts[leaf] / all;
        mean += share * means[leaf];
        variance += share * variances[leaf] * (1 / all + share / rows[leaf]);
      }
    }
    return new Metric.Value(mean, Math.sqrt(variance));
  }
}
