package io.mlops4j.bench.live;

import io.mlops4j.monitor.stats.ChiSquare;
import io.mlops4j.monitor.stats.KolmogorovSmirnov;
import io.mlops4j.monitor.stats.TestResult;
import java.util.function.Function;
import java.util.function.Predicate;

/**
 * Each column on its own at 5 %, as the first monitors had it: Kolmogorov-Smirnov for numbers, the
 * chi-square test of homogeneity for categories and missing values.
 */
record KsRule() implements WindowRule {
  private static final double LEVEL = 0.05;
  private static final int CATEGORIES = 50;

  @Override
  public String name() {
    return "ks05";
  }

  @Override
  public Predicate<double[]> numbers(double[] reference) {
    Function<double[], TestResult> fixed =
        KolmogorovSmirnov.withDefaults().against(PsiRule.present(reference));
    return window -> {
      double[] present = PsiRule.present(window);
      return present.length > 0 && fixed.apply(present).pValue() < LEVEL;
    };
  }

  @Override
  public Predicate<int[]> categories(int[] reference) {
    ChiSquare test = ChiSquare.withDefaults().withYates(false).withPooling(true);
    CategoryBins bins = CategoryBins.mostFrequent(reference, CATEGORIES);
    long[] before = bins.count(reference);
    return window -> test.test(before, bins.count(window)).pValue() < LEVEL;
  }
}
