package io.mlops4j.monitor.stats;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mlops4j.monitor.internal.RadixSort;
import java.util.Arrays;
import java.util.Random;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FixedReferenceTest {
  /** By hand: above 2 the reference has half of its rows, the sample none. */
  @Test
  void manySamplesAreTestedAgainstOneReference() {
    double[] rows = {4, 1, Double.NaN, 3, 2};
    Function<double[], TestResult> reference = KolmogorovSmirnov.withDefaults().against(rows);
    rows[0] = -100;
    assertThat(reference.apply(new double[] {2, 1, 2, 1}).statistic()).isEqualTo(0.5);
    assertThat(reference.apply(new double[] {9, 8}).statistic()).isEqualTo(1);
    assertThat(reference.apply(new double[] {1, 2, 3, 4})).isEqualTo(TestResult.of(0, 1));
    assertThatThrownBy(() -> reference.apply(new double[0]))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("current holds no value");
  }

  /** The other way sorts both, and is held against SciPy. */
  @ParameterizedTest
  @ValueSource(ints = {1, 2, 50, 5000})
  void ranksGiveWhatSortingGives(int size) {
    Random random = new Random(size);
    double[] special = {0.0, -0.0, Double.NEGATIVE_INFINITY, Double.POSITIVE_INFINITY, 1e300, 3};
    for (int run = 0; run < 30; run++) {
      double spread = Math.scalb(1.0, random.nextInt(40) - 10);
      double[] one = new double[size];
      double[] other = new double[1 + random.nextInt(2 * size)];
      for (double[] sample : new double[][] {one, other}) {
        for (int i = 0; i < sample.length; i++) {
          sample[i] =
              run % 3 == 0 && random.nextInt(5) == 0
                  ? special[random.nextInt(special.length)]
                  : run % 2 == 0 ? random.nextInt(20) : spread * random.nextGaussian();
        }
      }
      KolmogorovSmirnov test = KolmogorovSmirnov.withDefaults().with(PValueMethod.ASYMPTOTIC);
      assertThat(test.against(one).apply(other)).isEqualTo(test.test(one, other));
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 4095, 4096, 20_000})
  void sortingByBitsGivesTheOrderOfValues(int size) {
    Random random = new Random(size);
    double[] values = new double[size];
    double[] special = {0.0, -0.0, Double.NEGATIVE_INFINITY, Double.POSITIVE_INFINITY, 1, -1};
    for (int i = 0; i < size; i++) {
      values[i] =
          i % 11 == 0
              ? special[random.nextInt(special.length)]
              : Math.scalb(random.nextGaussian(), random.nextInt(300) - 150);
    }
    double[] expected = values.clone();
    Arrays.sort(expected);
    RadixSort.sort(values);
    assertThat(values).isEqualTo(expected);
    double[] same = new double[size];
    Arrays.fill(same, 42);
    RadixSort.sort(same);
    assertThat(Arrays.stream(same).distinct().toArray()).hasSize(Math.min(1, size));
  }
}
