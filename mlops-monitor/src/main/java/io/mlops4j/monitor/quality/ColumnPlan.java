package io.mlops4j.monitor.quality;

import io.mlops4j.monitor.profile.CategoryProfile;
import io.mlops4j.monitor.profile.ColumnProfile;
import io.mlops4j.monitor.profile.NumberProfile;
import io.mlops4j.monitor.profile.Role;
import io.mlops4j.monitor.profile.SkippedColumn;
import io.mlops4j.monitor.profile.TimeProfile;
import io.mlops4j.monitor.profile.VectorProfile;
import io.mlops4j.monitor.profile.internal.ColumnKind;
import java.util.List;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;

/**
 * The constants of one checked column.
 *
 * @param kind the expected kind of values; null if any kind will do
 * @param reference null if the reference lacks the column
 * @param learned null if the reference was not given rows
 * @param low the smallest number in the range of the rules or of the reference; NaN without one
 * @param high the largest number in that range
 * @param known the allowed texts, or those of the reference; null if every text will do
 */
record ColumnPlan(
    String name,
    Role role,
    @Nullable ColumnKind kind,
    @Nullable ColumnProfile reference,
    QualityReference.@Nullable Learned learned,
    ColumnRules rules,
    double low,
    double high,
    @Nullable LongSet known) {

  static ColumnPlan of(
      String name,
      Role role,
      @Nullable ColumnKind declared,
      @Nullable ColumnProfile reference,
      QualityReference.@Nullable Learned learned,
      QualityPolicy policy) {
    ColumnRules rules = policy.rules(name);
    ColumnKind kind = reference == null ? declared : kind(reference);
    double low = rules.least();
    double high = rules.greatest();
    if (!rules.hasRange() && reference instanceof NumberProfile numbers) {
      low = low(numbers);
      high = high(numbers);
    }
    return new ColumnPlan(
        name,
        role,
        rules.maximumAge() != null || rules.order() != null ? ColumnKind.TIMES : kind,
        reference,
        learned,
        rules,
        low,
        high,
        known(rules, reference, kind));
  }

  /**
   * Numbers that are a little smaller than those of the reference are drift, if anything. The range
   * does not reach from positive to negative numbers.
   */
  private static double low(NumberProfile numbers) {
    double low = numbers.min() - slack(numbers);
    return numbers.min() >= 0 ? Math.max(0, low) : low;
  }

  private static double high(NumberProfile numbers) {
    double high = numbers.max() + slack(numbers);
    return numbers.max() <= 0 ? Math.min(0, high) : high;
  }

  /** None for a column of few values, all of which are known. */
  private static double slack(NumberProfile numbers) {
    return numbers.exact() ? 0 : (numbers.max() - numbers.min()) / 2;
  }

  private static @Nullable ColumnKind kind(ColumnProfile reference) {
    if (reference instanceof CategoryProfile categories) {
      return isNumeric(categories) ? null : ColumnKind.TEXTS;
    }
    if (reference instanceof SkippedColumn) {
      return null;
    }
    return reference instanceof NumberProfile
        ? ColumnKind.NUMBERS
        : reference instanceof TimeProfile ? ColumnKind.TIMES : ColumnKind.VECTORS;
  }

  /** Whether all names are numbers, so that the column may be numeric. */
  private static boolean isNumeric(CategoryProfile categories) {
    return !categories.names().isEmpty()
        && categories.names().stream().allMatch(ColumnPlan::isNumber);
  }

  private static boolean isNumber(String name) {
    try {
      return Double.isFinite(Double.parseDouble(name));
    } catch (NumberFormatException e) {
      return false;
    }
  }

  private static @Nullable LongSet known(
      ColumnRules rules, @Nullable ColumnProfile reference, @Nullable ColumnKind kind) {
    if (!rules.categories().isEmpty()) {
      return set(rules.categories(), kind == null || kind == ColumnKind.NUMBERS);
    }
    return reference instanceof CategoryProfile categories && !categories.names().isEmpty()
        ? set(categories.names(), kind == null)
        : null;
  }

  /** Texts as they are read from columns of texts and, if they are numbers, of numbers. */
  private static LongSet set(List<String> names, boolean numbers) {
    ToLongFunction<String> number =
        name -> isNumber(name) ? Cells.number(Double.parseDouble(name)) : Cells.hash(name);
    return new LongSet(
        names.stream()
            .flatMapToLong(
                name ->
                    numbers
                        ? java.util.stream.LongStream.of(Cells.hash(name), number.applyAsLong(name))
                        : java.util.stream.LongStream.of(Cells.hash(name)))
            .toArray());
  }

  /** The share of texts of the reference that have no name, because there are too many. */
  double unnamedShare() {
    return rules.categories().isEmpty()
            && reference instanceof CategoryProfile categories
            && categories.present() > 0
        ? (double) categories.rest() / categories.present()
        : 0;
  }

  /** The values of the reference, missing ones included; 0 without a reference. */
  long referenceRows() {
    return reference == null ? 0 : present() + missing();
  }

  private long present() {
    if (reference instanceof NumberProfile numbers) {
      return numbers.present();
    }
    if (reference instanceof CategoryProfile categories) {
      return categories.present();
    }
    if (reference instanceof TimeProfile times) {
      return times.present();
    }
    return reference instanceof VectorProfile vectors ? vectors.present() : 0;
  }

  private long missing() {
    if (reference instanceof NumberProfile numbers) {
      return numbers.missing();
    }
    if (reference instanceof CategoryProfile categories) {
      return categories.missing();
    }
    if (reference instanceof TimeProfile times) {
      return times.missing();
    }
    return reference instanceof VectorProfile vectors ? vectors.missing() + vectors.unusable() : 0;
  }

  /** The share of nulls in the reference; a profile does not tell null from NaN. */
  double nullShare() {
    return learned == null ? share(missing(), referenceRows()) : learned.nullShare(name);
  }

  /** The share of NaN in the reference. */
  double nanShare() {
    return learned == null ? share(missing(), referenceRows()) : learned.nanShare(name);
  }

  private static double share(long part, long whole) {
    return whole == 0 ? 0 : (double) part / whole;
  }

  boolean hasTimeRules() {
    return rules.maximumAge() != null || rules.order() != null;
  }
}
