package io.mlops4j.monitor.report;

import io.mlops4j.monitor.drift.Comparison;
import io.mlops4j.monitor.drift.DriftPolicy;
import io.mlops4j.monitor.drift.KolmogorovSmirnov;
import io.mlops4j.monitor.profile.NumberProfile;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Numbers. More than five distinct values in the reference are compared as numbers, up to five as
 * categories, two that are the only ones on both sides by their shares.
 */
record NumberPair(NumberProfile reference, NumberProfile current) implements ColumnPair {
  private static final int FEW = 5;
  private static final int DECILES = 10;

  @Override
  public Comparison compare(DriftPolicy policy) {
    if (distinct() > FEW) {
      double[] positions = new Places(reference, current).positions();
      return policy.numeric(reference.counts(), current.counts(), positions, deviation());
    }
    int[] used = used();
    return used.length == 2
        ? policy.twoValues(pick(reference, used), pick(current, used))
        : Categories.compare(policy, reference.counts(), current.counts());
  }

  /** How many distinct values the reference has, as far as that matters. */
  private int distinct() {
    return reference.exact()
        ? (int) Arrays.stream(reference.counts()).filter(count -> count > 0).count()
        : Integer.MAX_VALUE;
  }

  /** The bins that hold values on either side. */
  private int[] used() {
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
    if (distinct() > FEW) {
      return Wording.numbers(measured, distanceError(), reference.exact() ? 0 : rankError());
    }
    int[] used = used();
    return used.length == 2
        ? Wording.shares(
            Figures.of(reference.positions()[used[1]]),
            measured,
            pick(reference, used),
            pick(current, used))
        : Wording.categories(measured, used.length, used.length);
  }

  private double rankError() {
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
        "missing values", measured, presentAndMissing(reference), presentAndMissing(current));
  }
}
