package io.mlops4j.monitor.drift;

import io.mlops4j.monitor.internal.Figures;
import io.mlops4j.monitor.profile.ExportRules;
import io.mlops4j.monitor.profile.NumberProfile;
import io.mlops4j.monitor.profile.parts.NumberParts;
import io.mlops4j.monitor.stats.KolmogorovSmirnov;
import io.mlops4j.monitor.stats.TestResult;
import io.mlops4j.monitor.stats.Wasserstein;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/**
 * A column of numbers. With more than five distinct values in the reference they are compared as
 * numbers, with up to five as categories. If both sides have only two values, their shares are
 * compared.
 */
record NumberPair(NumberProfile reference, NumberProfile current, ExportRules rules)
    implements ColumnPair {
  private static final int FEW = 5;

  @Override
  public Comparison compareByType(ColumnMeasurer measurer) {
    if (isMany()) {
      return measurer.numeric(
          NumberParts.counts(reference), NumberParts.counts(current), positions(), deviation());
    }
    int[] used = used();
    return isTwo()
        ? measurer.twoValues(pick(reference, used), pick(current, used))
        : CategoryCounts.compare(
            measurer, NumberParts.counts(reference), NumberParts.counts(current));
  }

  @Override
  public ComparisonMethod methodByType() {
    if (isMany()) {
      return new ComparisonMethod(
          "wasserstein/sigma",
          "kolmogorov-smirnov",
          "numbers with more than " + FEW + " distinct values");
    }
    return isTwo()
        ? EvidenceText.TWO_VALUES
        : new ComparisonMethod(
            "jensen-shannon distance",
            "chi-square",
            "numbers with up to " + FEW + " distinct values, compared as categories");
  }

  /** Ranks hardly react to a few rows far away. */
  @Override
  public List<SecondaryComparison> compareSecondary(ColumnMeasurer measurer) {
    if (!isMany()) {
      return List.of();
    }
    OutOfRangeRows beyond = new OutOfRangeRows(reference, current);
    return beyond.rows() > 0
            && measurer.beyondRange(
                    reference.present(),
                    current.present(),
                    beyond.below(),
                    beyond.above(),
                    beyond.distance())
                instanceof Comparison.Measured measured
        ? List.of(
            new SecondaryComparison(
                "beyond",
                measured,
                () -> EvidenceText.beyond(measured, beyond),
                () -> movements("")))
        : List.of();
  }

  private boolean isMany() {
    return !reference.exact()
        || Arrays.stream(NumberParts.counts(reference)).filter(count -> count > 0).count() > FEW;
  }

  private boolean isTwo() {
    return used().length == 2;
  }

  private double[] positions() {
    return new BinPositions(reference, current).positions();
  }

  @Override
  public double effect(EffectMeasure measure) {
    return switch (measure) {
      case WASSERSTEIN ->
          Wasserstein.withDefaults()
              .overReferenceDeviation()
              .statistic(
                  NumberParts.counts(reference),
                  NumberParts.counts(current),
                  positions(),
                  deviation());
      case KOLMOGOROV_SMIRNOV ->
          KolmogorovSmirnov.withDefaults()
              .statistic(NumberParts.counts(reference), NumberParts.counts(current));
      case NORMAL_SCORES ->
          NormalScores.distance(NumberParts.counts(reference), NumberParts.counts(current));
      default -> CategoryCounts.effect(measure, binned(reference), binned(current));
    };
  }

  @Override
  public TestResult test(SignificanceTest test) {
    return test == SignificanceTest.KOLMOGOROV_SMIRNOV
        ? KolmogorovSmirnov.withDefaults()
            .test(NumberParts.counts(reference), NumberParts.counts(current))
        : CategoryCounts.test(binned(reference), binned(current));
  }

  /** Counts by tenths of the reference, or by its values if they are few; without missing ones. */
  private long[] binned(NumberProfile side) {
    if (!isMany()) {
      return NumberParts.counts(side);
    }
    int[] group = Deciles.of(NumberParts.counts(reference));
    long[] sums = Deciles.sum(NumberParts.counts(side), group, 0);
    return Arrays.copyOf(sums, sums.length - 1);
  }

  @Override
  public List<Movement> movements(String effect) {
    ValueRanges ranges = new ValueRanges(this);
    long[] before = ranges.sums(NumberParts.counts(reference));
    long[] after = ranges.sums(NumberParts.counts(current));
    double[] parts =
        effect.equals(EffectMeasure.WASSERSTEIN.label())
            ? ranges.sums(
                Movements.ways(
                    NumberParts.counts(reference), NumberParts.counts(current), positions()))
            : effect.equals(EffectMeasure.NORMAL_SCORES.label())
                ? ranges.sums(
                    Movements.ways(
                        NumberParts.counts(reference),
                        NumberParts.counts(current),
                        NormalScores.of(NumberParts.counts(reference))))
                : Movements.parts(effect, before, after);
    return Movements.ranked(ranges.names(), before, after, parts);
  }

  @Override
  public List<Movement> missingMovements() {
    return List.of(new Movement("missing", missingShare(reference), missingShare(current), 1));
  }

  private static double missingShare(NumberProfile side) {
    return (double) side.missing() / (side.present() + side.missing());
  }

  /** The bins that hold values on either side. */
  int[] used() {
    long[] before = NumberParts.counts(reference);
    long[] after = NumberParts.counts(current);
    return IntStream.range(0, before.length).filter(bin -> before[bin] + after[bin] > 0).toArray();
  }

  private static long[] pick(NumberProfile side, int[] bins) {
    long[] counts = NumberParts.counts(side);
    return Arrays.stream(bins).mapToLong(bin -> counts[bin]).toArray();
  }

  private double deviation() {
    return Double.isFinite(reference.deviation()) ? reference.deviation() : 0;
  }

  /** The largest error of the binned Wasserstein distance, in deviations of the reference. */
  double distanceError() {
    double error = new BinPositions(reference, current).error();
    return error == 0 ? 0 : error / deviation();
  }

  @Override
  public String describe(Comparison.Measured measured) {
    return describeEffect(measured) + ". " + EvidenceText.statistic(measured, rankError());
  }

  private String describeEffect(Comparison.Measured measured) {
    int[] used = used();
    if (measured.effect().equals(EffectMeasure.WASSERSTEIN.label())) {
      return EvidenceText.distance(measured, distanceError());
    }
    if (measured.effect().equals(EffectMeasure.KOLMOGOROV_SMIRNOV.label())) {
      return EvidenceText.ranks(measured, rankError());
    }
    if (measured.effect().equals(EffectMeasure.NORMAL_SCORES.label())) {
      return EvidenceText.scores(measured);
    }
    if (measured.effect().equals(ColumnMeasurer.SHARES)) {
      return EvidenceText.shares(
          rules.extremes() ? Figures.of(reference.positions()[used[1]]) : "the greater number",
          measured,
          pick(reference, used),
          pick(current, used));
    }
    return isMany() || !measured.effect().equals(EffectMeasure.JENSEN_SHANNON.label())
        ? EvidenceText.binned(measured, CategoryCounts.used(binned(reference), binned(current)))
        : EvidenceText.categories(measured, used.length, used.length);
  }

  /** The error of a test from bins, without the p-value, which takes most of its time. */
  private double rankError() {
    if (reference.exact()) {
      return 0;
    }
    long[] before = NumberParts.counts(reference);
    long[] after = NumberParts.counts(current);
    double fullest = 0;
    for (int bin = 0; bin < before.length; bin++) {
      fullest = Math.max(fullest, (double) before[bin] / reference.present());
      fullest = Math.max(fullest, (double) after[bin] / current.present());
    }
    return Math.min(1 - KolmogorovSmirnov.withDefaults().statistic(before, after), fullest);
  }

  @Override
  public long[][] coarse() {
    int[] group = Deciles.of(NumberParts.counts(reference));
    return new long[][] {
      Deciles.sum(NumberParts.counts(reference), group, reference.missing()),
      Deciles.sum(NumberParts.counts(current), group, current.missing())
    };
  }

  @Override
  public List<Comparison> compareMissing(ColumnMeasurer measurer) {
    return reference.missing() + current.missing() == 0
        ? List.of()
        : List.of(measurer.twoValues(presentAndMissing(reference), presentAndMissing(current)));
  }

  private static long[] presentAndMissing(NumberProfile side) {
    return new long[] {side.present(), side.missing()};
  }

  @Override
  public String describeMissing(Comparison.Measured measured) {
    return EvidenceText.shares(
            "missing values", measured, presentAndMissing(reference), presentAndMissing(current))
        + ". "
        + EvidenceText.statistic(measured, 0);
  }
}
