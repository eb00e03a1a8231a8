package io.mlops4j.monitor.stats.multivariate;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class OrderStatisticTest {
  private static final long SEED = 20061122;

  @Test
  void findsWhatSortingFindsAtEveryPlace() {
    SplittableRandom random = new SplittableRandom(SEED);
    for (int round = 0; round < 500; round++) {
      int distinct = 1 + random.nextInt(20);
      double[] values = random.ints(1 + random.nextInt(40), 0, distinct).asDoubleStream().toArray();
      double[] sorted = values.clone();
      Arrays.sort(sorted);
      for (int place = 0; place < values.length; place++) {
        assertThat(OrderStatistic.of(values, place)).as("seed " + SEED).isEqualTo(sorted[place]);
      }
      Arrays.sort(values);
      assertThat(values).containsExactly(sorted);
    }
  }

  @Test
  void sortedReversedAndEqualValuesAreNoTrap() {
    int count = 100_000;
    double[] up = new double[count];
    double[] down = new double[count];
    Arrays.setAll(up, i -> i);
    Arrays.setAll(down, i -> count - 1 - i);
    assertThat(OrderStatistic.of(up, 777)).isEqualTo(777);
    assertThat(OrderStatistic.of(down, 777)).isEqualTo(777);
    assertThat(OrderStatistic.of(new double[count], 777)).isZero();
  }
}
