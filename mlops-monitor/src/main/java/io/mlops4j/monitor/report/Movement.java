package io.mlops4j.monitor.report;

import java.util.Locale;

/**
 * One category or range of numbers of a feature, how frequent it was and is, and how much of the
 * feature's effect comes from it.
 *
 * <p>The contributions of a feature are 0 or more and add up to 1. With p and q the shares of the
 * value in the reference and in the current rows, the parts are, by measure,
 *
 * <ul>
 *   <li>Wasserstein: the rows that one side has more of are carried, in their order, to where the
 *       other side has more; that is a cheapest plan, as what both have stays. Each row's way
 *       counts half where it starts and half where it ends. A value whose share has not changed has
 *       no part;
 *   <li>Jensen-Shannon: {@code p log(2p / (p + q)) + q log(2q / (p + q))};
 *   <li>PSI: {@code (q - p) ln(q / p)}, with the floor of {@link
 *       io.mlops4j.monitor.drift.PopulationStability};
 *   <li>Hellinger: {@code (sqrt p - sqrt q)^2};
 *   <li>all others: {@code |q - p|}.
 * </ul>
 *
 * @param value the category, the number or the range of numbers, in words; tenths of the reference
 *     where there are many numbers
 * @param reference its share in the reference, 0 to 1: of all rows for categories and missing
 *     values, of the rows with a value for numbers
 * @param current its share in the current rows, likewise
 * @param contribution its part of the effect, 0 to 1
 */
public record Movement(String value, double reference, double current, double contribution) {
  /** Both shares, with an arrow between. */
  String change() {
    String shares = Figures.share(reference) + " \u2192 " + Figures.share(current);
    return shares.replace(" %", "\u00a0%"); // not to be broken over lines
  }

  /**
   * For people.
   *
   * @return for example {@code AA: 12.0 % -> 19.0 %}
   */
  @Override
  public String toString() {
    return String.format(
        Locale.ROOT, "%s: %s -> %s", value, Figures.share(reference), Figures.share(current));
  }
}
