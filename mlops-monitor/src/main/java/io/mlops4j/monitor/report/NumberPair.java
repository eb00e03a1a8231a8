package io.mlops4j.monitor.report;

import io.mlops4j.monitor.drift.Comparison;
import io.mlops4j.monitor.drift.DriftPolicy;
import io.mlops4j.monitor.drift.EffectMeasure;
import io.mlops4j.monitor.drift.KolmogorovSmirnov;
import io.mlops4j.monitor.drift.SignificanceTest;
import io.mlops4j.monitor.drift.TestResult;
import io.mlops4j.monitor.drift.Wasserstein;
import io.mlops4j.monitor.profile.ExportRules;
import io.mlops4j.monitor.profile.NumberProfile;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Numbers. More than five distinct values in the reference are compared as numbers, up to five as
 * categories, two that are the only ones on both sides by their shares.
 */
record NumberPair(NumberProfile reference, NumberProfile current, ExportRules rules)
    implements ColumnPair {
  private static final int FEW = 5;
  private static final int DECILES = 10;

  @Override
  public Comparison usual(DriftPolicy policy) {
    if (isMany()) {
      return policy.numeric(reference.counts(), current.counts(), positions(), deviation());
    }
    int[] used = used();
    return isTwo()
        ? policy.twoValues(pick(reference, used), pick(current, used))
        : Categories.compare(policy, reference.counts(), current.counts());
  }

  @Override
  public Selection usualSelection() {
    if (isMany()) {
      return new Selection(
          "wasserstein/sigma",
          "kolmogorov-smirnov",
          "numbers with more than " + FEW + " distinct values");
    }
    return isTwo()
        ? Wording.TWO_VALUES
        : new Selection(
            "jensen-shannon distance",
            "chi-square",
            "numbers with up to " + FEW + " distinct values, compared as categories");
  }

  /** A few rows far away hardly move ranks. */
  @Override
  public List<Beside> beside(DriftPolicy policy) {
    if (!isMany()) {
      return List.of();
    }
    Beyond beyond = new Beyond(reference, current);
    return beyond.rows() > 0
            && policy.beyondRange(
                    reference.present(),
                    current.present(),
                    beyond.below(),
                    beyond.above(),
                    beyond.distance())
                instanceof Comparison.Measured measured
        ? List.of(new Beside("beyond", measured, Wording.beyond(measured, beyond), movements("")))
        : List.of();
  }

  private boolean isMany() {
    return distinct() > FEW;
  }

  private boolean isTwo() {
    return used().length == 2;
  }

  private double[] positions() {
    return new Places(reference, current).positions();
  }

  @Override
  public double effect(EffectMeasure measure) {
    return switch (measure) {
      case WASSERSTEIN ->
          Wasserstein.withDefaults()
              .overReferenceDeviation()
              .statistic(reference.counts(), current.counts(), positions(), deviation());
      case KOLMOGOROV_SMIRNOV ->
          KolmogorovSmirnov.withDefaults().statistic(reference.counts(), current.counts());
      default -> Categories.effect(measure, binned(reference), binned(current));
    };
  }

  @Override
  public TestResult test(SignificanceTest test) {
    return test == SignificanceTest.KOLMOGOROV_SMIRNOV
        ? KolmogorovSmirnov.withDefaults().test(reference.counts(), current.counts())
        : Categories.test(binned(reference), binned(current));
  }

  /** Tenths of the reference, or its values when they are few; missing ones are apart. */
  private long[] binned(NumberProfile side) {
    if (!isMany()) {
      return side.counts();
    }
    int[] group = Deciles.of(reference.counts(), DECILES);
    long[] sums = Deciles.sum(side.counts(), group, 0);
    return Arrays.copyOf(sums, sums.length - 1);
  }

  @Override
  public List<Movement> movements(String effect) {
    Ranges ranges = new Ranges(this);
    long[] before = ranges.sums(reference.counts());
    long[] after = ranges.sums(current.counts());
    double[] parts =
        effect.equals(EffectMeasure.WASSERSTEIN.label())
            ? ranges.sums(Movements.ways(reference.counts(), current.counts(), positions()))
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

  /** How many distinct values the reference has, as far as that matters. */
  private int distinct() {
    return reference.exact()
        ? (int) Arrays.stream(reference.counts()).filter(count -> count > 0).count()
        : Integer.MAX_VALUE;
  }

  /** The bins that hold values on either side. */
  int[] used() {
    long[] before = reference.counts();
    long[] after = current.counts();
    return IntStream.range(0, before.length).filter(bin -> before[bin] + after[bin] > 0).toArray();
  }

  private static long[] pick(NumberProfile side, int[] bins) {
    long[] counts = side.counts();
    return Arrays.stream(bins).mapToLong(bin -> counts[bin]).toArray();
  }

  private double deviation() {
    return Double.isFinite(reference.deviation()) ? reference.deviation() : 0;
  }

  /** How far the binned Wasserstein distance can be off, in deviations of the reference. */
  double distanceError() {
    double error = new Places(reference, current).error();
    return error == 0 ? 0 : error / deviation();
  }

  @Override
  public String describe(Comparison.Measured measured) {
    return describeEffect(measured) + ". " + Wording.statistic(measured, rankError());
  }

  private String describeEffect(Comparison.Measured measured) {
    int[] used = used();
    if (measured.effect().equals(EffectMeasure.WASSERSTEIN.label())) {
      return Wording.distance(measured, distanceError());
    }
    if (measured.effect().equals(EffectMeasure.KOLMOGOROV_SMIRNOV.label())) {
      return Wording.ranks(measured, rankError());
    }
    if (measured.effect().equals(Wording.TWO_VALUES.effect())) {
      return Wording.shares(
          rules.extremes() ? Figures.of(reference.positions()[used[1]]) : "the greater number",
          measured,
          pick(reference, used),
          pick(current, used));
    }
    return isMany() || !measured.effect().equals(EffectMeasure.JENSEN_SHANNON.label())
        ? Wording.binned(measured, Categories.used(binned(reference), binned(current)))
        : Wording.categories(measured, used.length, used.length);
  }

  private double rankError() {
    if (reference.exact()) {
      return 0;
    }
    return KolmogorovSmirnov.withDefaults().test(reference.counts(), current.counts()).errorBound();
  }

  @Override
  public long[][] coarse() {
    int[] group = Deciles.of(reference.counts(), DECILES);
    return new long[][] {
      Deciles.sum(reference.counts(), group, reference.missing()),
      Deciles.sum(current.counts(), group, current.missing())
    };
  }

  @Override
  public List<Comparison> compareMissing(DriftPolicy policy) {
    return reference.missing() + current.missing() == 0
        ? List.of()
        : List.of(policy.twoValues(presentAndMissing(reference), presentAndMissing(current)));
  }

  private static long[] presentAndMissing(NumberProfile side) {
    return new long[] {side.present(), side.missing()};
  }

  @Override
  public String describeMissing(Comparison.Measured measured) {
    return Wording.shares(
            "missing values", measured, presentAndMissing(reference), presentAndMissing(current))
        + ". "
        + Wording.statistic(measured, 0);
  }
}
