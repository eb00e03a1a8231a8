package io.mlops4j.monitor.report;

import io.mlops4j.monitor.drift.Comparison;
import io.mlops4j.monitor.drift.DriftPolicy;
import io.mlops4j.monitor.drift.EffectMeasure;
import io.mlops4j.monitor.drift.SignificanceTest;
import io.mlops4j.monitor.drift.TestResult;
import io.mlops4j.monitor.profile.CategoryProfile;
import io.mlops4j.monitor.profile.ExportRules;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Categories, with a bin for the rest and one for the missing. Two named ones that are all there is
 * on both sides are compared by their shares.
 */
record CategoryPair(CategoryProfile reference, CategoryProfile current, ExportRules rules)
    implements ColumnPair {
  private static final int LARGEST = 9;
  private static final String RARE = "a rare value";

  @Override
  public Comparison usual(DriftPolicy policy) {
    if (isTwo()) {
      return policy.twoValues(pick(reference), pick(current));
    }
    long[][] counts = pooled();
    Comparison comparison = Categories.compare(policy, counts[0], counts[1]);
    return comparison instanceof Comparison.Measured && isLost(counts)
        ? new Comparison.TooFewRows(reference.present(), current.present(), enough())
        : comparison;
  }

  /** Unseen rows share a bin with rare ones, which hides them when both are many. */
  @Override
  public List<Beside> beside(DriftPolicy policy) {
    List<Beside> beside = new ArrayList<>();
    long[] before = reference.counts();
    long once = Arrays.stream(before).filter(count -> count == 1).count();
    if (reference.namesAll()
        && current.rest() > 0
        && policy.unseenCategories(reference.present(), once, current.present(), current.rest())
            instanceof Comparison.Measured unseen) {
      String text =
          "Share of categories unseen in the reference is %s, where chance gives up to %s; it matters from %s more. %s rows are unseen"
              .formatted(
                  Figures.share((double) current.rest() / current.present()),
                  Figures.share((double) once / reference.present()),
                  Figures.share(unseen.bound()),
                  Figures.of(current.rest()));
      beside.add(new Beside("unseen", unseen, text, rawMovements(unseen.effect())));
    }
    if (isLost(pooled())
        && policy.vanishedCategories(before, current.counts())
            instanceof Comparison.Measured vanished) {
      Comparison.Measured measured = Categories.corrected(vanished, before, current.counts());
      String text =
          Wording.categories(measured, used().length, used().length)
              + ". Compared by rows whose rare categories vanished";
      beside.add(new Beside("vanished", measured, text, rawMovements(measured.effect())));
    }
    return beside;
  }

  /** Without pooling. */
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
  public Selection usualSelection() {
    return isTwo()
        ? Wording.TWO_VALUES
        : new Selection("jensen-shannon distance", "chi-square", "categories");
  }

  @Override
  public double effect(EffectMeasure measure) {
    long[][] counts = pooled();
    return Categories.effect(measure, counts[0], counts[1]);
  }

  @Override
  public TestResult test(SignificanceTest test) {
    long[][] counts = pooled();
    return Categories.test(counts[0], counts[1]);
  }

  @Override
  public List<Movement> movements(String effect) {
    long[][] counts = pooled();
    return Movements.ranked(
        values(counts), counts[0], counts[1], Movements.parts(effect, counts[0], counts[1]));
  }

  /** What each of the pooled counts is of. */
  private List<String> values(long[][] pooled) {
    List<String> values = new ArrayList<>(reference.names());
    int rest = values.size();
    for (int bin = 0; bin < rest; bin++) {
      values.set(bin, shows(bin) ? values.get(bin) : RARE);
    }
    boolean unseen = reference.namesAll() && pooled[1][rest] == current.rest();
    values.add(unseen && pooled[0][rest] == 0 ? "unseen in the reference" : "rare or unseen");
    values.add("missing");
    return values;
  }

  /** Rare categories are in the rest; the missing are behind it. */
  private long[][] pooled() {
    long[][] named = Categories.pooled(reference.counts(), current.counts());
    return new long[][] {
      append(named[0], reference.missing()), append(named[1], current.missing())
    };
  }

  private static long[] append(long[] counts, long missing) {
    long[] longer = Arrays.copyOf(counts, counts.length + 1);
    longer[counts.length] = missing;
    return longer;
  }

  /** Whether every category is so rare that none is left to compare. */
  private boolean isLost(long[][] counts) {
    int rest = reference.names().size();
    return reference.names().size() > 1
        && counts[0][rest] + counts[1][rest] == reference.present() + current.present();
  }

  /** How many rows on each side would leave the most frequent named category on its own. */
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

  /** Misses and hits: the hit is the one behind in the alphabet, so that of booleans it is true. */
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

  /** Whether a category may be named: one that is not rare on both sides. */
  boolean shows(int bin) {
    return Math.max(reference.counts()[bin], current.counts()[bin]) >= rules.smallestCount();
  }

  @Override
  public String describe(Comparison.Measured measured) {
    return describeEffect(measured) + ". " + Wording.statistic(measured, 0);
  }

  private String describeEffect(Comparison.Measured measured) {
    if (measured.effect().equals(Wording.TWO_VALUES.effect())) {
      return Wording.shares(
          shows(hit()) ? "\"" + reference.names().get(hit()) + "\"" : RARE,
          measured,
          pick(reference),
          pick(current));
    }
    if (measured.effect().equals(Wording.ONE_SHARE)) {
      return Wording.oneShare(measured, movements(measured.effect()).get(0));
    }
    return measured.effect().equals(EffectMeasure.JENSEN_SHANNON.label())
        ? Wording.categories(measured, used().length, Categories.used(pooled()))
        : Wording.binned(measured, Categories.used(pooled()));
  }

  /** The nine most frequent categories and the others. */
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
  public List<Comparison> compareMissing(DriftPolicy policy) {
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
