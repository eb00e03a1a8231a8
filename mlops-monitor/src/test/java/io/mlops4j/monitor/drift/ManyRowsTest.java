package io.mlops4j.monitor.drift;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.mlops4j.monitor.stats.KolmogorovSmirnov;
import io.mlops4j.monitor.stats.PValueMethod;
import java.util.Arrays;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class ManyRowsTest {
  private static final long SEED = 8;

  /** The exact p-value of such samples would take most of the time of a monitor. */
  @Test
  void thePValueOfThousandsOfRowsIsNearTheExactOne() {
    SplittableRandom random = new SplittableRandom(SEED);
    double[] positions = new double[200];
    Arrays.setAll(positions, bin -> bin);
    for (int shift = 0; shift <= 3; shift++) {
      long[] reference = new long[positions.length];
      long[] current = new long[positions.length];
      for (int i = 0; i < 4_000; i++) {
        reference[random.nextInt(190)]++;
      }
      for (int i = 0; i < 3_000; i++) {
        current[random.nextInt(190) + 3 * shift]++;
      }
      Comparison.Measured measured =
          (Comparison.Measured)
              new ColumnMeasurer(DriftPolicy.withDefaults())
                  .numeric(reference, current, positions, 55);
      double exact =
          KolmogorovSmirnov.withDefaults()
              .with(PValueMethod.EXACT)
              .test(reference, current)
              .pValue();
      assertThat(measured.pValue())
          .as("seed %d, shift %d", SEED, shift)
          .isCloseTo(exact, within(0.05 * exact));
    }
  }
}
