package io.mlops4j.monitor.stream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class RankCountsTest {

  /** The definition of conformal prediction on numbers of bins. */
  @Test
  void ranksAmongTheReferenceAndAllValuesSince() {
    double[] edges = {1, 2, 3, 5, 8};
    long[] counts = {3, 0, 2, 7, 1, 0};
    RankCounts ranks = RankCounts.ofBins(edges, counts);
    List<Integer> all = new ArrayList<>();
    for (int bin = 0; bin < counts.length; bin++) {
      for (int i = 0; i < counts[bin]; i++) {
        all.add(bin);
      }
    }
    SplittableRandom values = new SplittableRandom(1);
    for (int i = 0; i < 500; i++) {
      double value = values.nextInt(20) / 2.0;
      int bin = (int) Arrays.stream(edges).filter(edge -> edge < value).count();
      all.add(bin);
      long above = all.stream().filter(v -> v > bin).count();
      long equal = all.stream().filter(v -> v == bin).count();
      assertThat(ranks.rank(value, new UniformNumbers(i)))
          .isEqualTo((above + second(i) * equal) / all.size());
    }
    assertThat(ranks.added()).isEqualTo(500);
    ranks.clear();
    assertThat(ranks.added()).isZero();
  }

  /** The second number of a seed; the first orders equal values. */
  private static double second(long seed) {
    UniformNumbers random = new UniformNumbers(seed);
    random.next();
    return random.next();
  }

  @Test
  void ranksAmongGapsOfAReference() {
    double[] reference = {1, 2, 3};
    RankCounts ranks = RankCounts.ofValues(reference, 1);
    int[] counts = {1, 1, 1, 1};
    double[] values = {2.5, 2.7, 0, -1, Double.NEGATIVE_INFINITY, 9, 1 / 0.0, 1.5, 2.2, 2.9};
    for (int i = 0; i < values.length; i++) {
      double value = values[i];
      int gap = (int) Arrays.stream(reference).filter(point -> point < value).count();
      double above = Arrays.stream(counts, gap + 1, 4).sum();
      double all = Arrays.stream(counts).sum();
      assertThat(ranks.rank(value, new UniformNumbers(i)))
          .isEqualTo((above + second(i) * counts[gap]) / all);
      counts[gap]++;
    }
  }

  /** Among three equal values there are two inner gaps and two outer ones, one of them shared. */
  @Test
  void ordersEqualValuesAtRandom() {
    UniformNumbers random = new UniformNumbers(1);
    int[] quarters = new int[4];
    for (int seed = 0; seed < 4_000; seed++) {
      RankCounts ranks = RankCounts.ofValues(new double[] {7, 7, 7}, seed);
      quarters[(int) (4 * ranks.rank(7, random))]++;
    }
    for (int quarter : quarters) {
      assertThat(quarter).isBetween(880, 1120); // sd 27
    }
  }

  @Test
  void zeroHasOneSign() {
    RankCounts bins = RankCounts.ofBins(new double[] {-0.0}, new long[] {1, 0});
    assertThat(bins.rank(0.0, new UniformNumbers(1))).isEqualTo(second(1) * 2 / 2);
    double sum = 0;
    for (int i = 0; i < 2_000; i++) {
      RankCounts values = RankCounts.ofValues(new double[] {-0.0, 0.0, -0.0, 0.0}, i);
      sum += values.rank(i % 2 == 0 ? -0.0 : 0.0, new UniformNumbers(-1 - i));
    }
    assertThat(sum / 2_000).isBetween(0.47, 0.53);
  }

  @Test
  void leavesMissingValuesOutOfTheReference() {
    double[] missing = {Double.NaN, 5, Double.NaN};
    assertThat(RankCounts.ofValues(missing, 1).rank(6, new UniformNumbers(1)))
        .isEqualTo(RankCounts.ofValues(new double[] {5}, 1).rank(6, new UniformNumbers(1)))
        .isLessThan(0.5);
  }

  @Test
  void rejectsWhatIsNoReference() {
    assertThatThrownBy(() -> RankCounts.ofValues(new double[] {Double.NaN}, 1))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("reference, number of values: found 0, expected 1 to 67108864");
    double[] edges = {1, 2};
    assertThatThrownBy(() -> RankCounts.ofBins(edges, new long[2]))
        .hasMessage("counts: found 2, expected one more than the 2 edges");
    assertThatThrownBy(() -> RankCounts.ofBins(edges, new long[3]))
        .hasMessageContaining("found no row");
    assertThatThrownBy(() -> RankCounts.ofBins(edges, new long[] {1, -1, 1}))
        .hasMessageContaining("found -1");
    assertThatThrownBy(() -> RankCounts.ofBins(new double[] {2, 2}, new long[] {1, 1, 1}))
        .hasMessage("edges: found 2.0 after 2.0, expected ascending ones");
    assertThatThrownBy(() -> RankCounts.ofBins(new double[] {1 / 0.0}, new long[] {1, 1}))
        .hasMessageContaining("Infinity");
    long much = Long.MAX_VALUE;
    assertThatThrownBy(() -> RankCounts.ofBins(new double[] {1}, new long[] {much, much}))
        .hasMessageContaining("a sum of at most 2^53");
  }
}
