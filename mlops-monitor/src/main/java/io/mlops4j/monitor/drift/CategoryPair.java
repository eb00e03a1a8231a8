package io.mlops4j.monitor.drift;

import io.mlops4j.monitor.internal.Figures;
import io.mlops4j.monitor.profile.CategoryProfile;
import io.mlops4j.monitor.profile.ExportRules;
import io.mlops4j.monitor.stats.TestResult;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Supplier;
import java.util.stream.IntStream;

/**
 * A column of categories, with a bin for the rest and one for missing values. If both sides have
 * only two named categories, their shares are compared.
 */
record CategoryPair(CategoryProfile reference, CategoryProfile current, ExportRules rules)
    implements ColumnPair {
  private static final int LARGEST = 9;
  private static final String RARE = "a rare value";

  @Override
  public Comparison compareByType(ColumnMeasurer measurer) {
    if (isTwo()) {
      return measurer.twoValues(pick(reference), pick(current));
    }
    long[][] counts = pooled();
    Comparison comparison = CategoryCounts.compare(measurer, counts[0], counts[1]);
    return comparison instanceof Comparison.Measured && isLost(counts)
        ? new Comparison.TooFewRows(reference.present(), current.present(), enough())
        : comparison;
  }

  /** Unseen and rare categories share a bin, which hides unseen ones if there are many of both. */
  @Override
  public List<SecondaryComparison> compareSecondary(ColumnMeasurer measurer) {
    List<SecondaryComparison> secondary = new ArrayList<>();
    long[] before = reference.counts();
    long once = Arrays.stream(before).filter(count -> count == 1).count();
    long rest = unseen();
    if (reference.namesAll()
        && rest > 0
        && measurer.unseenCategories(reference.present(), once, current.present(), rest)
            instanceof Comparison.Measured unseen) {
      Supplier<String> text =
          () ->
              "Share of categories unseen in the reference is %s, where chance gives up to %s; it matters from %s more. %s rows are unseen"
                  .formatted(
                      Figures.share((double) rest / current.present()),
                      Figures.share((double) once / reference.present()),
                      Figures.share(unseen.bound()),
                      Figures.of(rest));
      secondary.add(
          new SecondaryComparison("unseen", unseen, text, () -> rawMovements(unseen.effect())));
    }
    if (isLost(pooled())
        && measurer.vanishedCategories(before, current.counts())
            instanceof Comparison.Measured vanished) {
      Comparison.Measured measured = CategoryCounts.corrected(vanished, before, current.counts());
      Supplier<String> text =
          () ->
              EvidenceText.categories(measured, used().length, used().length)
                  + ". Compared by rows whose rare categories vanished";
      secondary.add(
          new SecondaryComparison(
              "vanished", measured, text, () -> rawMovements(measured.effect())));
    }
    return secondary;
  }

  /** The movements of categories that are not pooled. */
  private List<Movement> rawMovements(String effect) {
    long[] before = counts(reference);
    long[] after = counts(current);
    return Movements.ranked(
        values(new long[][] {before, after}),
        before,
        after,
        Movements.parts(effect, before, after));
  }

  @Override
  public ComparisonMethod methodByType() {
    return isTwo()
        ? EvidenceText.TWO_VALUES
        : new ComparisonMethod("jensen-shannon distance", "chi-square", "categories");
  }

  @Override
  public double effect(EffectMeasure measure) {
    long[][] counts = pooled();
    return CategoryCounts.effect(measure, counts[0], counts[1]);
  }

  @Override
  public TestResult test(SignificanceTest test) {
    long[][] counts = pooled();
    return CategoryCounts.test(counts[0], counts[1]);
  }

  @Override
  public List<Movement> movements(String effect) {
    long[][] counts = pooled();
    return Movements.ranked(
        values(counts), counts[0], counts[1], Movements.parts(effect, counts[0], counts[1]));
  }

  /** The values of the pooled counts, in words. */
  private List<String> values(long[][] pooled) {
    List<String> values = new ArrayList<>(reference.names());
    int rest = values.size();
    for (int bin = 0; bin < rest; bin++) {
      values.set(bin, shows(bin) ? values.get(bin) : RARE);
    }
    boolean unseen = reference.namesAll() && pooled[1][rest] == unseen();
    values.add(unseen && pooled[0][rest] == 0 ? "unseen in the reference" : "rare or unseen");
    values.add("missing");
    return values;
  }

  /**
   * Current rows in categories without a row of the reference. Those of a slice or of one period
   * have bins for categories of other rows.
   */
  private long unseen() {
    long[] before = reference.counts();
    long[] after = current.counts();
    long named =
        IntStream.range(0, before.length - 1)
            .filter(bin -> before[bin] == 0)
            .mapToLong(bin -> after[bin])
            .sum();
    return reference.namesAll() ? current.rest() + named : current.rest();
  }

  /** Counts with rare and unseen categories in the rest, and the missing values after the rest. */
  private long[][] pooled() {
    long[] before = reference.counts();
    long[] after = current.counts();
    if (reference.namesAll()) {
      Arrays.setAll(after, bin -> before[bin] == 0 ? 0 : after[bin]);
      after[after.length - 1] = unseen();
    }
    long[][] named = CategoryCounts.pooled(before, after);
    return new long[][] {
      append(named[0], reference.missing()), append(named[1], current.missing())
    };
  }

  private static long[] append(long[] counts, long missing) {
    long[] longer = Arrays.copyOf(counts, counts.length + 1);
    longer[counts.length] = missing;
    return longer;
  }

  /** Whether every category is so rare that pooling leaves none to compare. */
  private boolean isLost(long[][] counts) {
    int rest = reference.names().size();
    return reference.names().size() > 1
        && counts[0][rest] + counts[1][rest] == reference.present() + current.present();
  }

  /** The rows on each side that would keep the most frequent named category out of the pool. */
  private long enough() {
    long[] before = reference.counts();
    long[] after = current.counts();
    long most =
        IntStream.range(0, reference.names().size())
            .mapToLong(bin -> before[bin] + after[bin])
            .max()
            .orElse(1);
    return (long) Math.ceil(5.0 * (reference.present() + current.present()) / Math.max(1, most));
  }

  private static long[] counts(CategoryProfile side) {
    return append(side.counts(), side.missing());
  }

  private int[] used() {
    long[] before = counts(reference);
    long[] after = counts(current);
    return IntStream.range(0, before.length).filter(bin -> before[bin] + after[bin] > 0).toArray();
  }

  private boolean isTwo() {
    int[] used = used();
    return used.length == 2 && used[1] < reference.names().size();
  }

  /** Misses and hits. The hit comes later in the alphabet, so for booleans it is true. */
  private long[] pick(CategoryProfile side) {
    int hit = hit();
    int miss = Arrays.stream(used()).filter(bin -> bin != hit).findFirst().orElseThrow();
    long[] counts = counts(side);
    return new long[] {counts[miss], counts[hit]};
  }

  private int hit() {
    List<String> names = reference.names();
    int[] used = used();
    return names.get(used[0]).compareTo(names.get(used[1])) > 0 ? used[0] : used[1];
  }

  private boolean shows(int bin) {
    return rules.showsCategory(reference.counts()[bin], current.counts()[bin]);
  }

  @Override
  public String describe(Comparison.Measured measured) {
    return describeEffect(measured) + ". " + EvidenceText.statistic(measured, 0);
  }

  private String describeEffect(Comparison.Measured measured) {
    if (measured.effect().equals(ColumnMeasurer.SHARES)) {
      return EvidenceText.shares(
          shows(hit()) ? "\"" + reference.names().get(hit()) + "\"" : RARE,
          measured,
          pick(reference),
          pick(current));
    }
    if (measured.effect().equals(ColumnMeasurer.ONE_SHARE)) {
      return EvidenceText.oneShare(measured, movements(measured.effect()).get(0));
    }
    return measured.effect().equals(EffectMeasure.JENSEN_SHANNON.label())
        ? EvidenceText.categories(measured, used().length, CategoryCounts.used(pooled()))
        : EvidenceText.binned(measured, CategoryCounts.used(pooled()));
  }

  /** Counts of the nine most frequent categories and of all others together. */
  @Override
  public long[][] coarse() {
    int[] group =
        IntStream.rangeClosed(0, reference.names().size())
            .map(bin -> Math.min(bin, LARGEST))
            .toArray();
    return new long[][] {
      Deciles.sum(reference.counts(), group, reference.missing()),
      Deciles.sum(current.counts(), group, current.missing())
    };
  }

  /** Missing values are a category already. */
  @Override
  public List<Comparison> compareMissing(ColumnMeasurer measurer) {
    return List.of();
  }

  @Override
  public String describeMissing(Comparison.Measured measured) {
    return "";
  }

  @Override
  public List<Movement> missingMovements() {
    return List.of();
  }
}
