package io.mlops4j.bench.stats;

import io.mlops4j.bench.ratios.Side;
import io.mlops4j.monitor.stats.KolmogorovSmirnov;
import io.mlops4j.monitor.stats.TestResult;
import java.util.Random;
import java.util.function.Function;
import org.apache.commons.statistics.inference.KolmogorovSmirnovTest;
import org.apache.commons.statistics.inference.PValueMethod;

/** Two samples; D plus the p-value is the answer. */
abstract class Ks implements Side {
  private final double[] reference;
  private final double[] current;

  private Ks(int size) {
    Random random = new Random(1);
    reference = random.doubles(size).map(x -> random.nextGaussian()).toArray();
    current = random.doubles(size).map(x -> random.nextGaussian() + 0.01).toArray();
  }

  static Side ours(int size) {
    return new Ks(size) {
      private final Function<double[], TestResult> fixed =
          KolmogorovSmirnov.withDefaults().against(reference());

      @Override
      public float run() {
        TestResult result = fixed.apply(current());
        return (float) (result.statistic() + result.pValue());
      }
    };
  }

  static Side commons(int size) {
    return new Ks(size) {
      private final KolmogorovSmirnovTest test =
          KolmogorovSmirnovTest.withDefaults().with(PValueMethod.ASYMPTOTIC);

      @Override
      public float run() {
        KolmogorovSmirnovTest.TwoResult result = test.test(reference(), current());
        return (float) (result.getStatistic() + result.getPValue());
      }
    };
  }

  double[] reference() {
    return reference;
  }

  double[] current() {
    return current;
  }

  @Override
  public void close() {}
}
