package io.mlops4j.monitor.drift;

import io.mlops4j.monitor.internal.Figures;

/**
 * One category or range of numbers of a feature: its share before and now, and its part of the
 * feature's effect.
 *
 * <p>The contributions of a feature are 0 or more and add up to 1. With p and q the shares of the
 * value in the reference and in the current rows, the contribution is proportional to:
 *
 * <ul>
 *   <li>Wasserstein: the cost of moving rows from values with a larger share in the reference to
 *       values with a larger share in the current rows. Rows are moved in order, which is a
 *       cheapest transport plan. Half of a row's cost counts for the value where it starts, and
 *       half for the value where it ends. A value whose share has not changed contributes 0.
 *   <li>Jensen-Shannon: {@code p log(2p / (p + q)) + q log(2q / (p + q))}.
 *   <li>PSI: {@code (q - p) ln(q / p)}, with the floor of {@link
 *       io.mlops4j.monitor.stats.PopulationStability}.
 *   <li>Hellinger: {@code (sqrt p - sqrt q)^2}.
 *   <li>All others: {@code |q - p|}.
 * </ul>
 *
 * @param value the category, the number or the range of numbers, in words; columns with many
 *     numbers are cut into tenths of the reference
 * @param reference its share in the reference, 0 to 1: of all rows for categories and missing
 *     values, of the rows with a value for numbers
 * @param current its share in the current rows, likewise
 * @param contribution its part of the effect, 0 to 1
 */
public record Movement(String value, double reference, double current, double contribution) {
  /**
   * Describes the movement in one line.
   *
   * @return for example {@code AA: 12.0 % -> 19.0 %}
   */
  @Override
  public String toString() {
    return "%s: %s -> %s".formatted(value, Figures.share(reference), Figures.share(current));
  }
}
